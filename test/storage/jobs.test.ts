import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobKind, NewJob } from '../../src/domain/jobs.ts';
import { workOff } from '../../src/domain/settling.ts';
import { jobs } from '../../src/storage/jobs.ts';
import { removing, renaming } from '../support/changes.ts';
import { organization, type Organization } from './organization.ts';
import { openTestStore, type TestStore } from './store.ts';

describe('Jobs', function () {
  this.timeout(60_000);
  let store: TestStore;
  let acme: Organization;
  let people: string[];
  let role: string;

  before(async () => {
    store = await openTestStore();
  });
  after(() => store.close());
  beforeEach(async () => {
    acme = organization(store);
    role = await acme.role('sales');
    await acme.rule({ match: { by: 'name', value: 'Sales' }, gives: { what: 'role', id: role } });
    people = await Promise.all(Array.from({ length: 250 }, (_, at) => acme.user(`user${at}`)));
    for (let at = 0; at < 250; at += 50) await acme.group(`Group ${at}`, people.slice(at, at + 50));
  });

  const holders = () => store.db.collection('resources').countDocuments({ tenant: acme.tenant, held: `role:${role}` });
  const started = async (): Promise<string> => {
    await acme.group('Sales', people);
    const [job] = await acme.queue.list(acme.tenant, 1);
    return job?.id ?? '';
  };
  const jobFor = (kind: JobKind, argument: string): NewJob => ({ id: randomUUID(), kind, argument });

  it('are there when the change that left them is, and not otherwise', async () => {
    const state = await store.stateOf(acme.tenant, 'Role', role);
    const stale = { ...state, version: 0, revision: 0 };
    const change = { ...renaming(stale, 'buying'), starts: [jobFor('settle-role', role)] };
    const outcome = await acme.deciding.work.commit(change, acme.soon()).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Error);
    expect(await acme.queue.list(acme.tenant, 10)).to.deep.equal([]);
    await acme.deciding.work.commit({ ...change, ...renaming(state, 'buying') }, acme.soon());
    expect(await acme.queue.list(acme.tenant, 10)).to.have.length(1);
  });

  it('go on where one stopped whose process died, in whichever process takes them up', async () => {
    const id = await started();
    // It does a piece, and dies: nobody gives its lease back.
    const dying = { ...acme.queue, release: () => Promise.resolve() };
    let pieces = 0;
    await workOff({ ...acme.settling, queue: dying }, acme.tenant, () => (pieces += 1) < 2);
    expect([await holders(), (await acme.queue.read(acme.tenant, id))?.done]).to.deep.equal([100, 100]);
    const other = organization(store, acme.tenant);
    await workOff(other.settling, acme.tenant, () => true);
    expect(await holders()).to.equal(100);
    await sleep(350);
    await other.settle();
    expect(await holders()).to.equal(250);
    expect(await acme.queue.read(acme.tenant, id)).to.include({ state: 'done', done: 250 });
  });

  it('that were lost meanwhile do no harm: whoever has one now is not disturbed', async () => {
    const id = await started();
    const first = await acme.queue.take(acme.tenant);
    await sleep(350);
    const second = await acme.queue.take(acme.tenant);
    expect([first?.id, second?.id]).to.deep.equal([id, id]);
    if (!first || !second) throw new Error('both have taken it');
    expect(await acme.queue.advance(first, 7, '{}')).to.equal('lost');
    await acme.queue.stumbled(first, 'late');
    expect(await acme.queue.read(acme.tenant, id)).to.include({ done: 0, error: undefined });
    expect(await acme.queue.advance(second, 7, undefined)).to.equal('held');
  });

  it('can be cancelled: what is done stays', async () => {
    const id = await started();
    const queue: typeof acme.queue = {
      ...acme.queue,
      async advance(job, looked, position) {
        const outcome = await acme.queue.advance(job, looked, position);
        if (job.id === id) await acme.queue.cancel(acme.tenant, id);
        return outcome;
      },
    };
    while (await workOff({ ...acme.settling, queue }, acme.tenant, () => true));
    // The piece that was under way when it was cancelled ended as it should.
    expect(await holders()).to.be.within(100, 200);
    expect(await acme.queue.read(acme.tenant, id)).to.include({ state: 'cancelled' });
    expect(await acme.queue.cancel(acme.tenant, id)).to.include({ state: 'cancelled' });
    expect(await acme.queue.cancel(acme.tenant, 'none')).to.equal(undefined);
  });

  it('that fail are tried again, later and later, and given up in the end', async () => {
    const id = await started();
    const broken = { ...acme.settling, books: { of: () => Promise.reject(new Error('broken')) } };
    const failure = await workOff(broken, acme.tenant, () => true).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    expect(await acme.queue.read(acme.tenant, id)).to.include({ state: 'running', error: 'broken' });
    const due = await acme.queue.nextDue(acme.tenant);
    expect((due?.getTime() ?? 0) - Date.now()).to.be.within(500, 1_000);
    await store.db.collection('jobs').updateOne({ tenant: acme.tenant }, { $set: { attempts: 9, due: new Date(0) } });
    await workOff(broken, acme.tenant, () => true).catch((error: unknown) => error);
    expect(await acme.queue.read(acme.tenant, id)).to.include({ state: 'failed', error: 'broken' });
    expect(await acme.queue.nextDue(acme.tenant)).to.equal(undefined);
  });

  it('are gone through twice, the second time when nobody can commit any more what was decided before', async () => {
    const slow = jobs(store.db, { settledMs: 3_000, leaseMs: 300 });
    await started();
    const due = await workOff({ ...acme.settling, queue: slow }, acme.tenant, () => true);
    expect(await holders()).to.equal(250);
    expect(due?.getTime()).to.be.greaterThan(Date.now());
    // Somebody comes in whose change was decided by rules that hold no longer.
    const late = await acme.user('late');
    const [group] = await store.states.some(acme.tenant, [{ kind: 'Group', name: 'Sales' }]);
    await store.db
      .collection('edges')
      .updateOne({ tenant: acme.tenant, group: group?.id, member: people[0] }, { $set: { member: late } });
    await sleep(Math.max(0, (due?.getTime() ?? 0) - Date.now()) + 20);
    await workOff({ ...acme.settling, queue: slow }, acme.tenant, () => true);
    expect(await acme.queue.list(acme.tenant, 1)).to.have.nested.property('[0].state', 'done');
    expect([await acme.holds(late), await acme.holds(people[0] ?? '')]).to.deep.equal([['role:sales (group)'], []]);
  });

  it('decide on all who hold a role that changed or is gone', async () => {
    await started();
    await acme.settle();
    const team = await acme.group('Field');
    const state = await store.stateOf(acme.tenant, 'Role', role);
    const attributes = {
      ...state.attributes,
      teams: [{ value: team, display: 'Field' }],
      permissions: ['users.manage'],
    };
    await acme.deciding.work.commit(
      {
        ...renaming(state, 'sellers'),
        revises: { before: state, after: { ...state, name: 'sellers', attributes } },
        starts: [jobFor('settle-role', role)],
      },
      acme.soon(),
    );
    await acme.settle();
    expect(await store.members(acme.tenant, team)).to.have.members(people);
    expect(await acme.holds(people[7] ?? '')).to.include('role:sellers (group)');
    expect(await acme.person(people[7] ?? '')).to.include({ administrative: true });
    const [job] = await acme.queue.list(acme.tenant, 1);
    expect(job).to.include({ kind: 'settle-role', done: 250, total: 250, state: 'done' });
    const now = await store.stateOf(acme.tenant, 'Role', role);
    await acme.deciding.work.commit({ ...removing(now), starts: [jobFor('settle-role', role)] }, acme.soon());
    await acme.settle();
    expect(await holders()).to.equal(0);
    expect(await store.members(acme.tenant, team)).to.deep.equal([]);
    expect(await acme.person(people[7] ?? '')).not.to.have.property('administrative');
  });

  it('are listed, the newest first, page by page', async () => {
    const state = await store.stateOf(acme.tenant, 'Role', role);
    await acme.deciding.work.commit(
      { ...renaming(state, 'x'), starts: [1, 2, 3].map(() => jobFor('settle-role', role)) },
      acme.soon(),
    );
    const all = await acme.queue.list(acme.tenant, 10);
    const [first, second] = [await acme.queue.list(acme.tenant, 2), await acme.queue.list(acme.tenant, 2, all[1]?.id)];
    expect([...first, ...second].map(({ id }) => id)).to.deep.equal(all.map(({ id }) => id));
    expect(await acme.queue.list(organization(store).tenant, 10)).to.deep.equal([]);
  });
});
