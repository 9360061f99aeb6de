import { expect } from 'chai';
import type { TenantId } from '../../src/domain/tenants.ts';
import { keysExamined, openTestStore, type TestStore } from './store.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('Who is in which groups', function () {
  this.timeout(30_000);
  let store: TestStore;
  let tenant: TenantId;
  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(() => {
    tenant = store.tenant();
  });

  const edge = (group: string, member: string) => ({
    ...{ tenant, group, generation: 1, member, type: 'User' },
    ...{ from: new Date(), live: true },
  });

  it('is told for a page of people with many groups at a cost that grows with the memberships alone', async () => {
    const groups = [];
    for (let at = 0; at < 40; at += 1) groups.push((await store.group(tenant)).id);
    const people = times(1_000, (at) => `person ${at}`);
    const edges = groups.flatMap((group) => people.map((member) => edge(group, member)));
    await store.db.collection('edges').insertMany(edges, { ordered: false });
    let found: Awaited<ReturnType<typeof store.memberships.of>> = new Map();
    const keys = await keysExamined(store, async () => {
      found = await store.memberships.of(tenant, people);
    });
    // Each membership and each person once, and each group.
    expect(keys).to.be.at.most(40_000 + 2 * 1_000 + 40);
    expect(found.size).to.equal(1_000);
    expect([...found.values()].every((each) => each.length === 40)).to.equal(true);
  });

  it('is told where the groups are more than a document of MongoDB holds', async () => {
    const ann = await store.user(tenant, 'Ann');
    const { id } = await store.group(tenant);
    const document = await store.db.collection<{ _id: string }>('resources').findOne({ _id: id });
    const large = times(600, (at) => ({
      ...document,
      ...{ _id: `${tenant} ${at}`, key: `Group:${at}`, name: `${at} ${'x'.repeat(30_000)}` },
    }));
    await store.db.collection<{ _id: string }>('resources').insertMany(large);
    await store.db.collection('edges').insertMany(large.map(({ _id }) => edge(_id, ann.id)));
    const names = new Set(large.map(({ name }) => name));
    const [named, known] = [
      await store.memberships.withKey(tenant, 'User:ann'),
      await store.memberships.withId(tenant, ann.id),
    ];
    for (const found of [
      named?.memberships,
      known?.memberships,
      (await store.memberships.of(tenant, [ann.id])).get(ann.id),
    ])
      expect(new Set(found?.map(({ name }) => name))).to.deep.equal(names);
    expect([named?.state.id, known?.state.id]).to.deep.equal([ann.id, ann.id]);
  });

  it('is told to all who ask at once, each by name or id', async () => {
    const people = [];
    for (const name of ['Ann', 'Kim', 'Lee']) people.push(await store.user(tenant, name));
    const [ann, kim] = people;
    if (!ann || !kim) throw new Error('nobody');
    const group = await store.group(tenant, 'Ops');
    await store.db.collection('edges').insertMany([edge(group.id, ann.id), edge(group.id, kim.id)]);
    const names = ['user:nobody', ...times(30, (at) => `User:${['ann', 'kim', 'lee'][at % 3]}`)];
    const found = await Promise.all(names.map((key) => store.memberships.withKey(tenant, key)));
    expect(found.map((each) => [each?.state.name, each?.memberships.length])).to.deep.equal([
      [undefined, undefined],
      ...times(
        30,
        (at) =>
          [
            ['Ann', 1],
            ['Kim', 1],
            ['Lee', 0],
          ][at % 3],
      ),
    ]);
    const ids = [...people.map(({ id }) => id), 'nobody', group.id];
    const byId = await Promise.all(ids.map((id) => store.memberships.withId(tenant, id)));
    expect(byId.map((each) => each?.state.name)).to.deep.equal(['Ann', 'Kim', 'Lee', undefined, 'Ops']);
    expect(await store.memberships.withId(store.tenant(), ann.id)).to.equal(undefined);
  });
});
