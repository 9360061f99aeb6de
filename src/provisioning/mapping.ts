import type { Member, Membership, NewContent, State } from '../domain/states.ts';
import type { Caller, Json, JsonObject, Resource, Stored } from '../scim/types.ts';
import type { Members } from './ports.ts';

/** A state in SCIM's form, as one connection sees it: with the external id that it set. */
export function toStored(state: State, { connection }: Pick<Caller, 'connection'>, derived: Resource = {}): Stored {
  const externalId = state.externalIds[connection];
  return {
    id: state.id,
    version: state.version,
    created: state.created,
    lastModified: state.modified,
    attributes: {
      ...(externalId !== undefined && { externalId }),
      ...(state.attributes as JsonObject),
      ...derived,
    },
  };
}

/** What a resource says of itself, taken from SCIM's form; the password apart, since only its hash is kept. */
export function contentOf(
  attributes: JsonObject,
  nameAttribute: string,
  caller: Caller,
  before?: State,
): { content: NewContent; password: string | undefined } {
  const { externalId, password, ...rest } = attributes;
  const name = attributes[nameAttribute];
  const others = Object.entries(before?.externalIds ?? {}).filter(([connection]) => connection !== caller.connection);
  return {
    content: {
      name: typeof name === 'string' ? name : '',
      externalIds: {
        ...Object.fromEntries(others),
        ...(typeof externalId === 'string' && { [caller.connection]: externalId }),
      },
      attributes: rest,
      ...(before?.person && { person: before.person }),
    },
    password: typeof password === 'string' ? password : undefined,
  };
}

/** `groups` of a user (RFC 7643 §4.1.2); absent where there is none. */
export const groupsOf = (memberships: readonly Membership[]): Resource =>
  memberships.length === 0
    ? {}
    : { groups: memberships.map(({ group, name, how }) => ({ value: group, display: name, type: how })) };

/** `members` of a group (RFC 7643 §4.2), as they come; absent where there is none. */
export function membersOf(members: Members): Resource {
  if (!isList(members)) return { members: eachChunk(members) };
  return members.length === 0 ? {} : { members: members.map(toValue) };
}

const isList = (members: Members): members is readonly Member[] => Array.isArray(members);

const toValue = ({ id, kind }: Member): Json => ({ value: id, type: kind });

async function* eachChunk(members: AsyncIterable<readonly Member[]>): AsyncGenerator<Json[]> {
  for await (const chunk of members) yield chunk.map(toValue);
}
