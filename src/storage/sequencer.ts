import mongoose from 'mongoose';
import type { Kind } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { JournalDocument } from './documents.ts';
import type { TotalsDocument } from './totals.ts';

/** At most so many entries get their place in one transaction. */
const most = 5_000;

/**
 * Gives the journal entries that were committed since their place in the tenant's order: `epoch`, then instant, then
 * version, then id, which tells apart what was made in one batch. Whoever follows the journal by epochs misses no late commit, since an entry has none before it is visible.
 * Adds what they count to the tenant's totals in the same transaction.
 *
 * @returns whether there may be more
 */
export async function sequence(connection: mongoose.Connection, tenant: TenantId): Promise<boolean> {
  const journal = connection.collection<JournalDocument>('journal');
  const pending = { tenant, pending: true } as const;
  const last = await journal
    .find(pending)
    .sort({ at: 1 })
    .skip(most)
    .limit(1)
    .project<Pick<JournalDocument, 'at'>>({ _id: 0, at: 1 })
    .next();
  const session = connection.getClient().startSession();
  try {
    session.startTransaction({ readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority' } });
    // Instants of a resource never go backwards, so cutting at one keeps its entries in order.
    const due = { ...pending, ...(last && { at: { $lte: last.at } }) };
    const sums = await journal
      .aggregate<{ _id: Kind; sum: number }>([{ $match: due }, { $group: { _id: '$kind', sum: { $sum: '$adds' } } }], {
        session,
      })
      .toArray();
    if (sums.length === 0) {
      await session.abortTransaction();
      return false;
    }
    // What was read is no kind of resource: it has its place, and counts for nothing.
    const moved = sums.filter(({ sum }) => sum !== 0);
    const counted = await connection
      .collection<TotalsDocument>('totals')
      .findOneAndUpdate(
        { _id: tenant },
        { $inc: { epoch: 1, ...Object.fromEntries(moved.map(({ _id, sum }) => [`counts.${_id}`, sum])) } },
        { session, upsert: true, returnDocument: 'after' },
      );
    await journal.updateMany(due, { $set: { epoch: counted?.epoch ?? 1 }, $unset: { pending: '' } }, { session });
    await session.commitTransaction();
    return last !== null;
  } catch (error) {
    if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
    // Another process is at the same tenant, or the database is away: the next turn sees.
    if (error instanceof mongoose.mongo.MongoError && error.hasErrorLabel('TransientTransactionError')) return false;
    throw error;
  } finally {
    await session.endSession();
  }
}
