import { expect } from 'chai';
import fc from 'fast-check';
import { isId, nameFault, nameKey, tenantId } from '../../src/domain/tenants.ts';

describe('domain/tenants', () => {
  it('takes an id for an id, and nothing else', () => {
    expect(tenantId('2819c223-7f76-453a-919d-413861904646')).to.equal('2819c223-7f76-453a-919d-413861904646');
    for (const wrong of ['', ' ', 'a b', '$ne', 'a.b', 'x'.repeat(65), undefined, null, 7, {}, { $ne: null }])
      expect(() => tenantId(wrong as string), JSON.stringify(wrong)).to.throw(TypeError);
  });

  const table: [name: string, fault: ReturnType<typeof nameFault>][] = [
    ['demo', undefined],
    ['Crème Brûlée SA', undefined],
    ['株式会社', undefined],
    ['1', undefined],
    ['x'.repeat(100), undefined],
    ['', 'empty'],
    [' \t ', 'empty'],
    ['x'.repeat(101), 'too-long'],
    ['a\nb', 'unprintable'],
    ['a\u0000b', 'unprintable'],
    ['a\u202eb', 'unprintable'],
    ['a\u200bb', 'unprintable'],
    ['Rollcall', 'reserved'],
    [' SYSTEM ', 'reserved'],
    ['2819C223-7F76-453A-919D-413861904646', 'like-an-id'],
  ];
  for (const [name, fault] of table)
    it(`${JSON.stringify(name.slice(0, 40))} is ${fault ?? 'a good name'}`, () => {
      expect(nameFault(name)).to.equal(fault);
    });

  it('one name has one key, however it is spelt', () => {
    const spellings: [string, string][] = [
      ['Acme', 'ACME'],
      ['caf\u00e9', 'CAFE\u0301'],
      ['Straße', 'STRASSE'],
      [' acme ', 'acme'],
    ];
    for (const [one, other] of spellings) expect(nameKey(one)).to.equal(nameKey(other));
    expect(nameKey('acme')).not.to.equal(nameKey('acme2'));
  });

  it('no good name looks like an id', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uuid(),
          fc.uuid().map((id) => ` ${id.toUpperCase()} `),
        ),
        (name) => {
          if (nameFault(name) === undefined) expect(isId(name.trim())).to.equal(false);
        },
      ),
    );
  });
});
