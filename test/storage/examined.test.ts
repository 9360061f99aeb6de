import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { tenantId, type TenantId } from '../../src/domain/tenants.ts';
import { protocolOver } from '../../src/protocol.ts';
import { limits } from '../../src/scim/limits.ts';
import { extended } from '../../src/scim/schema/registry.ts';
import type { JsonObject, ScimRequest } from '../../src/scim/types.ts';
import { connect } from '../../src/storage/connect.ts';
import { newDocument, newEdge, type EdgeDocument, type ResourceDocument } from '../../src/storage/documents.ts';
import { migrate } from '../../src/storage/schema.ts';
import { testCaller } from '../support/callers.ts';
import { profilerOf, shown, unbounded, type Listed } from '../support/examined.ts';
import { comparatorsOf, namesOf } from '../support/filters.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import { badge, device } from '../support/ownSchemas.ts';
import {
  bare,
  costs,
  everyone,
  refusedOfMany,
  searchOf,
  servedOfMany,
  shownAs,
  sizes,
  table,
  type Asked,
} from '../support/queryCosts.ts';
import { testRegistry } from '../support/schemas.ts';

const types = extended(testRegistry(), [badge, device]);
const first = Date.parse('2026-01-01T00:00:00Z');

const [people, groups, devices] = Object.values(sizes) as [number, number, number];

/** Something to compare an attribute of each type with. */
const literals = {
  string: '"user 7"',
  reference: '"user 7"',
  binary: '"dXNlcg=="',
  boolean: 'true',
  integer: '7',
  decimal: '7.5',
  dateTime: '"2026-01-01T00:00:07Z"',
  complex: '"user 7"',
} as const;

const user = (at: number): JsonObject => ({
  userName: `user ${at}`,
  active: true,
  title: at % 2 === 0 ? 'Engineer' : 'Manager',
  name: { familyName: `Family ${at % 7}` },
  emails: [{ value: `user${at}@corp.example`, type: 'work', primary: true }],
  [badge.id]: { number: `N${at}`, color: at % 2 === 0 ? 'red' : 'green', level: at },
});

describe('Keys that a query examines', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let db: mongoose.Connection;
  let handle: ReturnType<typeof protocolOver>;
  let profiled: Awaited<ReturnType<typeof profilerOf>>;
  const asking = tenantId('acme');

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri);
    await migrate(db);
    handle = protocolOver(db, types, 'http://127.0.0.1');
    profiled = await profilerOf(db);
    await fill(asking, 1);
    await fill(tenantId('globex'), 3);
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  const typeNamed = (name: string) => {
    const type = types.typeNamed(name);
    if (!type) throw new Error(`No type ${name}`);
    return type;
  };

  function document(tenant: TenantId, kind: string, id: string, at: number, attributes: JsonObject): ResourceDocument {
    const type = typeNamed(kind);
    const name = attributes[type.nameAttribute.name] as string;
    const externalIds = { okta: `e${at}` };
    return newDocument(
      type,
      { id, tenant, kind, owner: 'okta', name, externalIds, attributes },
      new Date(first + at * 1_000),
    );
  }

  /** Puts resources there as their creations would, in the totals too. */
  async function fill(tenant: TenantId, times: number): Promise<void> {
    const resources = db.collection<ResourceDocument>('resources');
    const counts = { User: people * times, Group: groups * times, Device: devices * times };
    const idOf = (kind: string, at: number) => `${kind}-${tenant}-${String(at).padStart(6, '0')}`;
    const many = (length: number, one: (at: number) => ResourceDocument) => Array.from({ length }, (_, at) => one(at));
    await resources.insertMany([
      ...many(counts.User, (at) => document(tenant, 'User', idOf('u', at), at, user(at))),
      ...many(counts.Group, (at) => document(tenant, 'Group', idOf('g', at), at, { displayName: `group ${at}` })),
      ...many(counts.Device, (at) =>
        document(tenant, 'Device', idOf('d', at), at, { assetTag: `tag ${at}`, model: 'x' }),
      ),
    ]);
    const edge = (group: number, member: number) =>
      newEdge(tenant, idOf('g', group), 1, { id: idOf('u', member), kind: 'User' }, new Date(first));
    // All are in the first group, and everybody is in one more.
    const members = Array.from({ length: counts.User }, (_, at) => [
      edge(0, at),
      edge(1 + (at % (counts.Group - 1)), at),
    ]);
    await db.collection<EdgeDocument>('edges').insertMany(members.flat());
    await db.collection<{ _id: string }>('totals').insertOne({ _id: tenant, epoch: 1, counts } as never);
  }

  async function ask(
    method: ScimRequest['method'],
    path: string,
    query: Asked[1] = {},
    body?: JsonObject,
    tenant = asking,
  ) {
    const caller = testCaller({ tenant, requestId: randomUUID(), deadline: Date.now() + 60_000 });
    const segments = path.split('/').slice(1);
    const { result, ran } = await profiled(() =>
      handle({ method, path: segments, query, caller, ...(body && { body }) }),
    );
    const answer = JSON.parse(JSON.stringify(result.body ?? {})) as JsonObject & Listed;
    return { status: result.status, answer, ran, keys: ran.reduce((sum, { keys }) => sum + keys, 0) };
  }

  /** The same query as GET and as `.search` (RFC 7644 §3.4.3). */
  const ways = {
    GET: ([path, query]: Asked) => ask('GET', path, query),
    '.search': ([path, query]: Asked) => ask('POST', `${path}/.search`, {}, searchOf(query)),
  };

  for (const [name, way] of Object.entries(ways))
    describe(`by ${name}`, () => {
      for (const [cost, asked] of table)
        it(`are ${costs(cost)}: ${shownAs(asked)}`, async () => {
          const { status, answer, ran, keys } = await way(asked);
          expect(status, JSON.stringify(answer)).to.equal(200);
          const ofPage = shown(answer) + Number(asked[1]['startIndex'] ?? 1) - 1 + 10;
          const found = cost === 'scan' ? sizes[asked[0]] : cost;
          expect(keys).to.be.at.most(found === 'page' ? ofPage : 3 * (found ?? 0) + 10);
          if (asked[1]['filter'] !== undefined) expect(unbounded(ran, ofPage)).to.deep.equal([]);
        });
    });

  for (const sortBy of ['', 'id', 'userName', 'meta.lastModified'])
    for (const sortOrder of ['ascending', 'descending'])
      it(`are what a page by cursor shows, and ten, however far it is: ${sortBy || 'no order'} ${sortOrder}`, async () => {
        const query = { ...bare, count: '40', sortBy, sortOrder };
        let cursor = '';
        for (let at = 0; at < 7; at += 1) {
          const { status, answer, keys } = await ask('GET', '/Users', { ...query, cursor });
          expect([status, answer.Resources.length]).to.deep.equal([200, 40]);
          expect(keys).to.be.at.most(50);
          cursor = answer.nextCursor ?? '';
        }
        const { answer } = await ask('GET', '/Users', { ...query, cursor });
        const back = await ask('GET', '/Users', { ...query, cursor: answer.previousCursor ?? '' });
        expect(back.answer.Resources).to.have.lengthOf(40);
        expect(back.keys).to.be.at.most(50);
      });

  describe('of all types at once', () => {
    for (const [cost, query] of everyone)
      it(`are ${costs(cost)}, and a page of each other type: ${shownAs(['/.search', query])}`, async () => {
        const { status, answer, keys } = await ask('POST', '/.search', {}, searchOf(query));
        expect(status, JSON.stringify(answer)).to.equal(200);
        const ofPage = shown(answer) + Number(query['startIndex'] ?? 1) - 1 + 10;
        expect(keys).to.be.at.most(cost === 'page' ? ofPage + 2 * 11 : 3 * (people + groups + devices));
      });
  });

  for (const [path, kind] of [
    ['/Users', 'User'],
    ['/Groups', 'Group'],
    ['/Devices', 'Device'],
  ] as const) {
    const own = namesOf(typeNamed(kind)).filter(({ name }) => !name.startsWith(`${typeNamed(kind).schema.id}:`));

    it(`are bounded for every test of every attribute of ${path}`, async () => {
      let served = 0;
      for (const { name, attribute } of own)
        for (const op of [...comparatorsOf(attribute), 'pr']) {
          const filter = `${name} ${op}${op === 'pr' ? '' : ` ${literals[attribute.type]}`}`;
          const { status, answer, ran, keys } = await ask('GET', path, { ...bare, filter });
          expect(status, filter).to.be.oneOf([200, 400, 403]);
          if (status !== 200) continue;
          served += 1;
          const ofPage = shown(answer) + 10;
          expect(unbounded(ran, ofPage), filter).to.deep.equal([]);
          expect(keys, filter).to.be.at.most(3 * (people + groups + devices));
        }
      expect(served).to.be.at.least(own.length);
    });

    it(`are bounded for every order of ${path}`, async () => {
      let served = 0;
      for (const { name } of own)
        for (const sortOrder of ['ascending', 'descending']) {
          const { status, keys } = await ask('GET', path, { ...bare, sortBy: name, sortOrder });
          expect(status, name).to.be.oneOf([200, 400, 403]);
          if (status !== 200) continue;
          served += 1;
          expect(keys, name).to.be.at.most((sizes[path] ?? 0) + 10);
        }
      expect(served).to.be.at.least(own.length / 2);
    });
  }

  describe('of 100,001 resources', () => {
    const crowd = tenantId('crowd');
    const size = limits.scannedResources + 1;

    before(async () => {
      for (let from = 0; from < size; from += 10_000) {
        const numbers = Array.from({ length: Math.min(10_000, size - from) }, (_, at) => from + at);
        const ids = numbers.map((at) => `u-crowd-${String(at).padStart(6, '0')}`);
        const users = numbers.map((at) =>
          document(crowd, 'User', ids[at - from] ?? '', at, { userName: `user ${at}` }),
        );
        const held = ids.map((id) => newEdge(crowd, 'everyone', 1, { id, kind: 'User' }, new Date(first)));
        await db.collection<ResourceDocument>('resources').insertMany(users, { ordered: false });
        await db.collection<EdgeDocument>('edges').insertMany(held, { ordered: false });
      }
      await db
        .collection<ResourceDocument>('resources')
        .insertOne(document(crowd, 'Group', 'everyone', 0, { displayName: 'Everyone' }));
      const counts = { User: size, Group: 1 };
      await db.collection<{ _id: string }>('totals').insertOne({ _id: crowd, epoch: 1, counts } as never);
    });

    for (const query of refusedOfMany)
      it(`are 100,001 a command at most, and refused as tooMany: ${shownAs(['/Users', query])}`, async () => {
        const { status, answer, ran } = await ask('GET', '/Users', query, undefined, crowd);
        expect([status, answer['scimType']]).to.deep.equal([400, 'tooMany']);
        for (const { keys } of ran) expect(keys).to.be.at.most(size + 1);
      });

    for (const query of servedOfMany)
      it(`are what the page shows and skips, and the 100,001 that are counted: ${shownAs(['/Users', query])}`, async () => {
        const { status, answer, ran } = await ask('GET', '/Users', query, undefined, crowd);
        expect(status, JSON.stringify(answer)).to.equal(200);
        const [page, ...counts] = ran.filter(({ collection }) => collection === 'resources').map(({ keys }) => keys);
        expect(page).to.be.at.most(shown(answer) + Number(query['startIndex'] ?? 1) - 1 + 10);
        for (const keys of counts) expect(keys).to.be.at.most(size + 1);
        // What cannot be counted within the bound has no total (RFC 9865 §2.3).
        expect(answer['totalResults']).to.equal(query['filter'] === undefined ? size : undefined);
      });
  });
});
