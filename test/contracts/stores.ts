import { expect } from 'chai';
import { leniency } from '../../src/scim/dialects.ts';
import { ScimError } from '../../src/scim/errors.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import type {
  Caller,
  Chunks,
  Json,
  JsonObject,
  MemberChanges,
  Query,
  Resource,
  ResourceStore,
  Stored,
  Wanted,
  Written,
} from '../../src/scim/types.ts';

/** Fresh, empty stores, and three who may ask them: two connections of one tenant, and another tenant's. */
export interface Stores {
  readonly users: ResourceStore;
  readonly groups: ResourceStore;
  readonly caller: Caller;
  readonly sibling: Caller;
  readonly stranger: Caller;
  close?(): Promise<void>;
}

export const all: Wanted = { members: true, groups: true };
export const nothing: Wanted = { members: false, groups: false };
export const any = (): boolean => true;
export const none = (): boolean => false;
export const unchanged: MemberChanges = { reset: false, add: [], remove: [] };
export const lenient = leniency('lenient');

/** What the descriptions of a store do with it, as its `caller`. */
export interface Actions extends Stores {
  addUser(userName: string, attributes?: JsonObject): Promise<Stored>;
  addGroup(displayName: string, members?: readonly string[]): Promise<Stored>;
  change(store: ResourceStore, id: string, decide: (current: JsonObject) => JsonObject): Promise<Written>;
  changeMembers(id: string, members: Partial<MemberChanges>, tally?: typeof lenient): Promise<Written>;
  read(store: ResourceStore, id: string, wanted?: Wanted): Promise<Stored | undefined>;
  membersOf(id: string): Promise<readonly string[]>;
  groupsOf(id: string): Promise<readonly Json[]>;
}

/** The actions on some stores. */
export function actions(stores: Stores): Actions {
  const { users, groups, caller } = stores;
  const read: Actions['read'] = (store, id, wanted = all) => store.read(caller, id, wanted);
  return {
    ...stores,
    read,
    addUser: async (userName, attributes = {}) =>
      (
        await users.create(
          caller,
          { attributes: { userName, active: true, ...attributes }, members: undefined },
          lenient,
          all,
        )
      ).stored,
    addGroup: async (displayName, members) =>
      (await groups.create(caller, { attributes: { displayName }, members }, lenient, all)).stored,
    change: (store, id, decide) =>
      store.revise(caller, id, { accepts: any, decide: (now) => decide(plain(now)), wanted: all }, lenient),
    changeMembers: (id, members, tally = lenient) => {
      const revision = { accepts: any, decide: plain, members: { ...unchanged, ...members }, wanted: all };
      return groups.revise(caller, id, revision, tally);
    },
    membersOf: async (id) => values(await gathered((await read(groups, id))?.attributes['members'])),
    groupsOf: async (id) => gathered((await read(users, id))?.attributes['groups']),
  };
}

/** A query of the first hundred that a filter finds. */
export function query(text: string | undefined, type: ResourceType): Query {
  const filter = text === undefined ? undefined : parseFilter(type, text, leniency('strict'));
  return { ...(filter && { filter }), startIndex: 1, count: 100, wanted: nothing };
}

/** A decision's view of a resource: nothing of it is still to come. */
export const plain = ({ attributes }: Stored): JsonObject => attributes as JsonObject;

/** An array, however it comes. */
export async function gathered(value: Resource[string] | undefined): Promise<readonly Json[]> {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  const items: Json[] = [];
  for await (const chunk of value as Chunks<Json>) items.push(...chunk);
  return items;
}

/** The `value` of each. */
export const values = (items: readonly Json[]): readonly string[] =>
  items.filter(isObject).map((item) => text(item['value']));

/** The `type` of each, by its `value`. */
export const typesOf = (items: readonly Json[]): Readonly<Record<string, string>> =>
  Object.fromEntries(items.filter(isObject).map(({ value, type }) => [text(value), text(type)]));

const text = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Ids in an order of their own. */
export const sorted = (ids: readonly string[]): readonly string[] => [...ids].sort();

/** Whether a value is a JSON object. */
const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Demands that a promise is refused so, and hands over the error. */
export async function refused(
  promise: Promise<unknown> | undefined,
  status: number,
  scimType?: string,
): Promise<ScimError> {
  const error = await promise?.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ScimError)) throw new Error('It was not refused by a ScimError', { cause: error });
  expect([error.status, error.scimType]).to.deep.equal([status, scimType]);
  return error;
}
