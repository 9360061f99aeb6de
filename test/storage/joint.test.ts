import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { portsOver } from '../../src/protocol.ts';
import { joint, type JointPorts } from '../../src/provisioning/joint.ts';
import { leniency } from '../../src/scim/dialects.ts';
import { ScimError } from '../../src/scim/errors.ts';
import type { Stores } from '../../src/scim/ports.ts';
import type { Caller, JsonObject } from '../../src/scim/types.ts';
import { testCaller } from '../support/callers.ts';
import { faultsWithin, readTenant } from '../support/checker.ts';
import { testRegistry, testType } from '../support/schemas.ts';
import { openTestStore, type TestStore } from './store.ts';

const [user, group] = [testType('User'), testType('Group')];
const nothing = { members: false, groups: false };
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const lenient = leniency('lenient');

/** How it ended: `done`, or the status of the refusal. */
const ended = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof ScimError ? error.status : Promise.reject(error as Error)),
  );

describe('Operations that are committed together, over MongoDB', function () {
  this.timeout(60_000);
  let store: TestStore;
  let processes: readonly [JointPorts, JointPorts];
  let caller: Caller;

  before(async () => {
    store = await openTestStore();
    processes = [portsOver(store.db, testRegistry()), portsOver(store.db, testRegistry())];
  });
  after(() => store.close());
  beforeEach(() => {
    caller = testCaller({ tenant: randomUUID(), deadline: Date.now() + 30_000 });
  });

  const create = (stores: Stores, id: string, more: JsonObject = {}) =>
    stores(user).create(caller, { id, attributes: { userName: id, ...more }, members: undefined }, lenient, nothing);

  const titled = (stores: Stores, id: string, title: string) =>
    stores(user).revise(
      caller,
      id,
      {
        accepts: () => true,
        decide: ({ attributes }) => ({ ...(attributes as JsonObject), title }),
        wanted: nothing,
      },
      lenient,
    );

  const found = () => readTenant(store.db.getClient(), caller.tenant);

  it('make people who manage each other, and groups of them', async () => {
    const [ann, bob, ops] = [randomUUID(), randomUUID(), randomUUID()];
    const pending = new Map([
      [ann, user],
      [bob, user],
      [ops, group],
    ]);
    const { stores } = joint(processes[0], pending, 3);
    const members = [ann, bob];
    await Promise.all([
      stores(group).create(caller, { id: ops, attributes: { displayName: 'ops' }, members }, lenient, nothing),
      create(stores, ann, { [enterprise]: { manager: { value: bob } } }),
      create(stores, bob, { [enterprise]: { manager: { value: ann } } }),
    ]);
    expect(await store.members((await found()).resources[0]?.tenant ?? store.tenant(), ops)).to.have.members(members);
    const now = await found();
    expect(now.resources).to.have.lengthOf(3);
    expect(new Set(now.journal.map(({ at }) => at.getTime())).size).to.equal(1);
    expect(faultsWithin(now)).to.deep.equal([]);
  });

  it('leave nothing where one is refused, whichever it is, by the database too', async () => {
    const taken = randomUUID();
    await create(joint(processes[0], new Map(), 1).stores, taken);
    for (const userName of [taken, taken.toUpperCase()]) {
      const ids = [randomUUID(), randomUUID()];
      const { stores } = joint(processes[0], new Map(ids.map((id) => [id, user])), 2);
      const ends = ids.map((id, at) => ended(create(stores, id, at === 1 ? { userName } : {})));
      expect(await Promise.all(ends)).to.deep.equal([409, 409]);
    }
    const now = await found();
    expect([now.resources.length, now.journal.length]).to.deep.equal([1, 1]);
  });

  it('are done one whole after the other where two processes change the same people', async () => {
    const ids = [randomUUID(), randomUUID(), randomUUID()];
    await Promise.all(ids.map((id) => create(joint(processes[0], new Map(), 1).stores, id, { title: 'first' })));
    const state = { going: true };
    const mixed: unknown[] = [];
    const looking = (async () => {
      while (state.going) {
        const titles = new Set((await found()).resources.map(({ attributes }) => attributes['title']));
        if (titles.size > 1) mixed.push([...titles]);
        await sleep(1);
      }
    })();
    const rounds = Array.from({ length: 12 }, async (_, round) => {
      // In another order each time: they would wait for each other in a circle if each were written by itself.
      const order = round % 2 === 0 ? ids : ids.toReversed();
      const { stores } = joint(processes[round % 2 === 0 ? 0 : 1], new Map(), 3);
      return Promise.all(order.map((id) => ended(titled(stores, id, `round ${round}`))));
    });
    const ends = (await Promise.all(rounds)).flat();
    state.going = false;
    await looking;
    expect(new Set(ends)).to.deep.equal(new Set(['done']));
    expect(mixed).to.deep.equal([]);
    const now = await found();
    expect(now.resources.map(({ version }) => version)).to.deep.equal([13, 13, 13]);
    expect(faultsWithin(now)).to.deep.equal([]);
  });

  it('wait for one that never comes no longer than to their deadline', async () => {
    const ids = [randomUUID(), randomUUID()];
    const { stores } = joint(processes[0], new Map(ids.map((id) => [id, user])), 3);
    caller = { ...caller, deadline: Date.now() + 400 };
    const began = Date.now();
    expect(await Promise.all(ids.map((id) => ended(create(stores, id))))).to.deep.equal([503, 503]);
    expect(Date.now() - began).to.be.within(350, 3_000);
    expect((await found()).journal).to.deep.equal([]);
  });
});
