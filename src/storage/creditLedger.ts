import mongoose from 'mongoose';
import type { CreditLedger } from '../domain/creditLedger.ts';
import type { JournalDocument } from './documents.ts';

/** The ledger of credits (MongoDB): the entries of the journal that move them, by an index of their own. */
export function creditLedger(connection: mongoose.Connection): CreditLedger {
  const journal = () => connection.collection<JournalDocument>('journal');
  const { ObjectId } = mongoose.mongo;
  return {
    async lines(tenant, before, limit) {
      const last =
        before !== undefined && ObjectId.isValid(before)
          ? await journal().findOne({ tenant, _id: new ObjectId(before) }, { projection: { at: 1 } })
          : undefined;
      const rows = await journal()
        .find({
          tenant,
          credits: { $exists: true },
          ...(last && { at: { $lte: last.at }, $or: [{ at: { $lt: last.at } }, { _id: { $lt: last._id } }] }),
        })
        .project<Pick<JournalDocument, '_id' | 'at' | 'credits' | 'kind' | 'resource' | 'connection'>>({
          at: 1,
          credits: 1,
          kind: 1,
          resource: 1,
          connection: 1,
        })
        .sort({ at: -1, _id: -1 })
        .limit(limit)
        .toArray();
      return rows.flatMap(({ _id, at, credits, kind, resource, connection: by }) =>
        credits ? [{ id: String(_id), at, ...credits, kind, resource, connection: by }] : [],
      );
    },
  };
}
