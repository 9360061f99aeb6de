import { expect } from 'chai';
import { tenantId } from '../../src/domain/tenants.ts';
import { joint, type JointPorts } from '../../src/provisioning/joint.ts';
import { leniency } from '../../src/scim/dialects.ts';
import { ScimError, uniqueness } from '../../src/scim/errors.ts';
import type { Joint } from '../../src/scim/ports.ts';
import type { Json, JsonObject } from '../../src/scim/types.ts';
import { testCaller } from '../support/callers.ts';
import { newState } from '../support/changes.ts';
import { testType } from '../support/schemas.ts';
import { scripted, type Scripted } from './ports.ts';

const tenant = tenantId('acme');
const [user, group] = [testType('User'), testType('Group')];
const caller = testCaller({ dialect: 'strict', deadline: 1_000 });
const nothing = { members: false, groups: false };
const lenient = leniency('strict');
const ops = newState(tenant, 'Group', 'ops', new Date(0));

/** Ports that commit nothing in truth, and alarms that ring when a test says so. */
function withAlarms(script: Scripted) {
  const alarms = new Map<() => void, number>();
  const ports: JointPorts = {
    ...script.ports,
    alarm(at, ring) {
      alarms.set(ring, at);
      return () => void alarms.delete(ring);
    },
  };
  const ring = () => {
    for (const [call] of [...alarms]) call();
  };
  return { ports, alarms, ring };
}

const pending = new Map([
  ['u1', user],
  ['u2', user],
  ['g1', group],
]);

const create = ({ stores }: Joint, id: string) =>
  stores(user).create(caller, { id, attributes: { userName: id }, members: undefined }, lenient, nothing);

const createGroup = ({ stores }: Joint, id: string, ...members: readonly string[]) =>
  stores(group).create(caller, { id, attributes: { displayName: id }, members }, lenient, nothing);

const add = ({ stores }: Joint, id: string, ...members: readonly string[]) =>
  stores(group).revise(
    caller,
    id,
    {
      accepts: () => true,
      decide: ({ attributes }) => attributes as JsonObject,
      members: { reset: false, add: members, remove: [] },
      wanted: nothing,
    },
    lenient,
  );

/** How it ended: `done`, or what the refusal says. */
const ended = (promise: Promise<unknown>): Promise<Json> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof ScimError ? [error.status, error.message] : Promise.reject(error as Error)),
  );

/** What is ready to happen has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Operations that are committed together', () => {
  it('wait for each other, and are one commit in the end', async () => {
    const script = scripted();
    const { ports, alarms } = withAlarms(script);
    const both = joint(ports, pending, 2);
    const first = create(both, 'u1');
    await settled();
    expect([script.committed.length, alarms.size]).to.deep.equal([0, 1]);
    const [one, other] = await Promise.all([first, create(both, 'u2')]);
    expect([one.stored.id, other.stored.id]).to.deep.equal(['u1', 'u2']);
    expect(script.committed.map(({ entry }) => entry.resource)).to.deep.equal(['u1', 'u2']);
    expect(alarms.size).to.equal(0);
  });

  it('are all refused for what one of them is refused, those that come later too', async () => {
    const script = scripted();
    const three = joint(withAlarms(script).ports, pending, 3);
    const first = ended(create(three, 'u1'));
    await settled();
    three.fail(uniqueness('taken'));
    three.fail(uniqueness('also taken'));
    expect([await first, await ended(create(three, 'u2'))]).to.deep.equal([
      [409, 'taken'],
      [409, 'taken'],
    ]);
    expect(script.committed).to.deep.equal([]);
  });

  it('decide anew, each of them, where something changed meanwhile, and meet again', async () => {
    const script = scripted(ops);
    script.stale = 2;
    const both = joint(withAlarms(script).ports, pending, 2);
    expect(await Promise.all([ended(create(both, 'u1')), ended(add(both, ops.id, 'u1'))])).to.deep.equal([
      'done',
      'done',
    ]);
    const tried = script.committed.map(({ entry }) => entry.resource);
    expect(tried).to.have.lengthOf(6);
    for (const at of [0, 2, 4]) expect(tried.slice(at, at + 2)).to.have.members(['u1', ops.id]);
  });

  it('refuse all at the deadline of one that still waits', async () => {
    const script = scripted();
    const { ports, alarms, ring } = withAlarms(script);
    const three = joint(ports, pending, 3);
    const waiting = [ended(create(three, 'u1')), ended(create(three, 'u2'))];
    await settled();
    expect([...alarms.values()]).to.deep.equal([1_000, 1_000]);
    ring();
    const late = ended(createGroup(three, 'g1'));
    for (const end of await Promise.all([...waiting, late])) expect(end).to.have.property('0', 503);
    expect(script.committed).to.deep.equal([]);
  });

  it('may put into groups who is yet to be, and nobody else', async () => {
    const script = scripted(ops);
    const { ports } = withAlarms(script);
    const three = joint(ports, pending, 3);
    const made = [createGroup(three, 'g1', 'u1', 'u2'), create(three, 'u1'), create(three, 'u2')];
    expect(await Promise.all(made.map(ended))).to.deep.equal(['done', 'done', 'done']);
    const [creation] = script.committed.filter(({ entry }) => entry.resource === 'g1');
    expect(creation?.members?.joins).to.deep.equal([
      { id: 'u1', kind: 'User' },
      { id: 'u2', kind: 'User' },
    ]);
    expect(creation?.relies).to.deep.equal(['u1', 'u2']);
    const stranger = await ended(createGroup(joint(ports, pending, 1), 'g1', 'u1', 'u9'));
    expect(stranger).to.have.property('0', 400);
    const there = scripted({ ...newState(tenant, 'User', 'u1', new Date(0)), id: 'u1' }, ops);
    await add(joint(withAlarms(there).ports, pending, 1), ops.id, 'u1');
    expect(there.committed[0]?.members?.joins).to.deep.equal([{ id: 'u1', kind: 'User' }]);
  });

  it('put a new group into one that is there, which is checked as ever', async () => {
    const script = scripted(ops);
    const both = joint(withAlarms(script).ports, pending, 2);
    const made = [add(both, ops.id, 'g1'), createGroup(both, 'g1')];
    expect(await Promise.all(made.map(ended))).to.deep.equal(['done', 'done']);
    const [adding] = script.committed.filter(({ entry }) => entry.resource === ops.id);
    expect(adding?.nesting).to.equal(7);
  });
});
