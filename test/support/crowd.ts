import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import type { ScimRequest, ScimResponse } from '../../src/scim/types.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import type { EdgeDocument, ResourceDocument } from '../../src/storage/documents.ts';

const at = 10_000;

/** Makes so many people members of a group, past the server: as one that was filled long ago. */
export async function crowd(db: mongoose.mongo.Db, tenant: string, group: string, size: number): Promise<void> {
  const state = await db.collection<ResourceDocument>('resources').findOne({ _id: group });
  if (!state) throw new Error('no such group');
  for (let done = 0; done < size; done += at)
    await db.collection<EdgeDocument>('edges').insertMany(
      Array.from({ length: Math.min(at, size - done) }, () => ({
        _id: new mongoose.mongo.ObjectId(),
        tenant: tenantId(tenant),
        group,
        generation: state.generation,
        member: randomUUID(),
        type: 'User' as const,
        from: state.created,
        live: true as const,
      })),
      { ordered: false },
    );
}

/** One connection's requests to a protocol without HTTP. */
export function asking(protocol: (request: ScimRequest) => Promise<ScimResponse>, tenant: string) {
  return (method: ScimRequest['method'], path: readonly string[], body?: ScimRequest['body']): Promise<ScimResponse> =>
    protocol({
      method,
      path,
      query: {},
      ...(body !== undefined && { body }),
      caller: {
        tenant,
        connection: 'connection',
        dialect: 'lenient',
        scopes: new Set(['users:read', 'users:write', 'groups:read', 'groups:write']),
        adopts: false,
        requestId: randomUUID(),
        deadline: Date.now() + 60_000,
      },
    });
}

/** The ways of ending all memberships of a group at once. */
export const endings = {
  'PATCH replace members []': { method: 'PATCH', body: { Operations: [{ op: 'replace', path: 'members', value: [] }] } },
  'PATCH remove members': { method: 'PATCH', body: { Operations: [{ op: 'remove', path: 'members' }] } },
  DELETE: { method: 'DELETE', body: undefined },
} as const;
