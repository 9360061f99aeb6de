import { expect } from 'chai';
import type { Change } from '../../src/domain/changes.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { claimBook, claimsOf, unitedClaims, weightOf } from '../../src/storage/claims.ts';
import { creating, memberOf, moving, newState, removing, renaming } from '../support/changes.ts';

const tenant = tenantId('acme');
const at = new Date(0);
const [ann, bob] = [newState(tenant, 'User', 'ann', at), newState(tenant, 'User', 'bob', at)];
const [ops, dev] = [newState(tenant, 'Group', 'ops', at), newState(tenant, 'Group', 'dev', at)];

/** Whether the second can share a batch with the first, whichever comes first. */
function meet(one: Change, other: Change): boolean {
  const inTurn = (changes: readonly Change[]) => {
    const book = claimBook();
    return changes.map((change) => book.admits(claimsOf(change))).every(Boolean);
  };
  const answer = inTurn([one, other]);
  expect(inTurn([other, one])).to.equal(answer);
  return answer;
}

const join = moving(tenant, ops, { joins: [memberOf(ann.id)] });
const leave = moving(tenant, ops, { leaves: [ann.id] });
const empty = moving(tenant, ops, { reset: true });

describe('Changes in one batch', () => {
  const together: [about: string, one: Change, other: Change][] = [
    ['two that add other members to a group', join, moving(tenant, ops, { joins: [memberOf(bob.id)] })],
    ['two that add somebody to two groups', join, moving(tenant, dev, { joins: [memberOf(ann.id)] })],
    ['a rename of a group and its members', renaming(ops, 'new'), join],
    ['a change of somebody who joins', renaming(ann, 'anna'), join],
    ['two removals from one group', removing(ann, [ops]), removing(bob, [ops])],
    [
      'a removal, and others who join a group of his',
      removing(ann, [ops]),
      moving(tenant, ops, { joins: [memberOf(bob.id)] }),
    ],
    ['one name in two tenants', creating(ann), creating({ ...bob, tenant: tenantId('globex'), name: 'ann' })],
    ['one name of two kinds', creating(ann), creating({ ...ops, name: 'ann' })],
  ];
  for (const [about, one, other] of together)
    it(`meet: ${about}`, () => {
      expect(meet(one, other)).to.equal(true);
    });

  const apart: [about: string, one: Change, other: Change][] = [
    ['two changes of one resource', renaming(ann, 'anna'), renaming(ann, 'anne')],
    ['two of one name, however written', creating(ann), creating({ ...bob, name: 'ANN' })],
    ['one who takes a name, and one who makes it', renaming(bob, 'Ann'), creating(ann)],
    ['two of one membership', join, leave],
    ['a removal and who joins', removing(ann), join],
    ['a removal and who leaves', removing(ann, [ops]), leave],
    ['a removal and a new group with him', removing(ann), creating(ops, [memberOf(ann.id)])],
    ['a removal and a change', removing(ann), renaming(ann, 'anna')],
    ['two removals of one', removing(ann), removing(ann)],
    ['an emptying and who joins', empty, join],
    ['two emptyings', empty, empty],
    ['a removal of a group and who joins', removing(ops), join],
    ['an exact version and anything else of it', renaming(ops, 'new', { onlyAt: 1 }), join],
    [
      'two groups into groups',
      moving(tenant, ops, { joins: [memberOf('x', 'Group')] }, { nesting: 1 }),
      moving(tenant, dev, { joins: [memberOf('y', 'Group')] }, { nesting: 1 }),
    ],
  ];
  for (const [about, one, other] of apart)
    it(`never meet: ${about}`, () => {
      expect(meet(one, other)).to.equal(false);
    });

  it('that stand or fall together claim what each of them does', () => {
    const united = unitedClaims({ changes: [join, creating(bob)] });
    for (const kind of ['alone', 'shared', 'documents'] as const)
      expect([...united[kind]]).to.have.members([...claimsOf(join)[kind], ...claimsOf(creating(bob))[kind]]);
    expect(unitedClaims({ changes: [join] })).to.deep.equal(claimsOf(join));
    for (const [about, one, other] of apart)
      expect(() => unitedClaims({ changes: [one, other] }), about).to.throw(TypeError);
  });

  it('weigh what they write', () => {
    const weigh = (...changes: readonly Change[]) => weightOf({ changes });
    expect(weigh(creating(ann))).to.equal(2);
    expect(weigh(moving(tenant, ops, { joins: [memberOf(ann.id)], leaves: ['x', 'y'] }))).to.equal(6);
    expect(weigh(removing(ann, [ops, dev]))).to.equal(4);
    expect(weigh(creating(ann), creating(bob))).to.equal(4);
  });
});
