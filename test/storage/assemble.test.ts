import { expect } from 'chai';
import fc from 'fast-check';
import type { Change } from '../../src/domain/changes.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { assemble } from '../../src/storage/batch.ts';
import { headCache, type HeadCache } from '../../src/storage/heads.ts';
import { testTypeOf } from '../support/schemas.ts';
import { creating, memberOf, moving, newState, removing, renaming } from '../support/changes.ts';

const tenant = tenantId('acme');
const then = new Date('2026-01-01T00:00:00Z');
const now = new Date('2026-01-02T00:00:00Z');
const later = new Date('2026-01-03T00:00:00Z');
const [ann, bob] = [newState(tenant, 'User', 'ann', then), newState(tenant, 'User', 'bob', then)];
const ops = { ...newState(tenant, 'Group', 'ops', then), version: 4 };

function assembled(changes: readonly Change[], heads: HeadCache = headCache()) {
  const batch = changes.map((change) => ({ changes: [change] }));
  const made = assemble(batch, heads, testTypeOf, now);
  return { ...made, outcomes: batch.map((unit) => made.outcomes.get(unit)?.[0]), batch };
}

describe('A batch made ready', () => {
  it('says in the entry of a removal which versions the groups have that somebody left', () => {
    const { writes } = assembled([removing(ann, [ops]), moving(tenant, ops, { joins: [memberOf('u1')] })]);
    expect(writes.journal.map(({ left }) => left)).to.deep.equal([[{ group: ops.id, version: 5 }], undefined]);
  });

  it('writes a document once, whose versions add up, each change with its own', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('join', 'leave', 'rename'), { minLength: 1, maxLength: 20 }), (kinds) => {
        const renamed = kinds.indexOf('rename');
        const changes = kinds.flatMap((kind, at): Change[] => {
          if (kind === 'join') return [moving(tenant, ops, { joins: [memberOf(`u${at}`)] })];
          if (kind === 'leave') return [moving(tenant, ops, { leaves: [`u${at}`] })];
          return at === renamed ? [renaming(ops, 'new')] : [];
        });
        const { writes, outcomes, heads } = assembled(changes);
        expect(outcomes.map((each) => each?.version)).to.deep.equal(changes.map((_, at) => 5 + at));
        expect(writes.resources.updates).to.have.lengthOf(1 + (writes.resources.updated > 1 ? 1 : 0));
        const [first] = writes.resources.updates;
        expect(first?.q).to.deep.equal({ _id: ops.id, tenant, version: 4 });
        expect((first?.u as { $set: object }).$set).to.include({
          version: 4 + changes.length,
          revision: renamed < 0 ? 1 : 2,
        });
        expect((first?.u as { $set: object }).$set).to.have.deep.property('modified', now);
        expect(heads.map(({ version }) => version)).to.deep.equal([4 + changes.length]);
        expect(writes.journal).to.have.lengthOf(changes.length);
      }),
      { numRuns: 50 },
    );
  });

  it('writes to those whom it relies on, once however many rely on them, and never to one it changes anyhow', () => {
    const joins = [memberOf(ann.id)];
    const dev = newState(tenant, 'Group', 'dev', then);
    const { writes } = assembled([
      moving(tenant, ops, { joins }),
      moving(tenant, dev, { joins }),
      renaming(bob, 'new'),
    ]);
    const touches = writes.resources.updates.filter(({ multi }) => multi);
    expect(touches.map(({ q }) => q)).to.deep.equal([{ tenant, _id: { $in: [ann.id] } }]);
    expect(writes.resources.updated).to.equal(4);
    const both = assembled([moving(tenant, ops, { joins }), renaming(ann, 'anna')]).writes;
    expect([both.resources.updates.length, both.resources.updated]).to.deep.equal([2, 2]);
  });

  it('marks a group that is put into another, written already or not', () => {
    const inner = newState(tenant, 'Group', 'inner', then);
    const nest = moving(tenant, ops, { joins: [memberOf(inner.id, 'Group')] }, { nesting: 0 });
    const marked = (changes: Change[]) =>
      assembled(changes).writes.resources.updates.filter(
        ({ u }) => (u as { $set?: { nested?: boolean } }).$set?.nested === true,
      ).length;
    expect(marked([nest])).to.equal(1);
    expect(marked([nest, renaming(inner, 'new')])).to.equal(1);
    expect(assembled([nest]).writes.nesting).to.deep.equal([
      { q: { _id: tenant, version: 0 }, u: { $inc: { version: 1 } }, upsert: true },
    ]);
  });

  it('goes on from what is known to be newer, and never back in time', () => {
    const heads = headCache();
    heads.keep({ ...ops, version: 9, modified: later });
    const { outcomes, writes } = assembled([moving(tenant, ops, { joins: [memberOf(ann.id)] })], heads);
    expect(outcomes).to.deep.equal([{ version: 10, at: later }]);
    expect(writes.edges.inserts[0]?.from).to.deep.equal(later);
    expect(writes.resources.updates[0]?.q).to.include({ version: 9 });
    expect(assembled([removing(ann, [ops])], heads).outcomes[0]?.at).to.deep.equal(later);
  });

  const newer: [about: string, head: object, change: Change][] = [
    ['attributes that somebody else revised', { revision: 2 }, renaming(ops, 'new')],
    ['a group that somebody else emptied', { generation: 2 }, moving(tenant, ops, { leaves: ['x'] })],
    ['a version that is not the one named', {}, renaming(ops, 'new', { onlyAt: 4 })],
    ['a removal of what somebody else revised', { revision: 2 }, removing(ops)],
    ['a removal from a group that somebody else emptied', { generation: 2 }, removing(ann, [ops])],
  ];
  for (const [about, head, change] of newer)
    it(`sets aside ${about}, and writes nothing of it`, () => {
      const heads = headCache();
      heads.keep({ ...ops, version: 5, ...head });
      const { stale, batch, writes, outcomes } = assembled([change, creating(bob)], heads);
      expect(stale).to.deep.equal(batch.slice(0, 1));
      expect(outcomes.map((each) => each?.version)).to.deep.equal([undefined, 1]);
      expect([writes.journal.length, writes.resources.updates, writes.history]).to.deep.equal([1, [], []]);
    });

  it('sets aside all that stand or fall with one whose conditions no longer hold', () => {
    const heads = headCache();
    heads.keep({ ...ops, version: 5, revision: 2 });
    const whole = { changes: [creating(bob), renaming(ops, 'new')] };
    const { writes, stale, outcomes } = assemble([whole, { changes: [creating(ann)] }], heads, testTypeOf, now);
    expect([stale, [...outcomes.values()]]).to.deep.equal([[whole], [[{ version: 1, at: now }]]]);
    expect(writes.resources.inserts.map(({ name }) => name)).to.deep.equal(['ann']);
    expect([writes.journal.length, writes.resources.updates]).to.deep.equal([1, []]);
  });

  it('says in the entry of an operation of a Bulk which it was', () => {
    const change = creating(ann);
    const part = { run: 'r', index: 3 };
    const order = { ...change.entry.order, part };
    const { writes } = assembled([{ ...change, entry: { ...change.entry, order } }, creating(bob)]);
    expect(writes.journal.map((entry) => entry.part)).to.deep.equal([part, undefined]);
  });

  it('empties by the next generation, in which those who join are', () => {
    const { writes, heads } = assembled([moving(tenant, ops, { reset: true, joins: [memberOf(ann.id)] })]);
    expect(writes.edges.inserts.map(({ generation }) => generation)).to.deep.equal([2]);
    expect(writes.closings).to.deep.equal([{ tenant, group: ops.id, below: 2, at: now }]);
    expect(writes.edges.updates).to.deep.equal([]);
    expect(heads.map(({ generation }) => generation)).to.deep.equal([2]);
  });

  it('removes a member from each group it is in, and looks whether there are no others', () => {
    const { writes, removed } = assembled([removing(ann, [ops], 3)]);
    expect(writes.resources.deletes).to.deep.equal([{ q: { _id: ann.id, tenant, version: 1 }, limit: 1 }]);
    expect([writes.edges.closed, writes.edges.met]).to.deep.equal([1, 2]);
    expect(writes.edges.looks).to.have.lengthOf(1);
    expect(removed).to.deep.equal([ann.id]);
    expect(writes.history).to.have.lengthOf(1);
    expect(writes.journal[0]).to.include({ adds: -1, operation: 'remove' });
    expect(assembled([removing(ann)]).writes.edges).to.deep.include({ closed: 0, met: 0, updates: [] });
  });

  it('takes back a field that a revision no longer has, and keeps a password where there is a new one', () => {
    const before = { ...ann, externalIds: { okta: '1' } };
    const change: Change = {
      ...renaming(ann, 'ann'),
      revises: { before, after: { ...ann, externalIds: {} }, password: 'hash' },
    };
    const [update] = assembled([change]).writes.resources.updates;
    expect(update?.u).to.have.deep.property('$unset', { ext: '', custom: '', person: '', held: '', waits: '' });
    expect(update?.u).to.have.nested.property('$set.password', 'hash');
    const without: Change = { ...renaming(ann, 'ann'), revises: { before, after: ann, password: null } };
    const [bare] = assembled([without]).writes.resources.updates;
    expect(bare?.u).to.have.nested.property('$unset.password');
    expect(bare?.u).not.to.have.nested.property('$set.password');
  });

  it('demands that a change changes something', () => {
    expect(() => assembled([{ tenant, relies: [], entry: renaming(ann, 'x').entry }])).to.throw(TypeError);
  });

  it('remembers heads up to a number, the newest of each', () => {
    const heads = headCache(2);
    for (const state of [ann, bob, ops]) heads.keep({ ...state, version: 7 });
    expect([ann, bob, ops].map((state) => heads.newest(state).version)).to.deep.equal([1, 7, 7]);
    heads.forget(bob.id);
    expect(heads.newest(bob).version).to.equal(1);
    expect(heads.newest({ ...ops, version: 8 }).version).to.equal(8);
  });
});
