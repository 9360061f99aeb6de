import { isDeepStrictEqual } from 'node:util';
import type { Leniency } from '../dialects.ts';
import { membersOf } from '../patch/delta.ts';
import { own, requireMutable } from '../patch/merge.ts';
import { isObject } from '../patch/values.ts';
import { projection } from '../projection.ts';
import { wholeResource } from '../schema/path.ts';
import type { Attribute, ResourceType } from '../schema/types.ts';
import { readResource } from '../schema/validate.ts';
import type { Json, JsonObject, MemberChanges, ScimRequest, ScimResponse } from '../types.ts';
import { outcome, shown } from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { mentions, part } from './members.ts';
import { revise } from './revise.ts';

/**
 * Replacing with PUT (RFC 7644 §3.5.1), conditional on If-Match (§3.14). What is left out is cleared, but for what a
 * client cannot write and for `active`: a PUT must not re-activate by silence.
 *
 * @throws ScimError 400 `invalidSyntax`, `invalidValue`, `mutability`; 404; 409 `uniqueness`; 412; 413
 */
export async function replace(
  endpoint: Endpoint,
  id: string,
  request: ScimRequest,
  leniency: Leniency,
): Promise<ScimResponse> {
  const { type, store } = endpoint;
  const answer = projection(type, request.query);
  const given = part(type, readResource(type, request.body, leniency));

  const change = {
    ifMatch: request.ifMatch,
    attributes: (current: JsonObject) => replaced(type, current, given.attributes),
    members: replacedMembers(type, request.body, given.members, leniency),
    wanted: answer.wanted,
  };
  const written = await revise(store, request.caller, id, change, leniency);

  return { ...shown(endpoint, 200, written.stored, answer), outcome: outcome(endpoint, written, written.before) };
}

function replacedMembers(
  type: ResourceType,
  body: Json | undefined,
  members: readonly string[] | undefined,
  leniency: Leniency,
): MemberChanges | undefined {
  if (!membersOf(type)) return undefined;
  if (!mentions(body, 'members') && leniency.repairs('putKeepsMembers')) return undefined;
  return { reset: true, add: members ?? [], remove: [] };
}

function replaced(type: ResourceType, current: JsonObject, given: JsonObject): JsonObject {
  const next = replacedParts(wholeResource(type), current, given);
  const active = own(next, 'active') ?? own(current, 'active');
  if (active !== undefined) next['active'] = active;
  return isDeepStrictEqual(next, current) ? current : next;
}

function replacedParts(whole: Attribute, current: JsonObject, given: JsonObject): JsonObject {
  const next: JsonObject = {};
  for (const attribute of whole.subAttributes) {
    const { name } = attribute;
    const value = replacedPart(attribute, own(current, name), own(given, name));
    if (value !== undefined) next[name] = value;
  }
  return next;
}

function replacedPart(attribute: Attribute, current: Json | undefined, given: Json | undefined): Json | undefined {
  const { type, multiValued, mutability } = attribute;
  if (mutability === 'readOnly') return current;
  if (mutability === 'immutable') {
    if (given !== undefined) requireMutable(attribute, current, given);
    return current ?? given;
  }
  if (type !== 'complex' || multiValued) return given;
  const parts = replacedParts(attribute, isObject(current) ? current : {}, isObject(given) ? given : {});
  return Object.keys(parts).length > 0 ? parts : undefined;
}
