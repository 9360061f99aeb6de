import { expect } from 'chai';
import { tenantId, type TenantId } from '../../src/domain/tenants.ts';
import { leniency } from '../../src/scim/dialects.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { fold } from '../../src/scim/schema/fold.ts';
import { toStored } from '../../src/provisioning/mapping.ts';
import { positionOf, sortPath } from '../../src/scim/order.ts';
import type { Cursor, JsonObject, Position, Query } from '../../src/scim/types.ts';
import { directory } from '../../src/storage/directory.ts';
import { keyOf, type ResourceDocument } from '../../src/storage/documents.ts';
import { testCaller } from '../support/callers.ts';
import { testType } from '../support/schemas.ts';
import { fillGroup } from '../support/largeGroups.ts';
import { ending, memberOf, moving } from '../support/changes.ts';
import { keysExamined, openTestStore, type TestStore } from './store.ts';

const nothing = { members: false, groups: false };
const first = new Date('2026-01-01T00:00:00Z');
const type = testType('User');

describe('A search', function () {
  this.timeout(60_000);
  let store: TestStore;
  let tenant: TenantId;
  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(() => {
    tenant = store.tenant();
  });

  const document = (owner: TenantId, name: string, more: JsonObject = {}, at = first): ResourceDocument => {
    const attributes = { userName: name, active: true, ...more };
    return {
      _id: `${owner} ${name}`,
      tenant: owner,
      type: 'User',
      version: 1,
      revision: 1,
      generation: 1,
      created: at,
      modified: at,
      revised: at,
      owner: 'okta',
      name,
      key: keyOf('User', name),
      attributes,
      fold: fold(type, attributes),
    };
  };

  /** Puts documents there as their creations would, in the totals too. */
  async function put(owner: TenantId, documents: readonly ResourceDocument[]): Promise<void> {
    for (let at = 0; at < documents.length; at += 10_000)
      await store.db
        .collection<ResourceDocument>('resources')
        .insertMany(documents.slice(at, at + 10_000), { ordered: false });
    await store.db
      .collection<{ _id: string }>('totals')
      .insertOne({ _id: owner, epoch: 1, counts: { User: documents.length } } as never);
  }

  function asked({
    filter,
    sort,
    order = 'ascending',
    ...page
  }: Partial<Record<'filter' | 'sort', string>> & {
    order?: 'ascending' | 'descending';
    startIndex?: number;
    cursor?: Cursor;
    count?: number;
  }): Query {
    const path = sort === undefined ? undefined : sortPath(type, sort);
    const { cursor, startIndex = 1, count = 100 } = page;
    return {
      ...(cursor ? { cursor, count } : { startIndex, count }),
      wanted: nothing,
      ...(filter !== undefined && { filter: parseFilter(type, filter, leniency('strict')) }),
      ...(path && { sort: { path, order } }),
    };
  }
  type Asked = Parameters<typeof asked>[0];
  const read = (query: Asked, owner = tenant) =>
    directory(store.db).query({ tenant: owner, connection: 'okta' }, type, asked(query));
  const search = async (query: Asked, owner = tenant) => {
    const { states, total } = await read(query, owner);
    return { names: states.map(({ name }) => name), total };
  };

  /** All names by cursor, page by page, read from one end of the list to the other. */
  async function crawl(query: Asked, towards: Cursor['towards'], owner = tenant): Promise<string[]> {
    const { sort } = asked(query);
    const names: string[] = [];
    for (let from: Position | undefined, pages = 0; pages < 10; pages++) {
      const { states, more } = await read({ ...query, cursor: { ...(from && { from }), towards } }, owner);
      const page = states.map(({ name }) => name);
      names.splice(towards === 'next' ? names.length : 0, 0, ...page);
      const last = states.at(towards === 'next' ? -1 : 0);
      if (!more || !last) return names;
      from = positionOf(type, toStored(last, testCaller({ connection: 'okta' })), sort);
    }
    throw new Error('the list does not end');
  }

  describe('of a few', () => {
    const people: readonly [name: string, more: JsonObject][] = [
      ['delta', { title: 'b', emails: [{ value: 'z@x.example' }, { value: 'A@x.example', primary: true }] }],
      ['Alpha', { title: 'B', emails: [{ value: 'm@x.example' }] }],
      ['charlie', { name: { familyName: 'Zulu' }, active: false }],
      ['bravo', { title: 'a', name: { familyName: 'alpha' } }],
    ];
    beforeEach(() =>
      put(
        tenant,
        people.map(([name, more], at) => ({
          ...document(tenant, name, more, new Date(first.getTime() + at * 1_000)),
          version: [1, 2, 10, 3][at] ?? 0,
          ...(at < 2 && { ext: ['entra:0', `okta:${2 - at}`] }),
        })),
      ),
    );

    const orders: readonly [sort: string, ascending: readonly string[]][] = [
      ['userName', ['Alpha', 'bravo', 'charlie', 'delta']],
      ['title', ['bravo', 'Alpha', 'delta', 'charlie']],
      ['emails', ['delta', 'Alpha', 'bravo', 'charlie']],
      ['name.familyName', ['bravo', 'charlie', 'Alpha', 'delta']],
      ['externalId', ['Alpha', 'delta', 'bravo', 'charlie']],
      ['meta.created', ['delta', 'Alpha', 'charlie', 'bravo']],
      ['meta.lastModified', ['delta', 'Alpha', 'charlie', 'bravo']],
      ['meta.version', ['delta', 'charlie', 'Alpha', 'bravo']],
      ['meta.resourceType', ['Alpha', 'bravo', 'charlie', 'delta']],
      ['id', ['Alpha', 'bravo', 'charlie', 'delta']],
      ['active', ['charlie', 'Alpha', 'bravo', 'delta']],
    ];
    for (const [sort, ascending] of orders) {
      const descending = ascending.toReversed();
      it(`is put in the order of ${sort}, what has none last; descending is the reverse`, async () => {
        expect((await search({ sort })).names).to.deep.equal(ascending);
        expect((await search({ sort, order: 'descending' })).names).to.deep.equal(descending);
        expect((await search({ sort, filter: 'userName sw "" or active pr' })).names).to.deep.equal(ascending);
        expect((await search({ sort, filter: 'userName sw "b"' })).names).to.deep.equal(['bravo']);
      });

      it(`is crawled by cursor in the order of ${sort}, both ways, whatever the filter`, async () => {
        for (const filter of [undefined, 'active pr', 'userName sw ""', 'meta.lastModified ge "2026-01-01T00:00:00Z"'])
          for (const order of ['ascending', 'descending'] as const)
            for (const count of [1, 3]) {
              const query = { sort, order, count, ...(filter && { filter }) };
              const whole = order === 'ascending' ? ascending : descending;
              expect(await crawl(query, 'next'), JSON.stringify(query)).to.deep.equal(whole);
              expect(await crawl(query, 'previous'), JSON.stringify(query)).to.deep.equal(whole);
            }
      });
    }

    it('gives disjoint pages that make the whole, and the same total on each, in any order', async () => {
      for (const sort of [undefined, 'title', 'emails', 'userName', 'meta.created'])
        for (const filter of [
          undefined,
          'active pr',
          'userName gt "a"',
          'meta.lastModified ge "2026-01-01T00:00:00Z"',
        ]) {
          const query = { ...(sort && { sort }), ...(filter && { filter }) };
          const pages = [];
          for (const startIndex of [1, 2, 3, 4, 5]) pages.push(await search({ ...query, startIndex, count: 1 }));
          expect(pages.map(({ total }) => total)).to.deep.equal([4, 4, 4, 4, 4]);
          expect(pages.flatMap(({ names }) => names)).to.deep.equal((await search(query)).names);
        }
    });

    it('finds nobody of another tenant', async () => {
      expect(await search({}, store.tenant())).to.deep.equal({ names: [], total: 0 });
      expect(await search({ filter: 'title pr' }, store.tenant())).to.deep.equal({ names: [], total: 0 });
    });
  });

  describe('of very many', () => {
    const crowd = tenantId('crowd');
    before(async () => {
      const size = 100_001;
      const name = (at: number) => `u${String(at).padStart(6, '0')}`;
      await put(
        crowd,
        Array.from({ length: size }, (_, at) => ({
          ...document(crowd, name(at)),
          attributes: {},
          fold: at === 5 ? { title: 'x' } : {},
        })),
      );
    });
    const refused = (query: Parameters<typeof asked>[0]) => ending(search(query, crowd));

    it('has no bound where an index answers it', async () => {
      expect((await search({ count: 1 }, crowd)).total).to.equal(100_001);
      expect((await search({ filter: 'userName eq "U000007"' }, crowd)).names).to.deep.equal(['u000007']);
      const last = { startIndex: 100_001, count: 10 };
      expect((await search({ sort: 'userName', ...last }, crowd)).names).to.deep.equal(['u100000']);
      expect((await search({ filter: 'userName sw "u00001"' }, crowd)).total).to.equal(10);
    });

    it('is paged by cursor from anywhere, as far as an index answers it, and counted where that is cheap', async () => {
      const from = { key: 'u099998', id: `${crowd} u099998` };
      const next = { cursor: { from, towards: 'next' }, count: 2 } as const;
      const page = { names: ['u099999', 'u100000'] };
      expect(await search({ ...next }, crowd)).to.deep.equal({ ...page, total: 100_001 });
      expect(await search({ ...next, sort: 'userName' }, crowd)).to.deep.equal({ ...page, total: 100_001 });
      const named = { ...next, filter: 'userName sw "U"', sort: 'userName' };
      expect(await search(named, crowd)).to.deep.equal({ ...page, total: undefined });
      for (const query of [{ sort: 'title' }, { filter: 'userName sw "u"' }, { filter: 'active pr' }])
        expect(await refused({ ...next, ...query }), JSON.stringify(query)).to.equal('too-many-matches');
    });

    it('examines no more for a page by cursor than it shows, one more, and how many there are', async () => {
      const database = store.db.getClient().db();
      const from = { id: `${crowd} u050000` };
      const date = first.getTime();
      const pages: readonly Asked[] = [
        { cursor: { from, towards: 'next' } },
        { cursor: { from, towards: 'previous' } },
        { cursor: { from: { ...from, key: 'u050000' }, towards: 'next' }, sort: 'userName' },
        { cursor: { from: { ...from, key: 'u050000' }, towards: 'next' }, sort: 'userName', order: 'descending' },
        { cursor: { from: { ...from, key: date }, towards: 'next' }, sort: 'meta.lastModified' },
        { cursor: { from: { ...from, key: 'u050000' }, towards: 'next' }, sort: 'userName', filter: 'userName sw "u"' },
      ];
      for (const query of pages) {
        await database.command({ profile: 2 });
        await read({ ...query, count: 5 }, crowd);
        await database.command({ profile: 0 });
        const [profile] = await database
          .collection('system.profile')
          .find({ 'command.aggregate': 'resources', 'command.hint': { $exists: true } })
          .sort({ $natural: -1 })
          .limit(1)
          .toArray();
        // Where all are listed their number comes with them; who is called as a position says has to be looked at.
        const examined = 6 + (query.filter ? 0 : 1) + (query.sort === 'userName' ? 1 : 0);
        expect(profile?.['docsExamined'], JSON.stringify(query)).to.equal(examined);
        expect(profile?.['keysExamined'], JSON.stringify(query)).to.be.at.most(8);
        await database.collection('system.profile').drop();
      }
    });

    it('is refused where more would have to be examined, counted or sorted than the limit', async () => {
      for (const query of [
        { filter: 'title eq "x"' },
        { sort: 'title' },
        { sort: 'meta.created' },
        { filter: 'userName sw "u"' },
        { filter: 'userName sw "u"', sort: 'title' },
        { filter: 'userName sw "u" and title eq "x"' },
      ])
        expect(await refused(query), JSON.stringify(query)).to.equal('too-many-matches');
    });

    it('is bounded by who is in a group, too', async () => {
      const { id } = await store.group(crowd, 'all');
      const database = store.db.getClient().db();
      await fillGroup(database, crowd, id, 99_999);
      const named = { filter: `groups.value eq "${id}" and title eq "x"` };
      const member = `${crowd} u000005`;
      const group = await store.stateOf(crowd, 'Group', id);
      await store.commit(moving(crowd, group, { joins: [memberOf(member)] }));
      const found = async () => expect((await search(named, crowd)).names).to.deep.equal(['u000005']);
      expect(await keysExamined(store, found)).to.be.at.most(4 * 100_000);
      await fillGroup(database, crowd, id, 1);
      expect(await refused(named)).to.equal('too-many-matches');
    });

    it('is served at the limit', async () => {
      await store.db.collection<ResourceDocument>('resources').deleteOne({ _id: `${crowd} u100000` });
      await store.db
        .collection<{ _id: string }>('totals')
        .updateOne({ _id: crowd }, { $set: { counts: { User: 100_000 } } });
      expect(await search({ filter: 'title eq "x"' }, crowd)).to.deep.equal({ names: ['u000005'], total: 1 });
      expect((await search({ filter: 'userName sw "u"', count: 1 }, crowd)).total).to.equal(100_000);
      const { names, total } = await search({ sort: 'title', count: 1 }, crowd);
      expect([names, total]).to.deep.equal([['u000005'], 100_000]);
    });
  });

  it('of large resources is put in order whatever the page, without an index', async () => {
    const text = 'x'.repeat(8_000);
    const large = { nickName: text, displayName: text, profileUrl: text };
    await put(
      tenant,
      Array.from({ length: 4_500 }, (_, at) => {
        const small = document(tenant, `u${at}`, { title: `t${at % 7}` });
        return { ...small, attributes: { ...small.attributes, ...large } };
      }),
    );
    const { names, total } = await search({ sort: 'title', startIndex: 4_496, count: 100 });
    expect([names.length, total]).to.deep.equal([5, 4_500]);
    const filtered = await search({ filter: 'title pr', startIndex: 4_496, count: 100 });
    expect([filtered.names.length, filtered.total]).to.deep.equal([5, 4_500]);
  });
});
