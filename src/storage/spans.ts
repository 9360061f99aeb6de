import type { ClosingDocument } from './closings.ts';
import type { EdgeDocument } from './documents.ts';

/** What is noted of a group that is still to be said of its edges. */
type Note = Pick<ClosingDocument, 'below' | 'staged' | 'flipped' | 'at'>;

/** An instant that never comes. */
const never = new Date(8.64e15);

/** When open edges of a generation ended, where their group was emptied or removed since. */
export const endOf = (notes: readonly Note[], generation: number): Date | undefined =>
  notes
    .flatMap(({ below, at }) => (below !== undefined && below > generation ? [at] : []))
    .sort((a, b) => a.getTime() - b.getTime())[0];

/** Since when an edge counts; undefined where it lies ready still, or was never taken up. */
export const startOf = (
  notes: readonly Note[],
  { staged, generation, from }: Pick<EdgeDocument, 'staged' | 'generation' | 'from'>,
): Date | undefined => (staged ? notes.find((note) => note.staged === generation)?.flipped : from);

/** The same as an expression, over edges. */
export function started(notes: readonly Note[]): object {
  const branches = notes.flatMap(({ staged, flipped }) =>
    staged !== undefined && flipped ? [{ case: { $eq: ['$generation', staged] }, then: flipped }] : [],
  );
  const taken = branches.length > 0 ? { $switch: { branches, default: never } } : never;
  return { $cond: ['$staged', taken, '$from'] };
}
