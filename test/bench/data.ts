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
}

/** Sizes of the groups that somebody is added to. */
export const groupSizes = [100, 10_000, 100_000] as const;

/** Groups that the users are in, three each. */
const teams = 50;

/** Groups without members, one per client. */
export const emptyGroups = 50;

/** The same ids in both databases, spread like random ones. */
const idOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const userId = (at: number): string => idOf(`user ${at}`);
export const joinerId = (at: number): string => idOf(`joiner ${at}`);
export const groupId = (name: string): string => idOf(`group ${name}`);
export const userName = (at: number): string => `Ann.User${at}@corp.example`;

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
  count: number,
  make: (at: number) => T,
): Promise<void> {
  for (let from = 0; from < count; from += 5_000) {
    const rows = Array.from({ length: Math.min(5_000, count - from) }, (_, more) => make(from + more));
    await collection.insertMany(rows as mongoose.mongo.OptionalUnlessRequiredId<T>[], inserted);
  }
}

/** Which parts of a document a contender keeps. */
export type Trim = (document: ResourceDocument) => ResourceDocument;

/** Puts people, groups and memberships in a database as both contenders read them, and the totals that go with them. */
export async function seed(
  db: mongoose.mongo.Db,
  tenantText: string,
  owner: string,
  { users, joiners }: Sizes,
  trim: Trim,
): Promise<void> {
  const tenant = tenantId(tenantText);
  const types = testRegistry();
  const resources = db.collection<ResourceDocument>('resources');
  const edges = db.collection<EdgeDocument>('edges');

  const resource = (kind: Kind, id: string, name: string, attributes: object): ResourceDocument => {
    const type = types.typeNamed(kind);
    if (!type) throw new TypeError(`schemas/resource-types has no ${kind}`);
    return trim(
      newDocument(type, { id, tenant, kind, owner, name, externalIds: {}, attributes: { ...attributes } }, at),
    );
  };
  const user = (id: string, name: string): ResourceDocument => {
    const { schemas: _, ...attributes } = userBody(name);
    return resource('User', id, name, attributes);
  };
  const edge = (group: string, member: string): EdgeDocument => ({
    _id: new mongoose.mongo.ObjectId(),
    tenant,
    group,
    generation: 1,
    member,
    type: 'User',
    from: at,
    live: true,
  });
  const teamOf = (number: number): string => groupId(`team ${((number % teams) + teams) % teams}`);
  const groups = [
    ...Array.from({ length: teams }, (_, number) => `team ${number}`),
    ...Array.from({ length: emptyGroups }, (_, number) => `empty ${number}`),
    ...groupSizes.map((size) => `size ${size}`),
  ];

  await insertAll(resources, users, (number) => user(userId(number), userName(number)));
  await insertAll(resources, joiners, (number) => user(joinerId(number), `joiner${number}@corp.example`));
  await insertAll(resources, groups.length, (number) => {
    const name = groups[number] ?? '';
    return resource('Group', groupId(name), name, { displayName: name });
  });
  await insertAll(edges, users * 3, (number) => {
    const member = Math.floor(number / 3);
    return edge(teamOf(member + (number % 3) * 7), userId(member));
  });
  // Who is in these is nobody: adding somebody else to a group must not depend on who its members are.
  for (const size of groupSizes)
    await insertAll(edges, size, (number) => edge(groupId(`size ${size}`), idOf(`member ${size} ${number}`)));
  await db
    .collection<{ _id: string; epoch: number; counts: Record<Kind, number> }>('totals')
    .updateOne(
      { _id: tenant },
      { $set: { epoch: 1, counts: { User: users + joiners, Group: groups.length } } },
      { upsert: true },
    );
}

/** Forgets the memberships that came after the seeded ones, so that the same people can join again. */
export async function forgetJoins(db: mongoose.mongo.Db, after: mongoose.mongo.ObjectId): Promise<void> {
  await db.collection('edges').deleteMany({ _id: { $gt: after } });
}
