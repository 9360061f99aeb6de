import type { Connection as Database } from 'mongoose';
import type { People } from '../domain/accessPorts.ts';
import { keyOf } from './documents.ts';
import type { ResourceDocument } from './documents.ts';

/** Users in MongoDB, as an operator names them. */
export function people(db: Database): People {
  const found = async (condition: Pick<ResourceDocument, 'tenant'> & Partial<ResourceDocument>) =>
    (await db.collection<ResourceDocument>('resources').findOne(condition, { projection: { _id: 1 } }))?._id;

  return {
    find: async (tenant, named) =>
      (await found({ tenant, _id: named, type: 'User' })) ?? (await found({ tenant, key: keyOf('User', named) })),
  };
}
