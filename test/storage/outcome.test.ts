import { expect } from 'chai';
import { connect, type Database } from '../../src/storage/connect.ts';
import { creating, ending, memberOf, moving, newState } from '../support/changes.ts';
import { openTestStore, storeOn, type TestStore } from './store.ts';
import { wireTo, type Wire } from './servers.ts';

describe('A commit whose answer gets lost', function () {
  this.timeout(30_000);
  let store: TestStore;
  let wire: Wire;
  let db: Database;
  before(async () => {
    store = await openTestStore();
    wire = await wireTo(store.uri);
    db = await connect(wire.uri);
  });
  after(async () => {
    await db.close();
    await wire.close();
    await store.close();
  });
  afterEach(() => {
    wire.mend();
  });

  it('is made once, and the answer is that nobody knows, where the database stays away', async () => {
    const tenant = store.tenant();
    const state = newState(tenant, 'User', 'ann', new Date());
    const own = storeOn(db);
    wire.cutAfter('commitTransaction');
    const began = Date.now();
    expect(await ending(own.commit(creating(state), 3_000))).to.equal('busy');
    expect(Date.now() - began).to.be.below(4_500);
    expect(await store.db.collection('journal').countDocuments({ tenant })).to.equal(1);
    expect((await store.stateOf(tenant, 'User', state.id)).name).to.equal('ann');
  });

  it('is asked for again, and made once, where the database comes back', async () => {
    const tenant = store.tenant();
    const own = storeOn(db);
    const [user, group] = [await own.user(tenant), await own.group(tenant)];
    wire.cutAfter('commitTransaction');
    setTimeout(() => {
      wire.mend();
    }, 500);
    const change = moving(tenant, group, { joins: [memberOf(user.id)] });
    expect((await own.commit(change, 8_000)).version).to.equal(2);
    expect((await store.stateOf(tenant, 'Group', group.id)).version).to.equal(2);
    expect(await store.db.collection('journal').countDocuments({ tenant, resource: group.id })).to.equal(2);
  });

  it('leaves the next changes to be committed as ever', async () => {
    const tenant = store.tenant();
    const own = storeOn(db);
    const group = await own.group(tenant);
    const [ann, bob] = [await own.user(tenant), await own.user(tenant)];
    wire.cutAfter('commitTransaction');
    const lost = ending(own.commit(moving(tenant, group, { joins: [memberOf(ann.id)] }), 1_500));
    expect(await lost).to.equal('busy');
    wire.mend();
    const now = await store.stateOf(tenant, 'Group', group.id);
    expect((await own.commit(moving(tenant, now, { joins: [memberOf(bob.id)] }))).version).to.equal(3);
    expect(await store.members(tenant, group.id)).to.have.members([ann.id, bob.id]);
  });
});
