import { payloadTooLarge } from '../errors.ts';
import { limits } from '../limits.ts';
import { memberIds, membersOf } from '../patch/delta.ts';
import type { ResourceType } from '../schema/types.ts';
import type { Json, JsonObject } from '../types.ts';

/** A resource as a body gives it, its members, which are kept apart, taken out. */
export interface Parted {
  readonly attributes: JsonObject;
  /** Undefined where the body names none. */
  readonly members: readonly string[] | undefined;
}

/**
 * Takes the members out of a resource of a type that has them.
 *
 * @throws ScimError 413 with more members than one POST or PUT may have
 */
export function part(type: ResourceType, resource: JsonObject): Parted {
  const { members, ...attributes } = resource;
  if (!membersOf(type) || members === undefined) return { attributes: resource, members: undefined };
  const ids = memberIds(members);
  if (ids.length > limits.groupMembers) {
    throw payloadTooLarge(`A ${type.name} may be sent with at most ${limits.groupMembers} members`);
  }
  return { attributes, members: ids };
}

/** Whether a body has that attribute, be it without any value. */
export const mentions = (body: Json | undefined, attribute: string): boolean =>
  typeof body === 'object' && body !== null && Object.keys(body).some((key) => key.toLowerCase() === attribute);
