import type mongoose from 'mongoose';
import { limits } from '../../src/scim/limits.ts';

/** A command that MongoDB ran, and what it looked at. */
export interface Ran {
  readonly collection: string;
  readonly keys: number;
  /** As it was sent: its pipeline, where it has one. */
  readonly command: { readonly pipeline?: readonly object[] };
}

/** Tells what MongoDB's own profiler saw of some work on a database: nothing that was sent is missing. */
export async function profilerOf(connection: mongoose.Connection) {
  const { db } = connection;
  if (!db) throw new Error('not connected');
  await db.createCollection('system.profile', { capped: true, size: 2 ** 24 });
  await db.command({ profile: 2 });
  const newestFirst = () =>
    db
      .collection('system.profile')
      .find({ ns: { $not: /system\.profile$/ } })
      .sort({ $natural: -1 });

  return async <Result>(work: () => Promise<Result>): Promise<{ result: Result; ran: readonly Ran[] }> => {
    // A read of nothing, behind which the work begins.
    await db.collection('marks').findOne();
    const result = await work();
    const ran: Ran[] = [];
    for await (const { ns, keysExamined, command } of newestFirst()) {
      const collection = String(ns).replace(/^[^.]*\./, '');
      if (collection === 'marks') break;
      if (keysExamined !== undefined)
        ran.unshift({ collection, keys: Number(keysExamined), command: command as Ran['command'] });
    }
    return { result, ran };
  };
}

/** What of a list is counted. */
export interface Listed {
  readonly Resources: readonly Readonly<Record<string, unknown>>[];
  readonly nextCursor?: string;
  readonly previousCursor?: string;
}

/** How many resources, edges and groups of theirs an answer shows. */
export const shown = ({ Resources = [] }: Partial<Listed>): number =>
  Resources.reduce((sum, { groups: held, members }) => sum + 1 + 2 * lengthOf(held) + lengthOf(members), 0);

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** Commands that examined more than a page, and for which nothing says that it is 100,000 at most. */
export const unbounded = (ran: readonly Ran[], ofPage: number): readonly Ran[] =>
  ran.filter(({ keys, command: { pipeline = [] } }) => {
    const [, bound = {}] = pipeline;
    return keys > ofPage && !('$limit' in bound && Number(bound.$limit) <= limits.scannedResources + 1);
  });
