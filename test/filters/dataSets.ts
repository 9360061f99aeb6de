import type mongoose from 'mongoose';
import { tenantId, type TenantId } from '../../src/domain/tenants.ts';
import { foldCase } from '../../src/scim/schema/fold.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { newDocument, newEdge } from '../../src/storage/documents.ts';
import { searchableUser, searched } from '../support/searchableUsers.ts';
import type { Chance } from '../support/filters.ts';

/** Whose `externalId` is meant in the questions. */
export const connectionAsking = searched.connection;

/** Users of one tenant, as they are in memory; MongoDB has the same. */
export interface DataSet {
  readonly tenant: TenantId;
  readonly users: readonly JsonObject[];
  readonly ids: readonly string[];
  readonly groups: readonly string[];
}

const groupsEach = 4;

/** Makes a tenant of random users and groups, and keeps it as the server would. */
export async function dataSet(db: mongoose.Connection, chance: Chance, number: number, size: number): Promise<DataSet> {
  const tenant = tenantId(`t${number}`);
  const groups = Array.from({ length: groupsEach }, (_, at) => `g-${number}-${at}`);
  const names = new Set<string>();
  const drawn = Array.from({ length: size }, (_, at) => user(chance, number * size + at, groups, names));
  await db.collection('resources').insertMany(drawn.map((each) => documentOf(tenant, each)));
  await db.collection('edges').insertMany(drawn.flatMap((each) => edgesOf(tenant, each)));
  await db.collection('edges').insertMany(nestings(tenant, groups));
  await db.collection('resources').insertMany(groups.map((id) => groupDocument(tenant, id)));
  const users = drawn.map(({ resource }) => resource);
  return { tenant, users, ids: users.map(idOf), groups };
}

/** The id of a resource. */
export const idOf = ({ id }: JsonObject): string => textOf(id);

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** A user as it is in memory, with what only MongoDB keeps of it. */
interface Drawn {
  readonly resource: JsonObject;
  readonly created: Date;
  readonly modified: Date;
  readonly version: number;
  readonly inGroups: readonly string[];
}

function user(chance: Chance, number: number, groups: readonly string[], names: Set<string>): Drawn {
  const { resource, document } = searchableUser(chance, number);
  const inGroups = groups.filter(() => chance.percent(30));
  const own: JsonObject = { userName: freeName(textOf(resource['userName']), number, names) };
  // A strict connection keeps empty texts as they are.
  if (chance.percent(15)) own['title'] = '';
  const around = groups.filter((each) => !inGroups.includes(each) && isAround(groups, each, inGroups));
  const memberships = [
    ...inGroups.map((value): Json => ({ value, display: value, type: 'direct' })),
    ...around.map((value): Json => ({ value, display: value, type: 'indirect' })),
  ];
  const { created, modified, version } = document;
  return {
    resource: { ...resource, ...own, ...(memberships.length > 0 && { groups: memberships }) },
    created,
    modified,
    version,
    inGroups,
  };
}

/** Names are unique in a tenant. */
function freeName(name: string, number: number, names: Set<string>): string {
  const free = names.has(foldCase(name)) ? `${name}${number}` : name;
  names.add(foldCase(free));
  return free;
}

function documentOf(tenant: TenantId, { resource, created, modified, version }: Drawn): object {
  const { id, externalId, schemas, meta, groups, ...attributes } = resource;
  // What other connections call it is nobody else's affair.
  const externalIds = { c: 'E1', ...(externalId !== undefined && { c1: textOf(externalId) }), c2: 'E12' };
  const state = { id: textOf(id), tenant, kind: 'User', name: textOf(attributes['userName']), externalIds, attributes };
  const document = newDocument(searched.type, { ...state, owner: connectionAsking }, created);
  return { ...document, modified, version };
}

const edgesOf = (tenant: TenantId, { resource, inGroups, created }: Drawn) =>
  inGroups.map((group) => newEdge(tenant, group, 1, { id: idOf(resource), kind: 'User' }, created));

/** The second group is inside the first, and the third inside the second. */
const nestings = (tenant: TenantId, [first = '', second = '', third = '']: readonly string[]) => [
  newEdge(tenant, first, 1, { id: second, kind: 'Group' }, new Date(0)),
  newEdge(tenant, second, 1, { id: third, kind: 'Group' }, new Date(0)),
];

/** Whether a group has one of those groups inside. */
function isAround([first, second, third]: readonly string[], group: string, inside: readonly string[]): boolean {
  const below = group === first ? [second, third] : group === second ? [third] : [];
  return below.some((each) => each !== undefined && inside.includes(each));
}

const groupDocument = (tenant: TenantId, id: string): object => ({
  ...newDocument(
    searched.type,
    { id, tenant, kind: 'Group', name: id, externalIds: {}, attributes: { displayName: id }, owner: connectionAsking },
    new Date(0),
  ),
});
