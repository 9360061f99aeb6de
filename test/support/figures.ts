import { writeFileSync } from 'node:fs';
import type { Attempt } from './acknowledged.ts';
import type { Fault } from './checker.ts';

/** What a test of the fault suite saw, in numbers: told in one table at the end of the run. */
export interface Figures {
  /** Adds to how many there were. */
  count(what: string, more?: number): void;
  /** Keeps the largest. */
  most(what: string, value: number, unit: 's' | 'ms' | 'MB'): void;
}

interface Row {
  readonly fault: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

const rows = new Map<string, Row>();

/** The figures of a fault; those of several suites with one name add up. */
export function figures(fault: string): Figures {
  const keep = (what: string, unit: string, next: (before: number) => number): void => {
    const name = `${fault}: ${what}`;
    rows.set(name, { fault, what, value: next(rows.get(name)?.value ?? 0), unit });
  };
  return {
    count: (what, more = 1) => {
      keep(what, '', (before) => before + more);
    },
    most: (what, value, unit) => {
      keep(what, ` ${unit}`, (before) => Math.max(before, value));
    },
  };
}

/** Counts what clients sent, and what they were answered. */
export function countAttempts({ count }: Figures, attempts: readonly Attempt[]): void {
  const answers = attempts.map(({ answer }) => answer?.status ?? 0);
  count('writes sent', answers.length);
  count('acknowledged', answers.filter((status) => status >= 200 && status < 300).length);
  count('refused with 503', answers.filter((status) => status === 503).length);
  count('broken off', answers.filter((status) => status === 0).length);
}

/** What the rules of the checker come to; what no other takes is the last one's. */
const kinds: readonly (readonly [what: string, rules: RegExp])[] = [
  ['acknowledged and lost', /^acknowledged/],
  ['done twice', /twice|never asked/],
  ['orphan edges', /^live edge/],
  ['half applied, or told otherwise by the journal', /^/],
];

/** Counts what the checker found, also where that is nothing. */
export function countFaults({ count }: Figures, faults: readonly Fault[]): void {
  const found = faults.map(({ rule }) => kinds.find(([, rules]) => rules.test(rule))?.[0]);
  for (const [what] of kinds) count(what, found.filter((each) => each === what).length);
}

/** All figures of the run, as a table of Markdown. */
function table(): string {
  const cells = [...rows.values()].map(({ fault, what, value, unit }) => [fault, what, shown(value) + unit]);
  const all = [['fault', 'figure', 'value'], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = ([fault = '', what = '', value = '']: readonly string[]): string =>
    `| ${fault.padEnd(widths[0] ?? 0)} | ${what.padEnd(widths[1] ?? 0)} | ${value.padStart(widths[2] ?? 0)} |`;
  const [head, ...body] = all.map(line);
  const rule = `| ${widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [head, rule, ...body, ''].join('\n');
}

/** Times with one digit behind the point, where they are short. */
const shown = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Number.isInteger(value) || value >= 100 ? 0 : 1 });

process.once('exit', () => {
  if (rows.size === 0) return;
  process.stdout.write(`${table()}\n`);
  const file = process.env['FAULTS_REPORT'];
  if (file) writeFileSync(file, table());
});
