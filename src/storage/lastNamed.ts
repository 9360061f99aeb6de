import type mongoose from 'mongoose';
import type { Named } from '../domain/history.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { HistoryDocument, ResourceDocument } from './documents.ts';

/** What resources are called, or were last: those of the ids that there are or were. */
export async function lastNamed(
  connection: mongoose.Connection,
  tenant: TenantId,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Named>> {
  if (ids.length === 0) return new Map();
  const standing = await connection
    .collection<ResourceDocument>('resources')
    .find({ tenant, _id: { $in: [...ids] } })
    .project<Pick<ResourceDocument, '_id' | 'name' | 'type'>>({ name: 1, type: 1 })
    .toArray();
  const found = standing.map(({ _id, name, type }): Named => ({ id: _id, kind: type, name }));
  const known = new Set(found.map(({ id }) => id));
  const gone = ids.filter((id) => !known.has(id));
  const closed = gone.length > 0 ? await lastClosed(connection, tenant, gone) : [];
  return new Map([...found, ...closed].map((named) => [named.id, named]));
}

const lastClosed = (connection: mongoose.Connection, tenant: TenantId, ids: readonly string[]): Promise<Named[]> =>
  connection
    .collection<HistoryDocument>('history')
    .aggregate<Named>([
      { $match: { tenant, resource: { $in: [...ids] } } },
      { $sort: { resource: 1, from: 1, revision: 1 } },
      { $group: { _id: '$resource', name: { $last: '$name' }, kind: { $last: '$type' } } },
      { $project: { _id: 0, id: '$_id', name: 1, kind: 1 } },
    ])
    .toArray();
