import type mongoose from 'mongoose';
import { queueOf } from '../domain/accounts.ts';
import type { Walks } from '../domain/walks.ts';
import { accountId, type AccountDocument } from './accounts.ts';
import { stateFields, toState, type EdgeDocument, type ResourceDocument } from './documents.ts';
import { edgesByGroup } from './schema.ts';

/** Goes through very many (MongoDB). */
export function walks(connection: mongoose.Connection): Walks {
  const resources = () => connection.collection<ResourceDocument>('resources');

  return {
    async members(tenant, { id, generation }, after, limit) {
      const rows = await connection
        .collection<EdgeDocument>('edges')
        .find({ tenant, group: id, generation, live: true, ...(after !== undefined && { member: { $gt: after } }) })
        .hint(edgesByGroup)
        .sort({ member: 1 })
        .limit(limit)
        .project<Pick<EdgeDocument, 'member' | 'type' | 'via'>>({ _id: 0, member: 1, type: 1, via: 1 })
        .toArray();
      return rows.map(({ member, type, via }) => ({ id: member, kind: type, via }));
    },

    async groups(tenant, after, limit) {
      const rows = await resources()
        .find({ tenant, type: 'Group', ...(after !== undefined && { _id: { $gt: after } }) })
        .sort({ _id: 1 })
        .limit(limit)
        .project<Pick<ResourceDocument, '_id' | 'name' | 'owner'>>({ name: 1, owner: 1 })
        .toArray();
      return rows.map(({ _id, name, owner }) => ({ id: _id, name, owner }));
    },

    async waiting(tenant, pool, limit) {
      // Somebody may wait for several pools: the index finds him, and since when he waits for this one is looked up.
      const rows = await resources()
        .aggregate<ResourceDocument>([
          { $match: { tenant, waits: { $elemMatch: { pool } } } },
          { $set: { turn: { $first: { $filter: { input: '$waits', cond: { $eq: ['$$this.pool', pool] } } } } } },
          { $sort: { 'turn.since': 1, _id: 1 } },
          { $limit: limit },
          { $project: { ...stateFields, turn: 0 } },
        ])
        .toArray();
      return rows.map(toState);
    },

    async queues(tenant) {
      const [first, beyond] = [accountId(tenant, queueOf('')), accountId(tenant, `${queueOf('').slice(0, -1)};`)];
      const rows = await connection
        .collection<AccountDocument>('accounts')
        .find({ tenant, _id: { $gte: first, $lt: beyond }, value: { $gt: 0 } })
        .project<Pick<AccountDocument, 'name'>>({ name: 1 })
        .toArray();
      return rows.map(({ name }) => name.slice(queueOf('').length));
    },
  };
}
