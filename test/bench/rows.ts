import type { Sample, Store } from './measure.ts';
import type { Name } from './operation.ts';

/** Values of several rounds: what is in the middle, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** What one contender costs for one operation. */
export interface Row {
  readonly operation: string;
  readonly title: string;
  /** People, or members of the group that it is about. */
  readonly size: number;
  readonly clients: number;
  readonly contender: Name;
  readonly rounds: number;
  readonly perSecond: Spread;
  readonly refusedPerSecond: Spread;
  /** Milliseconds. */
  readonly p50: Spread;
  readonly p99: Spread;
  /** Milliseconds of CPU per request. */
  readonly cpu: Spread | undefined;
  readonly serverCpu: Spread | undefined;
  readonly mongodCpu: Spread | undefined;
  /** Round by round, over the floor's in the same round. */
  readonly cpuRatio: Spread | undefined;
  readonly rateRatio: Spread | undefined;
  readonly store: Store | undefined;
}

/** Something else that was measured. */
export interface Figure {
  readonly name: string;
  readonly title: string;
  readonly contender: Name;
  readonly size: number | undefined;
  readonly value: number;
  readonly unit: string;
}

/** The middle of some values, and their ends; undefined where there is none. */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  const [low, high, least, most] = [sorted[Math.floor(half)], sorted[Math.ceil(half)], sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || least === undefined || most === undefined) return undefined;
  return { median: (low + high) / 2, least, most };
}

const none: Spread = { median: NaN, least: NaN, most: NaN };

/** Of what the rows are. */
type Head = Pick<Row, 'operation' | 'title' | 'size' | 'clients'>;

/** A row for each contender, from the samples of all in the order of the rounds. */
export function rowsOf(head: Head, samples: readonly Sample[], stores: ReadonlyMap<Name, Store | undefined>): Row[] {
  const own = (name: Name): Sample[] => samples.filter(({ contender }) => contender === name);
  const floor = own('floor');
  return [...new Set(samples.map(({ contender }) => contender))].map((contender) => {
    const mine = own(contender);
    const of = (value: (sample: Sample) => number): Spread | undefined => spread(mine.map(value));
    const over = (value: (sample: Sample) => number): Spread | undefined =>
      contender === 'floor' ? undefined : spread(pairs(mine, floor).map(([ours, its]) => value(ours) / value(its)));
    return {
      ...head,
      contender,
      rounds: mine.length,
      perSecond: of(({ perSecond }) => perSecond) ?? none,
      refusedPerSecond: of(({ refusedPerSecond }) => refusedPerSecond) ?? none,
      p50: of(({ p50 }) => p50) ?? none,
      p99: of(({ p99 }) => p99) ?? none,
      cpu: of(cpuOf),
      serverCpu: of(({ serverCpu = NaN }) => serverCpu),
      mongodCpu: of(({ mongodCpu = NaN }) => mongodCpu),
      cpuRatio: over(cpuOf),
      rateRatio: over(({ perSecond }) => perSecond),
      store: stores.get(contender),
    };
  });
}

const cpuOf = ({ serverCpu = NaN, mongodCpu = NaN }: Sample): number => serverCpu + mongodCpu;

/** Round by round what two of them found. */
export const pairs = <T extends object>(ours: readonly T[], its: readonly T[]): (readonly [T, T])[] =>
  ours.flatMap((one, round) => {
    const other = its[round];
    return other ? [[one, other] as const] : [];
  });

/** How cost grows with size: the slope of its logarithm over that of the size, by least squares; 0 is flat, 1 linear. */
export function slope(points: readonly (readonly [size: number, cost: number])[]): number {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
  const mean = (at: 0 | 1): number => logs.reduce((sum, log) => sum + log[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const [up, along] = logs.reduce(
    ([over, under], log) => [over + (log[0] - x) * (log[1] - y), under + (log[0] - x) ** 2],
    [0, 0],
  );
  return up / along;
}
