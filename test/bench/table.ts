import type { Goal } from './goals.ts';
import type { Figure, Row, Spread } from './rows.ts';

/** A number with so many digits behind the point, or a dash. */
const fixed = (value: number | undefined, digits: number): string =>
  value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);

/** A number as short as it can be read. */
export const short = (value: number | undefined): string => {
  if (value === undefined || !Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 0.1 ? 2 : 3;
  return Number(value.toFixed(digits)).toLocaleString('en', { maximumFractionDigits: digits });
};

/** How far the rounds lie apart, in per cent of the median. */
export const width = (range: Spread | undefined): string =>
  range === undefined || !Number.isFinite(range.median)
    ? '–'
    : `±${((50 * (range.most - range.least)) / range.median).toFixed(0)}%`;

/** A ratio with its spread. */
export const ratio = (range: Spread | undefined): string =>
  range === undefined ? '–' : `${range.median.toFixed(2)} (${range.least.toFixed(2)}–${range.most.toFixed(2)})`;

const heads = [
  ...['operation', 'size', 'clients', 'contender', 'CPU ms', 'server', 'mongod', 'spread', 'req/s', 'spread'],
  ...['p50 ms', 'p99 ms', 'commands', 'keys', 'documents', 'CPU / floor', 'req/s / floor'],
];

/** The rows, as text. */
export const printed = (rows: readonly Row[]): string =>
  aligned([
    heads,
    ...rows.map((row) => [
      row.title,
      String(row.size),
      String(row.clients),
      row.contender,
      fixed(row.cpu?.median, 3),
      fixed(row.serverCpu?.median, 3),
      fixed(row.mongodCpu?.median, 3),
      width(row.cpu),
      fixed(row.perSecond.median, 0),
      width(row.perSecond),
      fixed(row.p50.median, 2),
      fixed(row.p99.median, 2),
      short(row.store?.commands),
      short(row.store?.keys),
      short(row.store?.documents),
      ratio(row.cpuRatio),
      ratio(row.rateRatio),
    ]),
  ]);

/** What else was measured, as text. */
export const printedFigures = (figures: readonly Figure[]): string =>
  aligned([
    ['figure', 'size', 'value', 'contender'],
    ...figures.map(({ title, size, value, unit, contender }) => [
      title,
      size === undefined ? '–' : String(size),
      `${short(value)} ${unit}`,
      contender,
    ]),
  ]);

/** What is said of a goal. */
export const verdict = ({ met }: Goal): string => (met === undefined ? 'not measured' : met ? 'met' : 'NOT MET');

/** The goals, as text; those that the run says nothing of are left out. */
export const printedGoals = (goals: readonly Goal[]): string =>
  aligned([
    ['goal', 'asked', 'measured', ''],
    ...goals
      .filter(({ met }) => met !== undefined)
      .map((goal) => [
        goal.goal,
        `${goal.asked} ${goal.unit}`.trim(),
        `${short(goal.measured)} ${goal.unit}`.trim(),
        verdict(goal),
      ]),
  ]);

/** Columns of equal width; texts to the left, numbers to the right. */
function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const texts = new Set((lines[0] ?? []).flatMap((head, at) => (wordy.has(head) ? [at] : [])));
  return lines
    .map((line) =>
      line
        .map((cell, at) => (texts.has(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The columns that hold texts. */
const wordy = new Set(['operation', 'contender', 'figure', 'goal', '']);
