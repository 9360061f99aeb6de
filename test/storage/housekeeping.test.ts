import { expect } from 'chai';
import type { TenantId } from '../../src/domain/tenants.ts';
import { closeOldEdges } from '../../src/storage/closings.ts';
import type { JournalDocument } from '../../src/storage/documents.ts';
import { housekeeping } from '../../src/storage/housekeeping.ts';
import { sequence } from '../../src/storage/sequencer.ts';
import { total } from '../../src/storage/totals.ts';
import { fillGroup } from '../support/largeGroups.ts';
import { creating, memberOf, moving, newState, removing, renaming } from '../support/changes.ts';
import { openTestStore, type TestStore } from './store.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('What follows writes', function () {
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

  const journal = () =>
    store.db
      .collection<JournalDocument>('journal')
      .find({ tenant })
      .sort({ epoch: 1, at: 1, version: 1, _id: 1 })
      .toArray();
  const count = (kind: 'User' | 'Group') => total(store.db, tenant, kind);

  describe('the totals', () => {
    it('count what is there of each kind, before and after the entries have their places', async () => {
      const [ann] = [await store.user(tenant), await store.user(tenant), await store.group(tenant)];
      await store.commit(removing(ann));
      expect([await count('User'), await count('Group')]).to.deep.equal([1, 1]);
      expect(await sequence(store.db, tenant)).to.equal(false);
      expect([await count('User'), await count('Group')]).to.deep.equal([1, 1]);
      expect(await total(store.db, store.tenant(), 'User')).to.equal(0);
    });

    it('are exact at each moment, while writers run and two processes put entries in order', async () => {
      const writing = new AbortController();
      const sequencing = times(2, async () => {
        while (!writing.signal.aborted) {
          await sequence(store.db, tenant);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      });
      for (let round = 1; round <= 10; round += 1) {
        const users = times(10, (at) => newState(tenant, 'User', `u${round} ${at}`, new Date()));
        const before = await count('User');
        const seen: number[] = [];
        let left = users.length;
        const writes = Promise.all(users.map((user) => store.commit(creating(user)).finally(() => (left -= 1))));
        while (left > 0) seen.push(await count('User'));
        await writes;
        expect(before).to.equal((round - 1) * 10);
        expect(seen).to.deep.equal(seen.toSorted((a, b) => a - b));
        expect(await count('User')).to.equal(round * 10);
      }
      writing.abort();
      await Promise.all(sequencing);
    });
  });

  describe('the order of the journal', () => {
    it('has no gaps and keeps the entries of a resource as they were made', async () => {
      const group = await store.group(tenant);
      const users = await Promise.all(times(20, () => store.user(tenant)));
      await sequence(store.db, tenant);
      await Promise.all(users.map(({ id }) => store.commit(moving(tenant, group, { joins: [memberOf(id)] }))));
      await store.commit(renaming(await store.stateOf(tenant, 'Group', group.id), 'new'));
      await sequence(store.db, tenant);
      const entries = await journal();
      expect(new Set(entries.map(({ epoch }) => epoch))).to.deep.equal(new Set([1, 2]));
      expect(entries.some(({ pending }) => pending)).to.equal(false);
      const versions = entries.filter(({ resource }) => resource === group.id).map(({ version }) => version);
      expect(versions).to.deep.equal(times(22, (at) => at + 1));
    });

    it('is read without missing a late commit: an entry comes after all that had their places before', async () => {
      const early = new Date(Date.now() - 60_000);
      await store.user(tenant);
      await sequence(store.db, tenant);
      // A commit that took long: its instant is older than what is in order already.
      const late = await store.user(tenant, 'late');
      await store.db
        .collection<JournalDocument>('journal')
        .updateOne({ tenant, resource: late.id }, { $set: { at: early } });
      await sequence(store.db, tenant);
      expect((await journal()).map(({ resource, epoch }) => [resource === late.id, epoch])).to.deep.equal([
        [false, 1],
        [true, 2],
      ]);
    });

    it('takes more than one turn where there is much, cut between instants', async () => {
      const user = await store.user(tenant);
      const [entry] = await journal();
      if (!entry) throw new Error('no entry');
      const rows = times(5_200, (at) => {
        const { _id, ...rest } = entry;
        return { ...rest, version: at + 2, at: new Date(user.created.getTime() + Math.floor(at / 2)), adds: 1 };
      });
      await store.db.collection('journal').insertMany(rows);
      expect(await sequence(store.db, tenant)).to.equal(true);
      expect(await count('User')).to.equal(5_201);
      expect(await sequence(store.db, tenant)).to.equal(false);
      expect(await count('User')).to.equal(5_201);
      const entries = await journal();
      expect(entries.map(({ version }) => version)).to.deep.equal(times(5_201, (at) => at + 1));
    });
  });

  describe('the edges of emptied groups', () => {
    const rows = () => store.db.collection('edges').find({ tenant }).toArray();

    it('are closed at the instant of the emptying, and what joined since stays', async () => {
      const [ann, bob] = [await store.user(tenant), await store.user(tenant)];
      const group = await store.group(tenant, undefined, [memberOf(ann.id)]);
      const { at } = await store.commit(moving(tenant, group, { reset: true, joins: [memberOf(bob.id)] }));
      expect(await store.openEdges(tenant)).to.equal(2);
      await closeOldEdges(store.db, tenant, () => true);
      const [old, held] = (await rows()).toSorted((a, b) => Number(a['generation']) - Number(b['generation']));
      expect([old?.['to'], old?.['live'], held?.['live']]).to.deep.equal([at, undefined, true]);
      expect(await store.db.collection('closings').countDocuments({ tenant })).to.equal(0);
    });

    it('are closed by whoever goes on where another was interrupted', async () => {
      const group = await store.group(tenant);
      await fillGroup(store.db.getClient().db(), tenant, group.id, 5_000);
      await store.commit(removing(group));
      let turns = 0;
      await closeOldEdges(store.db, tenant, () => (turns += 1) <= 1);
      expect(await store.openEdges(tenant)).to.be.within(1, 4_999);
      expect(await store.db.collection('closings').countDocuments({ tenant })).to.equal(1);
      await Promise.all([closeOldEdges(store.db, tenant, () => true), closeOldEdges(store.db, tenant, () => true)]);
      expect(await store.openEdges(tenant)).to.equal(0);
      expect(await store.db.collection('closings').countDocuments({ tenant })).to.equal(0);
    });

    it('end when the group was emptied, also where their member is removed before they are closed', async () => {
      const ann = await store.user(tenant);
      const group = await store.group(tenant, undefined, [memberOf(ann.id)]);
      const { at } = await store.commit(moving(tenant, group, { reset: true }));
      const { groups, edges } = await store.states.groupsOf(tenant, ann.id);
      expect([groups, edges]).to.deep.equal([[], 1]);
      await store.commit(removing(ann, groups, edges));
      await closeOldEdges(store.db, tenant, () => true);
      expect((await rows()).map(({ to }) => to as Date)).to.deep.equal([at]);
    });
  });

  describe('housekeeping', () => {
    it('does for each tenant what there is to do, though it fails for one', async () => {
      const [broken, whole] = [store.tenant(), tenant];
      const errors: unknown[] = [];
      const keeping = housekeeping(store.db, (error) => errors.push(error));
      await keeping.settle();
      await store.user(broken);
      await store.user(whole);
      // A place that is no number cannot be counted on.
      await store.db.collection<{ _id: string }>('totals').insertOne({ _id: broken, epoch: 'x' } as never);
      keeping.noted(broken);
      keeping.noted(whole);
      await keeping.settle();
      expect((await journal()).map(({ epoch }) => epoch)).to.deep.equal([1]);
      expect(errors).to.have.lengthOf(1);
      await store.db.collection<{ _id: string }>('totals').deleteOne({ _id: broken });
      await keeping.settle();
      expect(await total(store.db, broken, 'User')).to.equal(1);
      expect(await store.db.collection('journal').countDocuments({ tenant: broken, pending: true })).to.equal(0);
      await keeping.stop();
    });

    it('looks after all tenants first, for those who wrote may be gone, and by itself after that', async () => {
      await store.db.collection<{ _id: string }>('tenants').insertOne({ _id: tenant });
      await store.user(tenant);
      const keeping = housekeeping(store.db, (error) => {
        throw error;
      });
      await keeping.settle();
      expect((await journal()).map(({ epoch }) => epoch)).to.deep.equal([1]);
      const group = await store.group(tenant, undefined, [memberOf((await store.user(tenant)).id)]);
      await store.commit(moving(tenant, group, { reset: true }));
      keeping.noted(tenant);
      for (let left = 100; left > 0 && (await store.openEdges(tenant)) > 0; left -= 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await store.openEdges(tenant)).to.equal(0);
      await keeping.stop();
    });
  });
});
