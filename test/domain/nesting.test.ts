import { expect } from 'chai';
import fc from 'fast-check';
import { DomainError } from '../../src/domain/errors.ts';
import { ancestors, requireNoCycle, type Nesting } from '../../src/domain/nesting.ts';

const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const edges: fc.Arbitrary<Nesting[]> = fc.array(
  fc.record({ outer: fc.constantFrom(...ids), inner: fc.constantFrom(...ids) }),
  { maxLength: 12 },
);

/** Whether a way leads upwards, by the definition. */
function leads(from: string, to: string, above: readonly Nesting[], steps = ids.length): boolean {
  if (steps === 0) return false;
  return above.some(({ inner, outer }) => inner === from && (outer === to || leads(outer, to, above, steps - 1)));
}

describe('Groups inside groups', () => {
  it('are found upwards by whatever way, each once, directly where there is a direct way', () => {
    fc.assert(
      fc.property(edges, fc.constantFrom(...ids), (above, from) => {
        const found = ancestors(from, above);
        for (const id of ids) {
          const direct = above.some(({ inner, outer }) => inner === from && outer === id);
          expect(found.get(id)).to.equal(direct ? 'direct' : leads(from, id, above) ? 'indirect' : undefined);
        }
      }),
    );
  });

  it('never hold themselves: what is refused is exactly what would close a circle', () => {
    fc.assert(
      fc.property(edges, fc.constantFrom(...ids), fc.constantFrom(...ids), (above, group, member) => {
        const closes = group === member || leads(group, member, above);
        const check = () => {
          requireNoCycle(group, ['elsewhere', member], above);
        };
        if (closes)
          expect(check)
            .to.throw(DomainError)
            .with.property('violation')
            .that.deep.equals({ rule: 'group-inside-itself', group, member });
        else expect(check).not.to.throw();
      }),
    );
  });

  it('take time that grows with the edges, also where one is in very many', () => {
    const above = Array.from({ length: 100_000 }, (_, at) => ({ outer: `group ${at}`, inner: 'ann' }));
    const began = performance.now();
    expect(ancestors('ann', above).size).to.equal(100_000);
    expect(performance.now() - began).to.be.below(1_000);
  });

  it('may be as deep as they like', () => {
    const above = Array.from({ length: 50_000 }, (_, at) => ({ outer: `${at + 1}`, inner: `${at}` }));
    expect(ancestors('0', above).get('50000')).to.equal('indirect');
  });
});
