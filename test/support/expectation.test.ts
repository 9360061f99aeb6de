import { expect } from 'chai';
import { isMismatch, match, matchText } from './expectation.ts';
import type { Json } from './expectation.ts';

const known = new Map([['id', '7']]);

const agree: [what: string, expected: Json, got: Json][] = [
  ['an object may carry more keys', { a: 1 }, { a: 1, b: 2 }],
  ['a captured name repeats', '{id}', '7'],
  ['a name inside a text repeats', '/Users/{id}', '/Users/7'],
  ['an absent key is absent', { a: '<absent>' }, { b: 1 }],
  ['any value is present', { a: '<any>' }, { a: false }],
  ['an empty list is unassigned', { a: '<unassigned>', b: '<unassigned>' }, { a: [] }],
  ['an instant of RFC 3339', '<date>', '2026-03-01T12:00:00.123Z'],
  ['lists in any order, a first choice taken back', ['<any-order>', '{x}', 'a'], ['a', 'b']],
  ['a list contains', ['<contains>', { n: 2 }], [{ n: 1 }, { n: 2 }]],
];

const differ: [what: string, expected: Json, got: Json, path: string][] = [
  ['a text is no boolean', { a: true }, { a: 'true' }, '$.a'],
  ['a number is no text', { a: '1' }, { a: 1 }, '$.a'],
  ['a number is captured by no name', { a: '{x}' }, { a: 1 }, '$.a'],
  ['null is not absent', { a: '<absent>' }, { a: null }, '$.a'],
  ['null is no value', { a: '<any>' }, { a: null }, '$.a'],
  ['a missing key', { a: { b: 1 } }, { a: {} }, '$.a.b'],
  ['an inherited key is missing', { constructor: '<any>' }, {}, '$.constructor'],
  ['a key with colons', { 'urn:x': 1 }, {}, '$["urn:x"]'],
  ['another captured value', ['{id}'], ['8'], '$[0]'],
  ['a name twice, with two values', ['{x}', '{x}'], ['a', 'b'], '$[1]'],
  ['a list that is longer', [1], [1, 2], '$.length'],
  ['a list in another order', [1, 2], [2, 1], '$[0]'],
  ['any order, but one more', ['<any-order>', 1], [1, 2], '$.length'],
  ['one element for two that want it', ['<any-order>', 1, 1], [1, 2], '$[*]'],
  ['contained nowhere', ['<contains>', 3], [1, 2], '$[*]'],
  ['half an instant', '<date>', '2026-03-01', '$'],
  ['an object where a list stands', [], {}, '$'],
];

describe('An expected answer', () => {
  for (const [what, expected, got] of agree) {
    it(`agrees: ${what}`, () => {
      expect(match(expected, got, known)).to.have.property('names');
    });
  }

  for (const [what, expected, got, path] of differ) {
    it(`differs: ${what}`, () => {
      expect(match(expected, got, known)).to.include({ path });
    });
  }

  it('captures names on its way and keeps those from before', () => {
    const outcome = match({ id: '{a}', at: 'x/{b}?{a}' }, { id: '1', at: 'x/2?1' }, known);
    if (isMismatch(outcome)) throw new Error(outcome.path);
    expect([...outcome.names]).to.deep.equal([['id', '7'], ['a', '1'], ['b', '2']]); // prettier-ignore
  });

  it('takes what stands around a name to the letter', () => {
    expect(matchText('a.c{x}', 'abcd', known, 'h')).to.include({ path: 'h' });
    expect(matchText('W/"{x}"', 'W/"12"', known, 'h')).to.have.property('names');
  });

  it('shows the captured value in a mismatch', () => {
    expect(match('/Users/{id}', '/Users/8', known)).to.deep.equal({ path: '$', expected: '/Users/7', got: '/Users/8' });
  });
});
