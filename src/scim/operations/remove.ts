import type { ScimRequest, ScimResponse } from '../types.ts';
import { accepts } from '../version.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Deleting (RFC 7644 §3.6), conditional on If-Match (§3.14).
 *
 * @throws ScimError 404, 412
 */
export async function remove({ type, store }: Endpoint, id: string, request: ScimRequest): Promise<ScimResponse> {
  await store.remove(request.caller, id, accepts(request.ifMatch));

  return { status: 204, headers: {}, outcome: { resourceType: type.name, id, refusedMembers: [] } };
}
