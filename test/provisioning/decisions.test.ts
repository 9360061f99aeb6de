import { expect } from 'chai';
import { tenantId } from '../../src/domain/tenants.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { inScim, turns, untilItHolds } from '../../src/provisioning/decide.ts';
import { groups } from '../../src/provisioning/groups.ts';
import { users } from '../../src/provisioning/users.ts';
import { leniency } from '../../src/scim/dialects.ts';
import { ScimError } from '../../src/scim/errors.ts';
import type { Caller, JsonObject, MemberChanges, Stored } from '../../src/scim/types.ts';
import { accepts } from '../../src/scim/version.ts';
import { testCaller } from '../support/callers.ts';
import { memberOf, newState } from '../support/changes.ts';
import { testType } from '../support/schemas.ts';
import { scripted, type Scripted } from './ports.ts';

const tenant = tenantId('acme');
const at = new Date(0);
const caller = testCaller({ deadline: 10 });
const nothing = { members: false, groups: false };
const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((name) => ({ ...newState(tenant, 'User', name, at), id: name }));
const ops = { ...newState(tenant, 'Group', 'ops', at), version: 3 };
const inner = newState(tenant, 'Group', 'inner', at);
if (!ann || !bob || !eve) throw new Error('nobody');

const status = (promise: Promise<unknown>): Promise<number | 'done'> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof ScimError ? error.status : Promise.reject(error as Error)),
  );

interface Asked {
  readonly ifMatch?: string;
  readonly by?: Caller;
  readonly change?: JsonObject;
  readonly members?: Partial<MemberChanges>;
}

const storeOf = (kind: 'User' | 'Group', ports: Scripted['ports']) =>
  (kind === 'User' ? users : groups)(ports, testType(kind));

const reviseOf =
  (kind: 'User' | 'Group') =>
  ({ ports }: Scripted, id: string, { ifMatch, by = caller, change, members }: Asked) =>
    storeOf(kind, ports).revise(
      by,
      id,
      {
        accepts: accepts(ifMatch),
        decide: ({ attributes }: Stored) =>
          change ? { ...(attributes as JsonObject), ...change } : (attributes as JsonObject),
        ...(members && { members: { reset: false, add: [], remove: [], ...members } }),
        wanted: nothing,
      },
      leniency('lenient'),
    );
const [reviseUser, reviseGroup] = [reviseOf('User'), reviseOf('Group')];

describe('A decision', () => {
  it('is made anew as long as somebody was faster, and no longer than until the deadline', async () => {
    const script = scripted(ann);
    script.stale = 3;
    expect(await status(reviseUser(script, 'ann', { change: { title: 'x' } }))).to.equal('done');
    expect(script.committed).to.have.lengthOf(4);
    script.stale = Infinity;
    expect(await status(reviseUser(script, 'ann', { change: { title: 'y' } }))).to.equal(503);
    expect(script.time).to.equal(10);
  });

  it('lets a defect through as it is, and says a broken rule in SCIM', async () => {
    const defect = new TypeError('defect');
    const rejected = (error: Error) => untilItHolds(caller, scripted().ports, () => Promise.reject(error));
    expect(await rejected(defect).catch((error: unknown) => error)).to.equal(defect);
    expect(await inScim(Promise.reject(defect)).catch((error: unknown) => error)).to.equal(defect);
    expect(await status(rejected(new DomainError({ rule: 'busy' })))).to.equal(503);
    expect(await status(inScim(Promise.reject(new DomainError({ rule: 'too-many-matches', limit: 1 }))))).to.equal(400);
  });

  it('hashes a password once, however often it is made', async () => {
    const script = scripted(ann);
    script.stale = 2;
    await reviseUser(script, 'ann', { change: { password: 'secret' } });
    expect(script.hashed).to.deep.equal(['secret']);
    expect(script.committed.at(-1)?.revises?.password).to.equal('hash of secret');
    expect(JSON.stringify(script.committed.at(-1)?.entry)).not.to.include('secret');
  });

  it('commits nothing where nothing changes, not even who owns it', async () => {
    const script = scripted({ ...ann, owner: undefined }, ops);
    const adopting = { ...caller, adopts: true };
    expect((await reviseUser(script, 'ann', { by: adopting })).stored.version).to.equal(1);
    await reviseUser(script, 'ann', { by: adopting, change: { userName: 'ann' } });
    await reviseGroup(script, ops.id, { members: { remove: ['ann'] } });
    expect(script.committed).to.deep.equal([]);
  });

  it('holds at exactly the version that If-Match named, and at any where it named none', async () => {
    const script = scripted(ann, ops);
    const exact: [ifMatch: string | undefined, onlyAt: number | undefined][] = [
      [undefined, undefined],
      ['*', undefined],
      ['W/"3"', 3],
      ['W/"0", W/"3"', 3],
    ];
    for (const [ifMatch, onlyAt] of exact) {
      await reviseGroup(script, ops.id, { ...(ifMatch && { ifMatch }), members: { add: ['ann'] } });
      expect(script.committed.pop()?.onlyAt, ifMatch).to.equal(onlyAt);
      await storeOf('Group', script.ports).remove(caller, ops.id, accepts(ifMatch));
      expect(script.committed.pop()?.onlyAt, ifMatch).to.equal(onlyAt);
    }
    for (const kind of ['User', 'Group'] as const) {
      const id = kind === 'User' ? 'ann' : ops.id;
      expect(await status(reviseOf(kind)(script, id, { ifMatch: 'W/"9"', change: { x: 1 } }))).to.equal(412);
      const store = storeOf(kind, script.ports);
      expect(await status(store.remove(caller, id, accepts('W/"9"')))).to.equal(412);
      expect(await status(store.remove(caller, 'nobody', accepts(undefined)))).to.equal(404);
      expect(await status(reviseOf(kind)(script, 'nobody', {}))).to.equal(404);
    }
  });
});

describe('Who provisioned something', () => {
  const elsewhere = { ...ann, owner: 'entra' };
  const unowned = { ...ann, owner: undefined };
  const adopting = { ...caller, adopts: true };

  it('is asked before it is changed or removed', async () => {
    for (const [state, by] of [
      [elsewhere, adopting],
      [unowned, caller],
    ] as const) {
      const script = scripted(state);
      expect(await status(reviseUser(script, 'ann', { by, change: { title: 'x' } }))).to.equal(403);
      expect(await status(storeOf('User', script.ports).remove(by, 'ann', accepts(undefined)))).to.equal(403);
    }
  });

  it('becomes whoever may adopt it, who leaves alone what it signs in with', async () => {
    const script = scripted(unowned);
    expect(await status(reviseUser(script, 'ann', { by: adopting, change: { userName: 'eve' } }))).to.equal(403);
    await reviseUser(script, 'ann', { by: adopting, change: { title: 'x' } });
    expect(script.committed.map(({ revises }) => revises?.after.owner)).to.deep.equal(['okta']);
  });

  it('becomes who changes the members of a group that nobody owns, by that alone', async () => {
    const script = scripted({ ...ops, owner: undefined }, ann);
    await reviseGroup(script, ops.id, { by: adopting, members: { add: ['ann'] } });
    const [change] = script.committed;
    expect(change?.revises?.after).to.include({ owner: 'okta', name: 'ops' });
    expect(change?.members?.joins).to.deep.equal([memberOf('ann')]);
  });
});

describe('The members of a group', () => {
  const small = () => {
    const script = scripted(ops, ann, bob, eve, inner);
    script.members.set(ops.id, ['ann', 'bob']);
    return script;
  };

  it('are replaced by what differs from all of them, at exactly that version', async () => {
    const script = small();
    await reviseGroup(script, ops.id, { members: { reset: true, add: ['bob', 'eve'] } });
    const [change] = script.committed;
    expect(change?.members).to.deep.include({ reset: false, joins: [memberOf('eve')], leaves: ['ann'] });
    expect(change?.onlyAt).to.equal(3);
  });

  it('are replaced at once where somebody was faster, whoever joins meanwhile', async () => {
    const script = small();
    script.stale = 1;
    await reviseGroup(script, ops.id, { members: { reset: true, add: ['bob', 'eve'] } });
    const change = script.committed.at(-1);
    expect(change?.members).to.deep.include({ reset: true, joins: [memberOf('bob'), memberOf('eve')], leaves: [] });
    expect(change?.onlyAt).to.equal(undefined);
  });

  it('are left as they are where they are what was asked for already', async () => {
    const script = small();
    await reviseGroup(script, ops.id, { members: { reset: true, add: ['ann', 'bob'] } });
    script.members.delete(ops.id);
    await reviseGroup(script, ops.id, { members: { reset: true } });
    expect(script.committed).to.deep.equal([]);
  });

  it('go at once, by one number, where nobody is to stay or they are very many', async () => {
    const script = small();
    await reviseGroup(script, ops.id, { members: { reset: true } });
    script.members.set(
      ops.id,
      Array.from({ length: 1_001 }, (_, number) => `u${number}`),
    );
    await reviseGroup(script, ops.id, { members: { reset: true, add: ['ann'] } });
    expect(script.committed.map(({ members }) => [members?.reset, members?.joins.length])).to.deep.equal([
      [true, 0],
      [true, 1],
    ]);
  });

  it('are checked for circles where one is a group', async () => {
    const script = small();
    await reviseGroup(script, ops.id, { members: { add: [inner.id] } });
    expect(script.committed[0]?.nesting).to.equal(7);
    expect(await status(reviseGroup(script, ops.id, { members: { add: [ops.id] } }))).to.equal(400);
  });

  it('who are nobody are left out and told, or refused where the dialect is strict', async () => {
    const script = small();
    const lenient = leniency('lenient');
    script.stale = 2;
    const create = (tally: typeof lenient) =>
      storeOf('Group', script.ports).create(
        caller,
        { attributes: { displayName: 'new' }, members: ['nobody', 'ann'] },
        tally,
        {
          ...nothing,
          members: true,
        },
      );
    expect((await create(lenient)).refusedMembers).to.deep.equal(['nobody']);
    expect(lenient.repaired.get('unknownMembers')).to.equal(1);
    expect(await status(create(leniency('strict')))).to.equal(400);
  });

  it('of a kind are asked of a group that is there', async () => {
    const script = small();
    const { memberIds } = storeOf('Group', script.ports);
    expect(await memberIds?.(caller, ops.id, 'User', 1)).to.deep.equal(['u1']);
    expect(await status(memberIds?.(caller, 'nobody', 'User', 1) ?? Promise.resolve())).to.equal(404);
  });
});

describe('Turns', () => {
  it('come one after another for one key, whatever becomes of them, and at once for others', async () => {
    const { run } = turns();
    const told: string[] = [];
    const act = (name: string, milliseconds: number, fails?: 'fails') => async () => {
      told.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      told.push(`${name} ends`);
      if (fails) throw new Error(name);
    };
    const first = run('a', act('first', 20, 'fails')).catch(() => undefined);
    await Promise.all([first, run('a', act('second', 0)), run('b', act('other', 0))]);
    expect(told).to.deep.equal([
      'first begins',
      'other begins',
      'other ends',
      'first ends',
      'second begins',
      'second ends',
    ]);
  });
});
