import { expect } from 'chai';
import fc from 'fast-check';
import { matchesGlob } from '../../src/domain/globs.ts';
import { inOrder, ruleFrom, ruleOf, speaksOf, type MappingRule } from '../../src/domain/mappingRules.ts';

const rule = (match: MappingRule['match'], more: Partial<MappingRule> = {}): MappingRule => ({
  id: 'r',
  name: 'a rule',
  connection: 'okta',
  position: 1,
  match,
  gives: { what: 'role', id: 'sales' },
  reach: 'ordinary',
  ...more,
});

describe('Mapping rules: “a connection’s rules say what an IdP group means … by id, exact name or pattern; ordered”', () => {
  const group = { id: '4711', name: 'Sales – Zürich', owner: 'okta' };

  const speaks: readonly (readonly [MappingRule['match'], boolean])[] = [
    [{ by: 'id', value: '4711' }, true],
    [{ by: 'id', value: '471' }, false],
    [{ by: 'name', value: 'SALES – ZÜRICH' }, true],
    [{ by: 'name', value: 'Sales' }, false],
    [{ by: 'name', value: '*' }, false],
    [{ by: 'pattern', value: 'sales*' }, true],
    [{ by: 'pattern', value: '* – z?rich' }, true],
    [{ by: 'pattern', value: 'sales' }, false],
    [{ by: 'pattern', value: '.*' }, false],
  ];
  for (const [match, expected] of speaks)
    it(`by ${match.by} '${match.value}' ${expected ? 'means' : 'does not mean'} that group`, () => {
      expect(speaksOf(rule(match), group)).to.equal(expected);
    });

  it('speak of no group of another connection, nor of one that nobody outside provisioned', () => {
    const all = rule({ by: 'pattern', value: '*' });
    expect(speaksOf(all, { ...group, owner: 'entra' })).to.equal(false);
    expect(speaksOf(all, { ...group, owner: undefined })).to.equal(false);
  });

  it('are looked at in the order of their positions, whatever order they are kept in', () => {
    const [late, early] = [
      rule({ by: 'pattern', value: '*' }, { id: 'late', position: 2 }),
      rule({ by: 'pattern', value: 's*' }, { id: 'early', position: 1 }),
    ];
    const rules = inOrder([late, early]);
    expect(ruleOf(rules, group)?.id).to.equal('early');
    expect(ruleOf(rules, { ...group, name: 'Ops' })?.id).to.equal('late');
    expect(ruleOf([early], { ...group, name: 'Ops' })).to.equal(undefined);
  });

  it('are read as they are kept', () => {
    const attributes = {
      name: 'managers',
      connection: 'okta',
      position: 3,
      match: { by: 'name', value: 'Managers' },
      gives: { what: 'entity', id: 'e1', role: 'Manager' },
      reach: 'everybody',
    };
    expect(ruleFrom({ id: 'r', name: 'managers', attributes })).to.deep.equal({ id: 'r', ...attributes });
  });
});

describe('A pattern', () => {
  it('means what the same regular expression means', () => {
    const text = (...signs: string[]) => fc.string({ unit: fc.constantFrom(...signs), maxLength: 12 });
    fc.assert(
      fc.property(text('a', 'b', '*', '?'), text('a', 'b'), (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '[^]*').replaceAll('?', '[^]')}$`, 'u');
        expect(matchesGlob(pattern, name)).to.equal(expression.test(name));
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes time by its length times the name’s, however it was made to take more', () => {
    const begun = performance.now();
    expect(matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(5_000))).to.equal(false);
    expect(performance.now() - begun).to.be.below(1_000);
  });

  it('counts characters, not halves of them', () => {
    expect(matchesGlob('?', '😀')).to.equal(true);
    expect(matchesGlob('??', '😀')).to.equal(false);
  });
});
