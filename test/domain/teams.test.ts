import { expect } from 'chai';
import fc from 'fast-check';
import { chosen, moved, type Membership, type Standing } from '../../src/domain/teams.ts';
import type { Via } from '../../src/domain/states.ts';

const ann = { id: 'ann', kind: 'User' };
const standings = [undefined, 'chosen', 'role', 'both'] as const;

/** How somebody is in a group after the edges; each must meet the edge that it says is there. */
function after(from: Standing, { joins, leaves, marks, leavesVia }: Membership & { leavesVia?: Via }): Standing {
  const via = from === 'chosen' ? undefined : from;
  if (joins.length > 0) {
    expect(from).to.equal(undefined);
    return joins[0]?.via ?? 'chosen';
  }
  if (leaves.length > 0) {
    expect([from === undefined, leavesVia]).to.deep.equal([false, via]);
    return undefined;
  }
  const [mark] = marks;
  if (!mark) return from;
  expect([from === undefined, mark.from]).to.deep.equal([false, via]);
  return mark.to ?? 'chosen';
}

describe('Being in a team', () => {
  for (const from of standings)
    for (const to of standings)
      it(`as ${from ?? 'nothing'}, then as ${to ?? 'nothing'}, takes one edge at most`, () => {
        const edges = moved(ann, from, to);
        expect(after(from, edges)).to.equal(to);
        const weight = edges.joins.length + edges.leaves.length + edges.marks.length;
        expect(weight).to.equal(from === to ? 0 : 1);
      });

  it('by choice leaves what a role gives: “Add team (occurs automatically if roles are linked to teams).”', () => {
    fc.assert(
      fc.property(fc.constantFrom(...standings), fc.constantFrom('add', 'remove'), (from, how) => {
        const present = new Set(from === undefined ? [] : [ann.id]);
        const given = new Map(from === 'role' || from === 'both' ? [[ann.id, from] as const] : []);
        const adds = how === 'add' ? [ann] : [];
        const to = after(from, chosen(adds, how === 'remove' ? [ann.id] : [], { present, given }));
        expect(to === 'role' || to === 'both').to.equal(given.size > 0);
        expect(to === 'chosen' || to === 'both').to.equal(how === 'add');
      }),
    );
  });
});
