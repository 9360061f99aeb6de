import type mongoose from 'mongoose';
import type { TenantId } from '../domain/tenants.ts';
import type { EdgeDocument } from './documents.ts';
import { edgesToMend } from './schema.ts';

/** Work that a change of a group left to do on its edges. */
export interface ClosingDocument {
  _id: mongoose.mongo.ObjectId;
  tenant: TenantId;
  group: string;
  /** The group was emptied at `at`: its edges of generations below are to be closed. */
  below?: number;
  /** Edges lie ready under that generation; by `at` they are taken up or given up. */
  staged?: number;
  /** Since then they count. */
  flipped?: Date;
  abandoned?: true;
  at: Date;
}

/** Edges closed at a time: a fraction of a second of the database's attention. */
const most = 2_000;

/**
 * Closes the edges that an emptying or a removal left behind, piece by piece. Readers honour the group's generation, so
 * nobody sees the difference; whoever is interrupted goes on where it stopped, and two at once do no harm.
 */
export async function closeOldEdges(
  connection: mongoose.Connection,
  tenant: TenantId,
  goOn: () => boolean,
): Promise<void> {
  const closings = connection.collection<ClosingDocument>('closings');
  for (const closing of await closings.find({ tenant }).toArray()) {
    const { _id } = closing;
    const done =
      closing.staged === undefined ? await close(connection, closing, goOn) : await settle(connection, closing, goOn);
    if (done) await closings.deleteOne({ _id, tenant });
  }
}

function close(
  connection: mongoose.Connection,
  { tenant, group, below = 0, at }: ClosingDocument,
  goOn: () => boolean,
) {
  const old = { tenant, group, generation: { $lt: below }, live: true } as const;
  // `live` again: another process may be at it too.
  return eachPage(connection, old, goOn, (edges, _id) =>
    edges.updateMany(
      { tenant, _id, live: true },
      { $set: { to: at }, $unset: { live: '' } },
      // The planner would rather walk an index of live edges, past all that were closed a moment ago.
      { hint: { _id: 1 } },
    ),
  );
}

/** Gives edges that lay ready the instant since which they count; removes those that nobody took up. */
async function settle(
  connection: mongoose.Connection,
  closing: ClosingDocument,
  goOn: () => boolean,
): Promise<boolean> {
  const { _id, tenant, group, staged, flipped, at } = closing;
  const laid = { tenant, group, generation: staged ?? 0 } as const;
  // First the open ones: whoever leaves meanwhile is among the closed ones then.
  const ready = { ...laid, live: true } as const;
  const closed = { ...laid, staged: true, to: { $exists: true } } as const;
  if (flipped) {
    const mend = (edges: Edges, ids: Ids) =>
      edges.updateMany(
        { tenant, _id: ids, staged: true },
        { $set: { from: flipped }, $unset: { staged: '' } },
        { hint: { _id: 1 } },
      );
    return (
      (await eachPage(connection, ready, goOn, mend)) && (await eachPage(connection, closed, goOn, mend, edgesToMend))
    );
  }
  if (at > new Date()) return false;
  // Whoever takes them up at this moment meets this note.
  const given = await connection
    .collection<ClosingDocument>('closings')
    .updateOne({ _id, tenant, flipped: { $exists: false } }, { $set: { abandoned: true } });
  if (given.matchedCount === 0) return false;
  const takeAway = (edges: Edges, ids: Ids) => edges.deleteMany({ tenant, _id: ids });
  // An emptying at the same moment may have closed some of them.
  return (
    (await eachPage(connection, ready, goOn, takeAway)) &&
    (await eachPage(connection, closed, goOn, takeAway, edgesToMend))
  );
}

type Edges = mongoose.mongo.Collection<EdgeDocument>;
type Ids = { $in: EdgeDocument['_id'][] };

/** Works through edges piece by piece; tells whether it came to the end. */
async function eachPage(
  connection: mongoose.Connection,
  which: mongoose.mongo.Filter<EdgeDocument>,
  goOn: () => boolean,
  act: (edges: Edges, ids: Ids) => Promise<unknown>,
  hint?: mongoose.mongo.IndexSpecification,
): Promise<boolean> {
  const edges = connection.collection<EdgeDocument>('edges') as unknown as Edges;
  // One cursor all the way: looking from the beginning for each piece would wade through what was done before.
  const cursor = edges
    .find(which, { batchSize: most, ...(hint && { hint }) })
    .project<Pick<EdgeDocument, '_id'>>({ _id: 1 });
  try {
    while (goOn() && (await cursor.hasNext()))
      await act(edges, { $in: cursor.readBufferedDocuments().map((edge) => edge._id) });
    return goOn();
  } finally {
    await cursor.close();
  }
}
