import { expect } from 'chai';
import { createHash } from 'node:crypto';
import mongoose from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EntryRead, Page, Portion } from '../../src/domain/history.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import type { EdgeDocument, JournalDocument } from '../../src/storage/documents.ts';
import { history } from '../../src/storage/history.ts';
import { migrate } from '../../src/storage/schema.ts';
import { sequence } from '../../src/storage/sequencer.ts';
import type { TotalsDocument } from '../../src/storage/totals.ts';
import { memberOf, moving, removing, renaming } from '../support/changes.ts';
import { keysExamined, openTestStore, type TestStore } from './store.ts';

describe('The history', function () {
  this.timeout(60_000);
  let store: TestStore;
  let tenant: TenantId;
  let was: ReturnType<typeof history>;

  before(async () => {
    store = await openTestStore();
    was = history(store.db);
  });
  after(() => store.close());
  beforeEach(() => {
    tenant = store.tenant();
  });

  const edges = () => store.db.collection<EdgeDocument>('edges');

  /** An instant after all that was done, and before all that will be. */
  async function mark(): Promise<Date> {
    await sleep(3);
    const at = new Date();
    await sleep(3);
    return at;
  }

  async function all<Row>(limit: number, part: (page: Page) => Promise<Portion<Row> | undefined>) {
    const portions: Portion<Row>[] = [];
    for (let from: string | undefined; ;) {
      const portion = await part({ from, limit });
      if (!portion) throw new Error('no such part');
      portions.push(portion);
      if (portion.next === undefined) return { portions, rows: portions.flatMap(({ rows }) => rows) };
      from = portion.next;
    }
  }

  /** Stints of somebody in a group that is none but for its edges. */
  const stints = (member: string, count: number, begun: number): EdgeDocument[] =>
    Array.from({ length: count }, (_, at) => ({
      ...{ _id: new mongoose.mongo.ObjectId(), tenant, group: 'g', generation: 1, member, type: 'User' },
      ...{ from: new Date(begun + at * 1_000), to: new Date(begun + at * 1_000 + 500) },
    }));

  it('finds who was in between many who were not, in pages that examine no more than so much', async () => {
    const begun = Date.parse('2026-01-01T00:00:00Z');
    const sparse = Array.from({ length: 70_000 }, (_, at) => stints(`m${String(at).padStart(6, '0')}`, 1, begun));
    await edges().insertMany([...sparse.flat(), ...stints('m069999x', 1, begun + 10_000)]);
    const at = new Date(begun + 10_100);
    const first = await was.members(tenant, 'g', at, { from: undefined, limit: 10 });
    expect(first.rows).to.deep.equal([]);
    expect(first.next).to.be.a('string');
    const { rows, portions } = await all(10, (page) => was.members(tenant, 'g', at, page));
    expect(rows.map(({ id }) => id)).to.deep.equal(['m069999x']);
    expect(portions).to.have.length(2);
  });

  it('finds somebody who came and went more often than a page examines', async () => {
    const begun = Date.parse('2026-01-01T00:00:00Z');
    await edges().insertMany([
      ...stints('a', 1, begun),
      ...stints('b', 3_000, begun),
      ...stints('c', 1, begun + 2_000_000),
    ]);
    const at = new Date(begun + 2_000_100);
    for (const limit of [1, 2, 10]) {
      const { rows } = await all(limit, (page) => was.members(tenant, 'g', at, page));
      expect(rows.map(({ id, since }) => `${id} ${String(since.getTime() - begun)}`)).to.deep.equal([
        'b 2000000',
        'c 2000000',
      ]);
    }
  });

  it('finds what was called so then, else what is called so now, else what was last, else what has that id', async () => {
    const first = await store.group(tenant, 'Sales');
    const begun = await mark();
    await store.commit(renaming(first, 'Old Sales'));
    const second = await store.group(tenant, 'SALES');
    const taken = await mark();
    await store.commit(removing(second));
    const gone = await mark();
    const find = async (named: string, at: Date) => (await was.find(tenant, 'Group', named, at))?.id;
    expect(await find('sales', begun)).to.equal(first.id);
    expect(await find('sales', taken)).to.equal(second.id);
    expect(await find('sales', gone)).to.equal(second.id);
    expect(await find('old sales', gone)).to.equal(first.id);
    expect(await find('old sales', begun)).to.equal(first.id);
    expect(await was.find(tenant, 'Group', second.id, begun)).to.deep.equal({
      ...{ id: second.id, kind: 'Group', name: 'SALES' },
    });
    expect(await find('nobody', gone)).to.equal(undefined);
    expect(await was.find(tenant, 'User', 'sales', begun)).to.equal(undefined);
    expect(await was.find(store.tenant(), 'Group', first.id, begun)).to.equal(undefined);
  });

  it('shows one version at each instant, the last of those that begin there', async () => {
    const user = await store.user(tenant, 'ann');
    const history = store.db.collection('history');
    await store.commit(renaming(user, 'bea'));
    const [closed] = await history.find({ tenant, resource: user.id }).toArray();
    const { _id: _, ...row } = closed ?? { _id: undefined };
    const to = (row as unknown as { to: Date }).to;
    // Two revisions within one millisecond.
    await history.insertOne({ ...row, revision: 2, name: 'for no time', from: to, to });
    const named = async (at: Date) => (await was.states(tenant, [user.id], at)).map(({ name }) => name);
    expect(await named(new Date(user.created.getTime() - 1))).to.deep.equal([]);
    expect(await named(user.created)).to.deep.equal(to > user.created ? ['ann'] : ['bea']);
    expect(await named(to)).to.deep.equal(['bea']);
  });

  it('tells changes in the order of time, whether they have their place or not', async () => {
    const user = await store.user(tenant, 'one');
    await sequence(store.db, tenant);
    const renamed = async (name: string) => store.commit(renaming(await store.stateOf(tenant, 'User', user.id), name));
    await renamed('two');
    await renamed('three');
    const query = { since: new Date(0), until: new Date(Date.now() + 1_000) };
    const first = await was.changes(tenant, query, { from: undefined, limit: 2 });
    await sequence(store.db, tenant);
    await renamed('four');
    const second = await was.changes(tenant, query, { from: first?.next, limit: 10 });
    const versions = (portion: Portion<EntryRead> | undefined) => portion?.rows.map(({ version }) => version);
    expect([versions(first), versions(second)]).to.deep.equal([
      [1, 2],
      [3, 4],
    ]);
    for (const limit of [1, 3, 4, 100])
      expect((await all(limit, (page) => was.changes(tenant, query, page))).rows).to.have.length(4);
    for (const from of ['', 'bogus', '1-2', `1-1-${'z'.repeat(24)}`])
      expect(await was.changes(tenant, query, { from, limit: 1 }), from).to.equal(undefined);
    for (const from of ['', 'bogus', '1-3', `1-2${'0'.repeat(24)}2`])
      expect(await was.timeline(tenant, user.id, 'newest', { from, limit: 1 }), from).to.equal(undefined);
  });

  it('notes what is read: sealed, in the order of the journal, and counted for nothing', async () => {
    await store.user(tenant);
    await was.noteReading(tenant, { at: new Date(), by: 'key:1', request: 'r', query: { what: 'members' } });
    await sequence(store.db, tenant);
    const entry = await store.db.collection<JournalDocument>('journal').findOne({ tenant, operation: 'read' });
    expect(entry).to.include({ epoch: 1, kind: 'History', connection: 'key:1', request: 'r' });
    const seal = createHash('sha256')
      .update(Buffer.from((entry?.salt as unknown as mongoose.mongo.Binary).buffer))
      .update(JSON.stringify(entry?.personal));
    expect(Buffer.from((entry?.digest as unknown as mongoose.mongo.Binary).buffer)).to.deep.equal(seal.digest());
    const totals = await store.db.collection<TotalsDocument>('totals').findOne({ _id: tenant });
    expect(totals?.counts).to.deep.equal({ User: 1 });
    await was.noteReading(tenant, { at: new Date(), by: 'key:1', request: 'r', query: {} });
    await sequence(store.db, tenant);
    const later = await store.db.collection<TotalsDocument>('totals').findOne({ _id: tenant });
    expect(later).to.deep.include({ epoch: 2, counts: { User: 1 } });
  });

  it('costs whoever joins nothing: its indexes have closed edges alone', async () => {
    const users = await Promise.all([store.user(tenant), store.user(tenant)]);
    const group = await store.group(
      tenant,
      'Sales',
      users.map(({ id }) => memberOf(id)),
    );
    const closed = [
      'tenant_1_group_1_member_1_from_1',
      'tenant_1_member_1_from_1__id_1',
      'tenant_1_member_1_to_1__id_1',
    ];
    const keys = async () => {
      const { keysPerIndex } = await store.db.getClient().db().command({ validate: 'edges' });
      const counts = keysPerIndex as Readonly<Record<string, number>>;
      return closed.map((name) => counts[name]);
    };
    const before = await keys();
    const leaves = users.slice(0, 1).map(({ id }) => id);
    await store.commit(moving(tenant, group, { joins: [memberOf((await store.user(tenant)).id)] }));
    expect(await keys()).to.deep.equal(before);
    await store.commit(moving(tenant, await store.stateOf(tenant, 'Group', group.id), { leaves }));
    expect(await keys()).to.deep.equal(before.map((count = 0) => count + 1));
  });

  it('is read by index: what a page costs does not grow with what else there is', async () => {
    const user = await store.user(tenant);
    const others = await Promise.all(Array.from({ length: 40 }, () => store.user(tenant)));
    const group = await store.group(
      tenant,
      'Sales',
      [user, ...others].map(({ id }) => memberOf(id)),
    );
    await sequence(store.db, tenant);
    const at = await mark();
    const page = { from: undefined, limit: 5 };
    const examined = (ask: () => Promise<unknown>) => keysExamined(store, ask);
    const query = { since: new Date(0), until: at, resource: user.id };
    expect(await examined(() => was.members(tenant, group.id, at, page))).to.be.below(60);
    expect(await examined(() => was.memberships(tenant, user.id, at))).to.be.below(12);
    expect(await examined(() => was.timeline(tenant, user.id, 'newest', page))).to.be.below(20);
    expect(await examined(() => was.changes(tenant, query, page))).to.be.below(12);
    expect(await examined(() => was.states(tenant, [user.id], new Date(0)))).to.be.below(5);
  });

  it('takes away the indexes that others have replaced', async () => {
    const indexes = [
      ['history', { tenant: 1, resource: 1, revision: 1 }],
      ['journal', { tenant: 1, resource: 1, version: 1 }],
    ] as const;
    for (const [name, key] of indexes) {
      const named = Object.keys(key).map((field) => `${field}_1`);
      await store.db.collection(name).createIndexes([{ key, name: named.join('_') }]);
    }
    await migrate(store.db);
    for (const [name, index] of indexes)
      expect((await store.db.collection(name).indexes()).map(({ key }) => key)).to.not.deep.include(index);
  });
});
