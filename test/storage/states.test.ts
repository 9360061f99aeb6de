import { expect } from 'chai';
import type { Membership } from '../../src/domain/states.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { memberOf, moving, removing } from '../support/changes.ts';
import { openTestStore, type TestStore } from './store.ts';

describe('What stands in the database', function () {
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

  const brief = (memberships: readonly Membership[] = []) =>
    memberships.map(({ name, how }) => `${name} ${how}`).sort();
  const nest = async (outer: string, inner: string) => {
    const group = await store.stateOf(tenant, 'Group', outer);
    const { version } = await store.states.nestingAbove(tenant, outer);
    return store.commit(moving(tenant, group, { joins: [memberOf(inner, 'Group')] }, { nesting: version }));
  };

  it('says in which groups somebody is, by whatever way, each once', async () => {
    const ann = await store.user(tenant);
    const [a, b, c] = [
      await store.group(tenant, 'a', [memberOf(ann.id)]),
      await store.group(tenant, 'b', [memberOf(ann.id)]),
      await store.group(tenant, 'c'),
    ];
    const top = await store.group(tenant, 'top');
    for (const [outer, inner] of [
      [c, a],
      [c, b],
      [b, a],
      [top, c],
    ] as const)
      await nest(outer.id, inner.id);
    const all = ['a direct', 'b direct', 'c indirect', 'top indirect'];
    expect(brief((await store.memberships.of(tenant, [ann.id])).get(ann.id))).to.deep.equal(all);
    const row = await store.states.readWithMemberships(tenant, 'User', ann.id);
    expect([row?.state.id, brief(row?.memberships)]).to.deep.equal([ann.id, all]);
    expect(brief((await store.states.readWithMemberships(tenant, 'Group', a.id))?.memberships)).to.deep.equal([
      'b direct',
      'c direct',
      'top indirect',
    ]);
    const { above } = await store.states.nestingAbove(tenant, a.id);
    expect(above).to.have.lengthOf(4);
  });

  it('knows no membership of a group that was emptied or removed, though its edges are still open', async () => {
    const ann = await store.user(tenant);
    const groups = [];
    for (const name of ['emptied', 'removed', 'kept']) groups.push(await store.group(tenant, name, [memberOf(ann.id)]));
    const [emptied, removed] = groups;
    if (!emptied || !removed) throw new Error('no groups');
    await store.commit(moving(tenant, emptied, { reset: true }));
    await store.commit(removing(removed));
    expect(await store.openEdges(tenant)).to.equal(3);
    expect(brief((await store.memberships.of(tenant, [ann.id])).get(ann.id))).to.deep.equal(['kept direct']);
    const left = await store.states.groupsOf(tenant, ann.id);
    expect([left.groups.length, left.edges]).to.deep.equal([1, 3]);
    const found = await store.states.readForMembers(tenant, emptied.id, [ann.id, 'nobody']);
    expect([found?.known, found?.present.size]).to.deep.equal([[memberOf(ann.id)], 0]);
    expect(await store.members(tenant, emptied.id)).to.deep.equal([]);
  });

  it('refuses an edge between groups that was checked against an earlier nesting', async () => {
    const [a, b, c] = [await store.group(tenant), await store.group(tenant), await store.group(tenant)];
    const { version } = await store.states.nestingAbove(tenant, a.id);
    await nest(b.id, c.id);
    const late = moving(tenant, a, { joins: [memberOf(b.id, 'Group')] }, { nesting: version });
    const error = await store.commit(late).catch((reason: unknown) => reason);
    expect(error).to.have.property('name', 'Stale');
    await nest(a.id, b.id);
    expect(await store.members(tenant, a.id)).to.deep.equal([b.id]);
  });

  it('knows nothing of another tenant, nor of the other kind', async () => {
    const [ann, stranger] = [await store.user(tenant), store.tenant()];
    const group = await store.group(tenant, undefined, [memberOf(ann.id)]);
    const { states } = store;
    expect(await states.read(stranger, 'User', ann.id)).to.equal(undefined);
    expect(await states.read(tenant, 'Group', ann.id)).to.equal(undefined);
    expect(await states.readWithMemberships(stranger, 'User', ann.id)).to.equal(undefined);
    expect(await states.readForMembers(stranger, group.id, [ann.id])).to.equal(undefined);
    expect(await states.readForMembers(tenant, ann.id, [group.id])).to.equal(undefined);
    expect(await states.known(stranger, [ann.id, group.id])).to.deep.equal([]);
    expect(await states.known(tenant, [ann.id, group.id])).to.have.deep.members([
      memberOf(ann.id),
      memberOf(group.id, 'Group'),
    ]);
    expect(await store.memberships.of(stranger, [ann.id])).to.deep.equal(new Map());
    expect(await store.memberships.of(tenant, [])).to.deep.equal(new Map());
    expect(await states.groupsOf(stranger, ann.id)).to.deep.equal({ groups: [], edges: 0 });
    expect(await states.memberIds(stranger, group, 10)).to.deep.equal([]);
    expect(await states.memberIds(tenant, group, 0)).to.equal(undefined);
  });
});
