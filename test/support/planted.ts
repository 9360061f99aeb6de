import type { Attempt } from './acknowledged.ts';

/** Rows that a test may spoil. */
export type Rows = Record<'resources' | 'edges' | 'history' | 'journal' | 'closings', Record<string, unknown>[]> & {
  totals: { counts: Record<string, number> };
};
export type Answered = Attempt & { answer: NonNullable<Attempt['answer']> };

/** A fault by its name, the rule that is to find it, and how it is planted. */
export type Planted = readonly [fault: string, rule: string, spoil: (rows: Rows, attempts: Answered[]) => void];

/** The first row that passes. */
export function row<Row extends object>(rows: readonly Row[], passes: (row: Row) => unknown): Row {
  const chosen = rows.find(passes);
  if (!chosen) throw new Error('no such row to spoil');
  return chosen;
}
/** Takes the first row that passes away. */
export const drop = <Row extends object>(rows: Row[], passes: (row: Row) => unknown) =>
  void rows.splice(rows.indexOf(row(rows, passes)), 1);
/** Repeats the first row that passes. */
export const double = <Row extends object>(rows: Row[], passes: (row: Row) => unknown) =>
  void rows.push({ ...row(rows, passes) });
