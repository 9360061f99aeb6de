import { expect } from 'chai';
import type { Change } from '../../src/domain/changes.ts';
import { DomainError } from '../../src/domain/errors.ts';
import type { TenantId } from '../../src/domain/tenants.ts';
import { unitOfWork } from '../../src/storage/unitOfWork.ts';
import { testTypeOf } from '../support/schemas.ts';
import { creating, ending, memberOf, moving, newState, removing, renaming } from '../support/changes.ts';
import { openTestStore, storeOn, type TestStore } from './store.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('The unit of work', function () {
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

  const creation = (name: string) => creating(newState(tenant, 'User', name, new Date()));

  it('refuses one whose name is taken, and commits those that waited with it', async () => {
    await store.user(tenant, 'Taken');
    const names = ['a', 'b', 'tAKEN', 'c', 'd'];
    const endings = await Promise.all(names.map((name) => ending(store.commit(creation(name)))));
    expect(endings).to.deep.equal(['done', 'done', 'name-taken', 'done', 'done']);
  });

  it('refuses a change that is too large for MongoDB, or for its driver, alone and at once', async () => {
    const large = (megabytes: number) => {
      const state = newState(tenant, 'User', `large ${String(megabytes)}`, new Date());
      return creating({ ...state, attributes: { userName: 'large', title: 'x'.repeat(megabytes * 2 ** 20) } });
    };
    const changes = [creation('a'), creation('b'), large(8.2), large(9), creation('c')];
    const began = Date.now();
    const endings = await Promise.all(changes.map((change) => ending(store.commit(change))));
    expect(endings).to.deep.equal(['done', 'done', 'too-large', 'too-large', 'done']);
    expect(Date.now() - began).to.be.below(5_000);
  });

  it('tries changes apart where one conflicts with itself, which no look at the database tells', async () => {
    const member = await store.user(tenant);
    const group = await store.group(tenant, undefined, [memberOf(member.id)]);
    const odd = moving(tenant, group, { leaves: [member.id, member.id] });
    const began = Date.now();
    const first = ending(store.commit(renaming(group, 'first')));
    const hopeless = ending(store.commit(odd, 3_000));
    const others = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => [await ending(store.commit(creation(name))), Date.now() - began] as const),
    );
    expect(others.map(([end]) => end)).to.deep.equal(['done', 'done', 'done']);
    expect(Math.max(...others.map(([, took]) => took))).to.be.below(2_500);
    expect([await first, await hopeless]).to.deep.equal(['done', 'busy']);
  });

  it('commits changes apart that are too large for one command together', async () => {
    const large = (name: string) => {
      const state = newState(tenant, 'User', name, new Date());
      return creating({ ...state, attributes: { userName: name, title: 'x'.repeat(2 ** 20) } });
    };
    const changes = Array.from({ length: 12 }, (_, at) => store.commit(large(`large ${at}`)));
    expect(await Promise.all(changes.map(ending))).to.deep.equal(changes.map(() => 'done'));
  });

  it('refuses a change alone that its type does not describe any more when its turn comes', async () => {
    const withdrawn = new DomainError({ rule: 'schema-withdrawn', schema: 'urn:acme:Badge' });
    const typeOf = (change: Change) => {
      if (change.creates?.name === 'badged') throw withdrawn;
      return testTypeOf(change);
    };
    const work = unitOfWork(store.db, typeOf, Date.now);
    const endings = ['first', 'badged', 'last'].map((name) => ending(work.commit(creation(name), Date.now() + 10_000)));
    expect(await Promise.all(endings)).to.deep.equal(['done', 'schema-withdrawn', 'done']);
  });

  it('gives each change of one group a version of its own, through two processes too', async () => {
    const group = await store.group(tenant);
    const users = await Promise.all(times(60, () => store.user(tenant)));
    const other = storeOn(store.db);
    const committed = await Promise.all(
      users.map(({ id }, at) =>
        (at % 2 === 0 ? store : other).commit(moving(tenant, group, { joins: [memberOf(id)] })),
      ),
    );
    const versions = committed.map(({ version }) => version).sort((a, b) => a - b);
    expect(versions).to.deep.equal(times(60, (at) => at + 2));
    expect(await store.members(tenant, group.id)).to.have.members(users.map(({ id }) => id));
    const ordered = committed.toSorted((a, b) => a.version - b.version);
    const instants = ordered.map(({ at }) => at.getTime());
    expect(instants).to.deep.equal(instants.toSorted((a, b) => a - b));
  });

  it('never lets an instant go back, whatever the clock of a process says', async () => {
    const early = unitOfWork(store.db, testTypeOf, () => Date.now() - 3_600_000);
    const group = await store.group(tenant);
    const user = await store.user(tenant);
    const { at } = await early.commit(moving(tenant, group, { joins: [memberOf(user.id)] }), Date.now());
    expect(at.getTime()).to.be.at.least(group.modified.getTime());
  });

  it('removes somebody who leaves a group at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const user = await store.user(tenant);
      const group = await store.group(tenant, undefined, [memberOf(user.id)]);
      const endings = await Promise.all([
        ending(store.commit(renaming(group, `${group.name} 2`), 2_000)),
        ending(store.commit(moving(tenant, group, { leaves: [user.id] }), 2_000)),
        ending(store.commit(removing(user, [group]), 2_000)),
      ]);
      expect(endings.slice(0, 2)).to.deep.equal(['done', 'done']);
      expect(endings[2]).to.be.oneOf(['done', 'Stale']);
    }
  });

  it('does not remove somebody who went from one group to another since that was decided', async () => {
    const user = await store.user(tenant);
    const [left, joined] = [await store.group(tenant, undefined, [memberOf(user.id)]), await store.group(tenant)];
    await store.commit(moving(tenant, left, { leaves: [user.id] }));
    await store.commit(moving(tenant, joined, { joins: [memberOf(user.id)] }));
    expect(await ending(store.commit(removing(user, [left]), 2_000))).to.equal('Stale');
    expect(await store.members(tenant, joined.id)).to.deep.equal([user.id]);
    const { groups, edges } = await store.states.groupsOf(tenant, user.id);
    expect(await ending(store.commit(removing(user, groups, edges)))).to.equal('done');
    expect(await store.openEdges(tenant)).to.equal(0);
  });

  it('comes to a change that needs two groups which others keep busy in turn', async () => {
    const user = await store.user(tenant);
    const busy = await Promise.all(times(2, () => store.group(tenant, undefined, [memberOf(user.id)])));
    const own = storeOn(store.db);
    let going = true;
    // Two at a time for each group: one is under way, and the next waits for it.
    const streams = busy.flatMap((group) =>
      times(2, async () => {
        const { id } = await own.user(tenant);
        for (let inside = false; going; inside = !inside)
          await own.commit(moving(tenant, group, inside ? { leaves: [id] } : { joins: [memberOf(id)] }));
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    const removed = await ending(own.commit(removing(user, busy), 1_500));
    going = false;
    await Promise.all(streams);
    expect(removed).to.equal('done');
  });

  it('says that it is busy once the deadline is over, whether a change waits or is under way', async () => {
    expect(await ending(store.commit(creation('late'), -1))).to.equal('busy');
    expect(await store.db.collection('resources').countDocuments({ tenant })).to.equal(0);
  });

  it('commits what is heavier than a batch may be', async () => {
    const users = times(1_500, () => newState(tenant, 'User', `${Math.random()}`, new Date()));
    await Promise.all(users.map((user) => store.commit(creating(user))));
    const group = await store.group(tenant);
    const change = moving(tenant, group, { joins: users.map(({ id }) => memberOf(id)) });
    const endings = await Promise.all([change, creation('a'), creation('b')].map((each) => ending(store.commit(each))));
    expect(endings).to.deep.equal(['done', 'done', 'done']);
    expect(await store.members(tenant, group.id)).to.have.lengthOf(1_500);
  });

  it('lets one of several changes hold that name the same version of something', async () => {
    const group = await store.group(tenant);
    const endings = await Promise.all(
      times(5, (at) => ending(store.commit(renaming(group, `n${at} ${group.name}`, { onlyAt: 1 })))),
    );
    expect(endings.toSorted()).to.deep.equal(['Stale', 'Stale', 'Stale', 'Stale', 'done']);
    const member = await store.user(tenant);
    const join = moving(tenant, group, { joins: [memberOf(member.id)] }, { onlyAt: 1 });
    expect(await ending(store.commit(join))).to.equal('Stale');
  });

  it('closes a version as it was when it was closed, members joined since included', async () => {
    const group = await store.group(tenant);
    const member = await store.user(tenant);
    const { at } = await store.commit(moving(tenant, group, { joins: [memberOf(member.id)] }));
    await store.commit(renaming(group, `new ${group.name}`));
    const closed = await store.db.collection('history').findOne({ tenant, resource: group.id });
    expect(closed).to.include({ version: 2, revision: 1, generation: 1, name: group.name });
    expect(closed?.['modified']).to.deep.equal(at);
  });
});
