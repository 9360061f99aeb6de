import { randomUUID } from 'node:crypto';
import type { Leniency } from '../../src/scim/dialects.ts';
import { invalidValue, notFound, preconditionFailed, tooMany, uniqueness } from '../../src/scim/errors.ts';
import { matches } from '../../src/scim/filter/matches.ts';
import { comparePositions, positionOf } from '../../src/scim/order.ts';
import { foldCase } from '../../src/scim/schema/fold.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import type {
  Caller,
  Chunks,
  Found,
  Json,
  JsonObject,
  MemberChanges,
  Page,
  Position,
  Query,
  Resource,
  ResourceStore,
  Stored,
  Wanted,
} from '../../src/scim/types.ts';

interface Row {
  readonly id: string;
  readonly type: ResourceType;
  version: number;
  readonly created: Date;
  lastModified: Date;
  attributes: JsonObject;
  password: string | undefined;
  readonly externalIds: Map<string, string>;
}

/** One tenant: its resources in the order of their creation, and who is in which group. */
interface Tenant {
  readonly rows: Map<string, Row>;
  /** Who has a name: by type and the name's key. */
  readonly names: Map<string, Row>;
  readonly members: Map<string, Set<string>>;
}

/** What a store cannot make up by itself. */
export interface Chance {
  readonly now?: () => Date;
  readonly newId?: () => string;
}

/**
 * Stores that keep everything in memory: the twin of the MongoDB stores in tests, held to the same contract
 * (test/contracts/resourceStore.contract.ts).
 */
export function memoryStores({ now = () => new Date(), newId = randomUUID }: Chance = {}): (
  type: ResourceType,
) => ResourceStore {
  const tenants = new Map<string, Tenant>();
  const tenantOf = ({ tenant }: Caller): Tenant => {
    const known: Tenant = tenants.get(tenant) ?? { rows: new Map(), names: new Map(), members: new Map() };
    tenants.set(tenant, known);
    return known;
  };
  return (type) => memoryStore(type, tenantOf, now, newId);
}

function memoryStore(
  type: ResourceType,
  tenantOf: (caller: Caller) => Tenant,
  now: () => Date,
  newId: () => string,
): ResourceStore {
  const find = (caller: Caller, id: string): Row | undefined => {
    const row = tenantOf(caller).rows.get(id);
    return row?.type === type ? row : undefined;
  };
  const demand = (caller: Caller, id: string): Row => {
    const row = find(caller, id);
    if (!row) throw notFound(`${type.name} ${id} does not exist`);
    return row;
  };
  const settled = <T>(compute: () => T): Promise<T> => new Promise((resolve) => resolve(compute()));

  return {
    create: (caller, { attributes, members, id = newId() }, lenient, wanted) =>
      settled(() => {
        const tenant = tenantOf(caller);
        requireFreeName(tenant, type, attributes, undefined);
        const { known, refused } = knownMembers(tenant, members ?? [], lenient);
        const instant = now();
        const row: Row = {
          id,
          type,
          version: 1,
          created: instant,
          lastModified: instant,
          attributes: {},
          password: undefined,
          externalIds: new Map(),
        };
        write(tenant, row, caller, attributes);
        tenant.rows.set(id, row);
        if (type.name === 'Group') tenant.members.set(id, new Set(known));
        return { stored: show(tenant, row, caller, wanted), refusedMembers: refused };
      }),

    read: (caller, id, wanted) =>
      settled(() => {
        const row = find(caller, id);
        return row && show(tenantOf(caller), row, caller, wanted);
      }),

    query: (caller, query) => settled(() => select(tenantOf(caller), type, caller, query)),

    revise: (caller, id, revision, lenient) =>
      settled(() => {
        const tenant = tenantOf(caller);
        const row = demand(caller, id);
        if (!revision.accepts(row.version)) throw preconditionFailed(`${type.name} ${id} has changed`);
        const current = show(tenant, row, caller, { members: false, groups: false });
        const attributes = revision.decide(current);
        requireFreeName(tenant, type, attributes, row);
        const { members, refused } = changedMembers(tenant, row, revision.members, lenient);

        const same = attributes === current.attributes && members === undefined;
        if (members) tenant.members.set(id, members);
        if (!same) {
          write(tenant, row, caller, attributes);
          row.version += 1;
          row.lastModified = now();
        }
        return { stored: show(tenant, row, caller, revision.wanted), refusedMembers: refused };
      }),

    remove: (caller, id, accepts) =>
      settled(() => {
        const { rows, names, members } = tenantOf(caller);
        const row = demand(caller, id);
        if (!accepts(row.version)) throw preconditionFailed(`${type.name} ${id} has changed`);
        rows.delete(id);
        names.delete(nameOf(row, row.attributes));
        members.delete(id);
        for (const ids of members.values()) ids.delete(id);
      }),

    memberIds: (caller, id, memberType, limit) =>
      settled(() => {
        const { rows, members } = tenantOf(caller);
        const { id: group } = demand(caller, id);
        const ids = [...(members.get(group) ?? [])].filter((member) => rows.get(member)?.type.name === memberType);
        if (ids.length > limit) throw tooMany(`${type.name} ${id} has more than ${String(limit)} such members`);
        return ids;
      }),
  };
}

function nameOf({ type }: { readonly type: ResourceType }, attributes: JsonObject): string {
  const name = attributes[type.nameAttribute.name];
  return `${type.name} ${typeof name === 'string' ? foldCase(name) : ''}`;
}

function requireFreeName(tenant: Tenant, type: ResourceType, attributes: JsonObject, self: Row | undefined): void {
  const holder = tenant.names.get(nameOf({ type }, attributes));
  if (holder === self || holder === undefined) return;
  throw uniqueness(`A ${type.name} with that ${type.nameAttribute.name} already exists`);
}

/** Keeps apart what a resource does not show: the password, and the externalIds of other connections. */
function write(tenant: Tenant, row: Row, { connection }: Caller, next: JsonObject): void {
  const { externalId, password, ...attributes } = next;
  tenant.names.delete(nameOf(row, row.attributes));
  tenant.names.set(nameOf(row, attributes), row);
  row.attributes = attributes;
  if (typeof password === 'string') row.password = password;
  if (typeof externalId === 'string') row.externalIds.set(connection, externalId);
  else row.externalIds.delete(connection);
}

function knownMembers(
  tenant: Tenant,
  ids: readonly string[],
  lenient: Leniency,
): { known: readonly string[]; refused: readonly string[] } {
  const refused = ids.filter((id) => !tenant.rows.has(id));
  if (refused.length > 0 && !lenient.repairs('unknownMembers')) {
    throw invalidValue(`These members do not exist: ${refused.join(', ')}`);
  }
  return { known: ids.filter((id) => tenant.rows.has(id)), refused };
}

/** The members after the changes; undefined where nobody comes or goes. */
function changedMembers(
  tenant: Tenant,
  { id }: Row,
  changes: MemberChanges | undefined,
  lenient: Leniency,
): { members: Set<string> | undefined; refused: readonly string[] } {
  if (!changes) return { members: undefined, refused: [] };
  const before = tenant.members.get(id) ?? new Set();
  const { known, refused } = knownMembers(tenant, changes.add, lenient);
  const after = new Set(changes.reset ? known : [...before, ...known]);
  for (const member of changes.remove) after.delete(member);
  for (const member of known) {
    if (member === id || isBelow(tenant, id, member)) throw invalidValue(`Group ${id} would be a member of itself`);
  }
  const isSame = after.size === before.size && [...after].every((member) => before.has(member));
  return { members: isSame ? undefined : after, refused };
}

/** Whether `id` is a member of `group`, directly or through other groups. */
function isBelow(tenant: Tenant, id: string, group: string): boolean {
  const members = tenant.members.get(group) ?? new Set<string>();
  return members.has(id) || [...members].some((member) => isBelow(tenant, id, member));
}

function show(tenant: Tenant, row: Row, { connection }: Caller, wanted: Wanted): Stored {
  const { id, version, created, lastModified } = row;
  const externalId = row.externalIds.get(connection);
  const attributes: Resource = { ...structuredClone(row.attributes), ...(externalId !== undefined && { externalId }) };
  if (wanted.members && row.type.name === 'Group') {
    const members = shownMembers(tenant, id);
    if (members.length > 0) attributes['members'] = inChunks(members);
  }
  if (wanted.groups && row.type.name === 'User') {
    const groups = shownGroups(tenant, id);
    if (groups.length > 0) attributes['groups'] = groups;
  }
  return { id, version, created, lastModified, attributes };
}

function shownMembers(tenant: Tenant, id: string): Json[] {
  return [...(tenant.members.get(id) ?? [])].flatMap((member) => {
    const row = tenant.rows.get(member);
    return row ? [{ value: member, display: display(row), type: row.type.name }] : [];
  });
}

function shownGroups(tenant: Tenant, id: string): Json[] {
  return [...tenant.members].flatMap(([group, members]) => {
    const row = tenant.rows.get(group);
    if (!row || !isBelow(tenant, id, group)) return [];
    return [{ value: group, display: display(row), type: members.has(id) ? 'direct' : 'indirect' }];
  });
}

const display = ({ type, attributes }: Row): Json =>
  attributes['displayName'] ?? attributes[type.nameAttribute.name] ?? null;

async function* inChunks(items: readonly Json[]): Chunks<Json> {
  for (let start = 0; start < items.length; start += 100) {
    yield await Promise.resolve(items.slice(start, start + 100));
  }
}

function select(tenant: Tenant, type: ResourceType, caller: Caller, query: Query): Found {
  const { filter, sort, wanted } = query;
  const sign = sort?.order === 'descending' ? -1 : 1;
  const listed = [...tenant.rows.values()]
    .filter((row) => row.type === type && (!filter || matches(filter, searchable(tenant, row, caller))))
    .map((row) => ({ row, position: positionOf(type, show(tenant, row, caller, nothing), sort) }))
    .sort((a, b) => sign * comparePositions(a.position, b.position));
  const { rows, more } = pageOf(listed, query, sign);
  return { total: listed.length, resources: rows.map(({ row }) => show(tenant, row, caller, wanted)), more };
}

const nothing: Wanted = { members: false, groups: false };

/** The rows of a page, in the order of the list. */
function pageOf<T extends { readonly position: Position }>(listed: readonly T[], page: Page, sign: number) {
  const { cursor, count } = page;
  if (!cursor) {
    const end = page.startIndex - 1 + count;
    return { rows: listed.slice(page.startIndex - 1, end), more: listed.length > end };
  }
  const { from, towards } = cursor;
  const isBehind = ({ position }: T): boolean => {
    const order = from ? sign * comparePositions(position, from) : 0;
    return !from || (towards === 'next' ? order > 0 : order < 0);
  };
  const behind = listed.filter(isBehind);
  const rows = towards === 'next' ? behind.slice(0, count) : behind.slice(Math.max(0, behind.length - count));
  return { rows, more: behind.length > count };
}

/** The resource with all that a filter may ask for. */
function searchable(tenant: Tenant, row: Row, caller: Caller): JsonObject {
  const { attributes } = show(tenant, row, caller, { members: false, groups: true });
  const meta = {
    resourceType: row.type.name,
    created: row.created.toISOString(),
    lastModified: row.lastModified.toISOString(),
  };
  // Without members nothing of it is still to come.
  return { ...(attributes as JsonObject), id: row.id, meta, members: shownMembers(tenant, row.id) };
}
