import type { Leniency } from '../dialects.ts';
import { invalidFilter } from '../errors.ts';
import { limits } from '../limits.ts';
import { location } from '../present.ts';
import { applyPatch } from '../patch/apply.ts';
import { memberChanges, membersOf, split, typesAsked } from '../patch/delta.ts';
import type { IdsByType } from '../patch/delta.ts';
import { parsePatch } from '../patch/parse.ts';
import type { Operation } from '../patch/parse.ts';
import { projection } from '../projection.ts';
import type { JsonObject, ScimRequest, ScimResponse, Wanted } from '../types.ts';
import { etag } from '../version.ts';
import { outcome, shown } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { revise } from './revise.ts';

const nothing: Wanted = { members: false, groups: false };

/**
 * Modifying with PATCH (RFC 7644 §3.5.2), conditional on If-Match (§3.14). Members change without being read. A type
 * that has members is answered with 204 unless the client says what it wants to see, as Entra expects.
 *
 * @throws ScimError 400, 404, 409 `uniqueness`, 412, 413
 */
export async function patch(
  endpoint: Endpoint,
  id: string,
  request: ScimRequest,
  leniency: Leniency,
): Promise<ScimResponse> {
  const { type, store, baseUrl } = endpoint;
  const { caller, query, ifMatch } = request;
  const { attributes, members } = split(type, parsePatch(type, request.body, leniency));
  const ids = await idsAsked(endpoint, id, request, members);

  const answer = projection(type, query);
  const isSilent = membersOf(type) !== undefined && !query['attributes'] && !query['excludedAttributes'];
  const change = {
    ifMatch,
    attributes: (current: JsonObject, tally: Leniency) => applyPatch(type, current, attributes, tally, id),
    members: memberChanges(members, ids, leniency),
    wanted: isSilent ? nothing : answer.wanted,
  };
  const written = await revise(store, caller, id, change, leniency);

  const headers = { ETag: etag(written.stored.version), Location: location(type, id, baseUrl) };
  const response = isSilent ? { status: 204, headers } : shown(endpoint, 200, written.stored, answer);
  return { ...response, outcome: outcome(endpoint, written, written.before) };
}

/** The members of the types that filters ask for. */
async function idsAsked(
  { store }: Endpoint,
  id: string,
  { caller }: ScimRequest,
  operations: readonly Operation[],
): Promise<IdsByType> {
  const ids = new Map<string, readonly string[]>();
  for (const type of typesAsked(operations)) {
    if (!store.memberIds) throw invalidFilter('Members are not chosen by their type here');
    ids.set(type, await store.memberIds(caller, id, type, limits.patchMembers));
  }
  return ids;
}
