import type mongoose from 'mongoose';
import type { TenantId } from '../domain/tenants.ts';
import type { EdgeDocument } from './documents.ts';

/** A group was emptied at that instant: its edges of generations below are to be closed. */
interface ClosingDocument {
  _id: mongoose.mongo.ObjectId;
  tenant: TenantId;
  group: string;
  below: number;
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
  const edges = connection.collection<EdgeDocument>('edges');
  for (const { _id, group, below, at } of await closings.find({ tenant }).toArray()) {
    const old = { tenant, group, generation: { $lt: below }, live: true } as const;
    // One cursor all the way: looking from the beginning for each piece would wade through what was closed before.
    const cursor = edges.find(old, { batchSize: most }).project<Pick<EdgeDocument, '_id'>>({ _id: 1 });
    try {
      while (goOn() && (await cursor.hasNext()))
        // `live` again: another process may be at it too.
        await edges.updateMany(
          { tenant, _id: { $in: cursor.readBufferedDocuments().map((edge) => edge._id) }, live: true },
          { $set: { to: at }, $unset: { live: '' } },
          // The planner would rather walk an index of live edges, past all that were closed a moment ago.
          { hint: { _id: 1 } },
        );
      if (!goOn()) return;
    } finally {
      await cursor.close();
    }
    await closings.deleteOne({ _id, tenant });
  }
}
