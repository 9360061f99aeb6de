import type mongoose from 'mongoose';
import type { Holders } from '../domain/lists.ts';
import { stateFields, toState, type ResourceDocument } from './documents.ts';

/** Who holds what (MongoDB): as many documents are examined as are shown, and no more keys of the index than are counted. */
export function holders(connection: mongoose.Connection): Holders {
  const resources = () => connection.collection<ResourceDocument>('resources');
  return {
    async page(tenant, word, after, limit) {
      const documents = await resources()
        .find({ tenant, held: word, ...(after !== undefined && { _id: { $gt: after } }) }, { projection: stateFields })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return documents.map(toState);
    },
    count: (tenant, word) => resources().countDocuments({ tenant, held: word }),
  };
}
