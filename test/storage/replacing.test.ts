import { expect } from 'chai';
import { storesOver } from '../../src/protocol.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { leniency } from '../../src/scim/dialects.ts';
import type { Caller, MemberChanges, ResourceStore, Stored } from '../../src/scim/types.ts';
import { accepts } from '../../src/scim/version.ts';
import { testCaller } from '../support/callers.ts';
import { testRegistry, testType } from '../support/schemas.ts';
import { ending, memberOf } from '../support/changes.ts';
import { openTestStore, type TestStore } from './store.ts';

const nothing = { members: false, groups: false };

describe('Changing the members of a group, over MongoDB', function () {
  this.timeout(60_000);
  let store: TestStore;
  let groups: ResourceStore;
  let tenant: TenantId;
  let caller: Caller;
  let users: readonly string[];

  before(async () => {
    store = await openTestStore();
    groups = storesOver(store.db, testRegistry())(testType('Group'));
  });
  after(() => store.close());
  beforeEach(async () => {
    tenant = store.tenant();
    caller = testCaller({ tenant, deadline: Date.now() + 20_000 });
    users = (await Promise.all(Array.from({ length: 6 }, () => store.user(tenant)))).map(({ id }) => id);
  });

  const change = (id: string, members: Partial<MemberChanges>, ifMatch?: string, name?: string) =>
    groups.revise(
      caller,
      id,
      {
        accepts: accepts(ifMatch),
        decide: ({ attributes }: Stored) => (name === undefined ? attributes : { displayName: name }) as never,
        members: { reset: false, add: [], remove: [], ...members },
        wanted: nothing,
      },
      leniency('lenient'),
    );
  const replace = (id: string, add: readonly string[]) => change(id, { reset: true, add });

  it('two that replace all of them at once leave the members of one of them', async () => {
    for (let round = 0; round < 10; round += 1) {
      const before = round % 2 === 0 ? [] : users.slice(4);
      const { id } = await store.group(
        tenant,
        undefined,
        before.map((user) => memberOf(user)),
      );
      const wanted = [users.slice(0, 2), users.slice(2, 4)] as const;
      const [one, other] = await Promise.all(wanted.map((add) => replace(id, add)));
      const last = (one?.stored.version ?? 0) > (other?.stored.version ?? 0) ? wanted[0] : wanted[1];
      expect(await store.members(tenant, id)).to.have.members([...last]);
    }
  });

  it('who replaces them while others join ends with what was asked for, and who joined afterwards', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await store.group(tenant);
      const [kept = '', joining = ''] = users;
      const [put, join] = await Promise.all([replace(id, [kept]), change(id, { add: [joining] })]);
      const after = join.stored.version > put.stored.version ? [kept, joining] : [kept];
      expect(await store.members(tenant, id)).to.have.members(after);
    }
  });

  it('keeps the edges of whoever stays', async () => {
    const { id } = await store.group(
      tenant,
      undefined,
      users.slice(0, 4).map((user) => memberOf(user)),
    );
    const edges = store.db.collection('edges');
    const before = await edges.findOne({ tenant, group: id, member: users[3] });
    const { stored } = await replace(id, users.slice(3));
    expect(stored.version).to.equal(2);
    expect(await edges.findOne({ tenant, group: id, member: users[3], live: true })).to.deep.equal(before);
    expect((await replace(id, users.slice(3))).stored.version).to.equal(2);
  });

  it('names and members change together in one version, or not at all', async () => {
    const { id } = await store.group(tenant);
    const taken = await store.group(tenant, 'Taken');
    const [ann = ''] = users;
    expect(await ending(change(id, { add: [ann] }, undefined, taken.name))).to.equal('ScimError');
    expect(await store.members(tenant, id)).to.deep.equal([]);
    const { stored } = await change(id, { add: [ann] }, undefined, 'New');
    expect([stored.version, stored.attributes['displayName']]).to.deep.equal([2, 'New']);
    expect(await store.members(tenant, id)).to.deep.equal([ann]);
  });

  it('allows one of several that name the same version, whatever other versions they name', async () => {
    const { id } = await store.group(tenant);
    const endings = await Promise.all(users.map((user) => ending(change(id, { add: [user] }, 'W/"0", W/"1"'))));
    expect(endings.filter((each) => each === 'done')).to.have.lengthOf(1);
    expect(await store.members(tenant, id)).to.have.lengthOf(1);
  });

  it('a nested group that is removed leaves the groups it was in, and its members leave them too', async () => {
    const [ann = ''] = users;
    const inner = await store.group(tenant, undefined, [memberOf(ann)]);
    const outer = await groups.create(
      caller,
      { attributes: { displayName: 'outer' }, members: [inner.id] },
      leniency('lenient'),
      nothing,
    );
    const all = async () => (await store.memberships.of(tenant, [ann])).get(ann)?.map(({ how }) => how) ?? [];
    expect(await all()).to.deep.equal(['direct', 'indirect']);
    await groups.remove(caller, inner.id, accepts(undefined));
    expect(await all()).to.deep.equal([]);
    expect(await store.members(tenant, outer.stored.id)).to.deep.equal([]);
    expect((await store.stateOf(tenant, 'Group', outer.stored.id)).version).to.equal(2);
  });
});
