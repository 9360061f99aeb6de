import type { Sample } from './measure.ts';

/** Values of several rounds: what is in the middle, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One row of the table, both contenders. */
export interface Row {
  readonly operation: string;
  readonly title: string;
  readonly clients: number;
  readonly contenders: Readonly<Partial<Record<Sample['contender'], Summary>>>;
}

/** What the rounds of one contender come to. */
export interface Summary {
  readonly rounds: number;
  readonly perSecond: Spread;
  readonly refusedPerSecond: Spread;
  readonly p50: Spread;
  readonly p99: Spread;
  readonly serverCpu: Spread | undefined;
  readonly mongodCpu: Spread | undefined;
  readonly cpu: Spread | undefined;
}

/** The middle of some values, and their ends. */
function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  const half = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2, least: at(0), most: at(sorted.length - 1) };
}

/** Sums up the rounds of one contender. */
export function summary(samples: readonly Sample[]): Summary {
  const known = (of: (sample: Sample) => number | undefined): Spread | undefined => {
    const values = samples.map(of).filter((value) => value !== undefined);
    return values.length === 0 ? undefined : spread(values);
  };
  return {
    rounds: samples.length,
    perSecond: spread(samples.map(({ perSecond }) => perSecond)),
    refusedPerSecond: spread(samples.map(({ refusedPerSecond }) => refusedPerSecond)),
    p50: spread(samples.map(({ p50 }) => p50)),
    p99: spread(samples.map(({ p99 }) => p99)),
    serverCpu: known(({ serverCpu }) => serverCpu),
    mongodCpu: known(({ mongodCpu }) => mongodCpu),
    cpu: known(({ serverCpu, mongodCpu }) =>
      serverCpu === undefined || mongodCpu === undefined ? undefined : serverCpu + mongodCpu,
    ),
  };
}

const fixed = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);

/** How far the rounds lie apart, in per cent of the median. */
const width = (range: Spread | undefined): string =>
  range === undefined ? '–' : `±${((50 * (range.most - range.least)) / range.median).toFixed(0)}%`;

const over = (a: Spread | undefined, b: Spread | undefined): string => (a && b ? fixed(a.median / b.median, 2) : '–');

const heads = [
  'operation',
  'clients',
  'contender',
  'CPU ms',
  'server',
  'mongod',
  'spread',
  'req/s',
  'spread',
  'p50 ms',
  'p99 ms',
  'CPU ratio',
  'req/s ratio',
];

/** The table, as text. Ratios are Rollcall's over the floor's. */
export function printed(rows: readonly Row[]): string {
  const cells = rows.flatMap((row) =>
    Object.entries(row.contenders).map(([name, own]) => {
      const floor = name === 'floor' ? undefined : row.contenders.floor;
      return [
        row.title,
        String(row.clients),
        name,
        fixed(own.cpu?.median, 3),
        fixed(own.serverCpu?.median, 3),
        fixed(own.mongodCpu?.median, 3),
        width(own.cpu),
        fixed(own.perSecond.median, 0),
        width(own.perSecond),
        fixed(own.p50.median, 2),
        fixed(own.p99.median, 2),
        over(own.cpu, floor?.cpu),
        over(own.perSecond, floor?.perSecond),
      ];
    }),
  );
  return aligned([heads, ...cells]);
}

/** A rate over another, and what it is asked to be at least. */
export interface Ratio {
  readonly title: string;
  readonly ratio: number;
  readonly atLeast: number;
}

/** The ratios of rates, as text. */
export const printedRatios = (ratios: readonly Ratio[]): string =>
  aligned([
    ['rates', 'ratio', 'asked'],
    ...ratios.map(({ title, ratio, atLeast }) => [title, ratio.toFixed(2), `at least ${atLeast}`]),
  ]);

/** Columns of equal width; texts to the left, numbers to the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const texts = new Set([0, 2]);
  return lines
    .map((line) =>
      line
        .map((cell, at) => (texts.has(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
