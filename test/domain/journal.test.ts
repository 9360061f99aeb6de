import { expect } from 'chai';
import fc from 'fast-check';
import { differences, same } from '../../src/domain/journal.ts';

const core = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const json = fc.jsonValue({ maxDepth: 3 });
const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'urn:x'), json, { noNullPrototype: true });

describe('What the journal says differs', () => {
  const table: [about: string, before: object, after: object, rows: object[]][] = [
    ['nothing', { a: 1 }, { a: 1 }, []],
    ['the order of keys', { a: { b: 1, c: [2] } }, { a: { c: [2], b: 1 } }, []],
    ['a new attribute', {}, { a: 1 }, [{ path: 'a', after: 1 }]],
    ['one that went', { a: 1 }, {}, [{ path: 'a', before: 1 }]],
    ['one that changed', { a: [1] }, { a: [1, 2] }, [{ path: 'a', before: [1], after: [1, 2] }]],
    ['the order of values', { a: [1, 2] }, { a: [2, 1] }, [{ path: 'a', before: [1, 2], after: [2, 1] }]],
    ['a new extension', {}, { [core]: { department: 'x' } }, [{ path: `${core}:department`, after: 'x' }]],
    [
      'part of an extension',
      { [core]: { department: 'x', division: 'y' } },
      { [core]: { division: 'y', costCenter: 'z' } },
      [
        { path: `${core}:department`, before: 'x' },
        { path: `${core}:costCenter`, after: 'z' },
      ],
    ],
    ['an extension that says nothing', {}, { 'urn:x': null }, [{ path: 'urn:x', after: null }]],
    ['what is called like an extension', { 'urn:x': 1 }, { 'urn:x': [1] }, [{ path: 'urn:x', before: 1, after: [1] }]],
  ];
  for (const [about, before, after, rows] of table)
    it(about, () => {
      expect(differences(before as never, after as never)).to.deep.equal(rows);
    });

  it('nothing exactly where two sets of attributes are the same', () => {
    fc.assert(
      fc.property(attributes, attributes, (a, b) => {
        expect(differences(a, structuredClone(a))).to.deep.equal([]);
        const empty = (value: unknown) =>
          value !== null && typeof value === 'object' && Object.keys(value).length === 0;
        // An extension without attributes says as much as none.
        fc.pre(!empty(a['urn:x']) && !empty(b['urn:x']));
        expect(differences(a, b).length === 0).to.equal(same(a, b));
      }),
    );
  });

  it('is the same from both sides', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(same(a, b)).to.equal(same(b, a));
        expect(same(a, structuredClone(a))).to.equal(true);
      }),
    );
    expect(same({ a: undefined }, { b: 1 })).to.equal(false);
    expect(same(new Date(0), new Date(0))).to.equal(false);
  });
});
