import { createHash } from 'node:crypto';
import mongoose from 'mongoose';
import { tenantId } from '../../src/domain/tenants.ts';
import type { Kind } from '../../src/domain/states.ts';
import { newDocument, type EdgeDocument, type ResourceDocument } from '../../src/storage/documents.ts';
import { testRegistry } from '../support/schemas.ts';

/** How much there is of everything. */
export interface Sizes {
  readonly users: number;
  /** People in no group, who are made members. */
  readonly joiners: number;
  /** Members of the groups that somebody is added to. */
  readonly groups: readonly number[];
}

/** Groups that the users are in, three each. */
export const teamCount = 50;

/** The teams of a person: the first, the second or the third. */
export const teamOf = (person: number, which: number): number => (person + which * 7) % teamCount;

/** Groups without members, one per client. */
export const emptyGroups = 50;

/** The same ids in every database, spread like random ones. */
const idOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

// Ids are unique over all tenants: where one database has several, each is a world of its own.
export const userId = (at: number, world = ''): string => idOf(`${world}user ${at}`);
export const joinerId = (at: number, world = ''): string => idOf(`${world}joiner ${at}`);
/** A member of the group of that size. */
export const memberId = (size: number, at: number): string => idOf(`member ${size} ${at}`);
export const groupId = (name: string, world = ''): string => idOf(`${world}group ${name}`);
export const userName = (at: number, world = ''): string => `Ann.User${at}${world}@corp.example`;

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A person as an identity provider sends one. */
export const userBody = (name: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
  userName: name,
  name: { givenName: 'Ann', familyName: name, formatted: `Ann ${name}` },
  displayName: `Ann ${name}`,
  title: 'Engineer',
  preferredLanguage: 'en-US',
  active: true,
  emails: [{ value: name, type: 'work', primary: true }],
  phoneNumbers: [{ value: '+33 1 23 45 67 89', type: 'work' }],
  [enterprise]: { employeeNumber: '701984', department: 'Engineering', costCenter: '4130' },
});

const at = new Date('2026-01-01T00:00:00Z');

const inserted = { writeConcern: { w: 1, journal: false }, ordered: false } as const;

/** Inserts in portions, as MongoDB takes them best. */
async function insertAll<T extends mongoose.mongo.Document>(
  collection: mongoose.mongo.Collection<T>,
  first: number,
  end: number,
  make: (at: number) => T,
): Promise<void> {
  for (let from = first; from < end; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, end - from) }, (_, more) => make(from + more));
    await collection.insertMany(rows as mongoose.mongo.OptionalUnlessRequiredId<T>[], inserted);
  }
}

/** Which parts of a document a contender keeps. */
export type Trim = (document: ResourceDocument) => ResourceDocument;

/** Where the seed falls, and how. */
export interface Soil {
  readonly db: mongoose.mongo.Db;
  readonly tenant: string;
  /** The connection that made everything. */
  readonly owner: string;
  readonly trim: Trim;
  readonly world?: string;
}

/** Puts groups, people in no group, and people with their memberships in a database as contenders read them. */
export async function seed(soil: Soil, sizes: Sizes): Promise<void> {
  const { db, world = '' } = soil;
  const names = [
    ...Array.from({ length: teamCount }, (_, number) => `team ${number}`),
    ...Array.from({ length: emptyGroups }, (_, number) => `empty ${number}`),
    ...sizes.groups.map((size) => `size ${size}`),
  ];
  const resources = db.collection<ResourceDocument>('resources');
  const edges = db.collection<EdgeDocument>('edges');
  const make = resourceOf(soil);
  await insertAll(resources, 0, names.length, (number) => {
    const name = names[number] ?? '';
    return make('Group', groupId(name, world), name, { displayName: name });
  });
  await insertAll(resources, 0, sizes.joiners, (number) =>
    make('User', joinerId(number, world), `joiner${number}${world}@corp.example`),
  );
  // Who is in these is nobody: adding somebody else to a group must not depend on who its members are.
  const join = edgeOf(soil);
  for (const size of sizes.groups)
    await insertAll(edges, 0, size, (number) => join(groupId(`size ${size}`, world), memberId(size, number)));
  await count(soil, { User: sizes.joiners, Group: names.length });
  await addUsers(soil, 0, sizes.users);
}

/** Adds the people from one number up to another, each in three teams. */
export async function addUsers(soil: Soil, from: number, to: number): Promise<void> {
  const { db, world = '' } = soil;
  const make = resourceOf(soil);
  const join = edgeOf(soil);
  await insertAll(db.collection<ResourceDocument>('resources'), from, to, (number) =>
    make('User', userId(number, world), userName(number, world)),
  );
  await insertAll(db.collection<EdgeDocument>('edges'), from * 3, to * 3, (number) => {
    const member = Math.floor(number / 3);
    return join(groupId(`team ${teamOf(member, number % 3)}`, world), userId(member, world));
  });
  await count(soil, { User: to - from });
}

const resourceOf = ({ tenant: tenantText, owner, trim }: Soil) => {
  const tenant = tenantId(tenantText);
  const types = testRegistry();
  return (kind: Kind, id: string, name: string, given?: object): ResourceDocument => {
    const type = types.typeNamed(kind);
    if (!type) throw new TypeError(`schemas/resource-types has no ${kind}`);
    const { schemas: _, ...person } = userBody(name);
    const attributes = { ...(given ?? person) };
    return trim(newDocument(type, { id, tenant, kind, owner, name, externalIds: {}, attributes }, at));
  };
};

const edgeOf =
  ({ tenant }: Soil) =>
  (group: string, member: string): EdgeDocument => ({
    _id: new mongoose.mongo.ObjectId(),
    tenant: tenantId(tenant),
    group,
    generation: 1,
    member,
    type: 'User',
    from: at,
    live: true,
  });

/** The totals that go with what was put there. */
async function count({ db, tenant }: Soil, more: Partial<Record<Kind, number>>): Promise<void> {
  const added = Object.entries(more).map(([kind, number]) => [`counts.${kind}`, number] as const);
  await db
    .collection<{ _id: string; epoch: number }>('totals')
    .updateOne({ _id: tenant }, { $inc: Object.fromEntries(added), $max: { epoch: 1 } }, { upsert: true });
}

/** Forgets the memberships that came after the seeded ones, so that the same people can join again. */
export async function forgetJoins(db: mongoose.mongo.Db, after: mongoose.mongo.ObjectId): Promise<void> {
  await db.collection('edges').deleteMany({ _id: { $gt: after } });
}
