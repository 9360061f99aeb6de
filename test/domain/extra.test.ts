import { expect } from 'chai';
import { DomainError } from '../../src/domain/errors.ts';
import { extraBounds, extraOf, extraSchema, withExtra, type Extra } from '../../src/domain/extra.ts';

describe('Extra information: “Add extra information (optional).”', () => {
  it('is kept under names of the organization’s own, beside all else', () => {
    const attributes = withExtra({ userName: 'ann' }, { Badge: '4711', ' Étage ': '3' });
    expect(attributes).to.deep.equal({
      userName: 'ann',
      [extraSchema]: {
        information: [
          { key: 'Badge', value: '4711' },
          { key: 'Étage', value: '3' },
        ],
      },
    });
    expect(extraOf(attributes)).to.deep.equal({ Badge: '4711', Étage: '3' });
  });

  it('is replaced as a whole, and goes where there is none', () => {
    const before = withExtra({ userName: 'ann' }, { Badge: '4711' });
    expect(extraOf(withExtra(before, { Floor: '3' }))).to.deep.equal({ Floor: '3' });
    expect(withExtra(before, {})).to.deep.equal({ userName: 'ann' });
    expect(extraOf({})).to.deep.equal({});
  });

  const many = Object.fromEntries(Array.from({ length: extraBounds.entries + 1 }, (_, at) => [`key ${at}`, '']));
  const wrong: readonly [string, Extra][] = [
    ['two of one name', { Badge: '1', badge: '2' }],
    ['no name', { ' ': '1' }],
    ['a long name', { ['x'.repeat(extraBounds.key + 1)]: '1' }],
    ['a long value', { Badge: 'x'.repeat(extraBounds.value + 1) }],
    ['very many', many],
  ];
  for (const [what, extra] of wrong)
    it(`is refused with ${what}`, () => {
      expect(() => withExtra({}, extra)).to.throw(DomainError, 'invalid');
    });

  it('is taken at its bounds', () => {
    const most = Object.fromEntries(Object.entries(many).slice(0, extraBounds.entries));
    expect(Object.keys(extraOf(withExtra({}, most)))).to.have.length(extraBounds.entries);
    expect(() => withExtra({}, { ['x'.repeat(extraBounds.key)]: 'x'.repeat(extraBounds.value) })).to.not.throw();
  });
});
