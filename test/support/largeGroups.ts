import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import type { ScimRequest, ScimResponse } from '../../src/scim/types.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import type { EdgeDocument, ResourceDocument } from '../../src/storage/documents.ts';
import { testCaller } from './callers.ts';

const atOnce = 10_000;

/** Makes so many people members of a group, past the server: as one that was filled long ago. */
export async function fillGroup(db: mongoose.mongo.Db, tenant: string, group: string, size: number): Promise<void> {
  const state = await db.collection<ResourceDocument>('resources').findOne({ _id: group });
  if (!state) throw new Error('no such group');
  for (let done = 0; done < size; done += atOnce)
    await db.collection<EdgeDocument>('edges').insertMany(
      Array.from({ length: Math.min(atOnce, size - done) }, () => ({
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

type Protocol = (request: ScimRequest) => Promise<ScimResponse>;

/** Makes an empty group; answers its id. */
export async function makeGroup(protocol: Protocol, displayName: string): Promise<string> {
  const { status, body } = await ask(protocol, { method: 'POST', path: ['Groups'], body: { displayName } });
  const id = body?.['id'];
  if (typeof id !== 'string') throw new Error(`a group was answered ${status}`);
  return id;
}

/** Ways of ending all memberships of a group at once, by what a client sends. */
export const endings = ['PATCH replace members []', 'PATCH remove members', 'DELETE'] as const;

/** What a client sends to end all memberships of a group. */
export function endingOf(ending: (typeof endings)[number]): Pick<ScimRequest, 'method' | 'body'> {
  switch (ending) {
    case 'PATCH replace members []':
      return { method: 'PATCH', body: { Operations: [{ op: 'replace', path: 'members', value: [] }] } };
    case 'PATCH remove members':
      return { method: 'PATCH', body: { Operations: [{ op: 'remove', path: 'members' }] } };
    case 'DELETE':
      return { method: 'DELETE' };
    default:
      return ending satisfies never;
  }
}

/** Asks a protocol without HTTP, as the caller of tests. */
export const ask = (
  protocol: Protocol,
  request: Pick<ScimRequest, 'method' | 'path' | 'body'>,
): Promise<ScimResponse> =>
  protocol({ query: {}, ...request, caller: testCaller({ requestId: randomUUID(), deadline: Date.now() + 60_000 }) });
