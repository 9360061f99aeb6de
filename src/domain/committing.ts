import type { Committed } from './changes.ts';

/** What became of the first of changes that were committed together: those behind it only stand or fall with it. */
export async function firstOf(committing: Promise<readonly Committed[]>): Promise<Committed> {
  const [committed] = await committing;
  if (!committed) throw new TypeError('a change that was committed has an outcome');
  return committed;
}
