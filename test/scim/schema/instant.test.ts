import { expect } from 'chai';
import { instant } from '../../../src/scim/schema/instant.ts';

describe('a dateTime', () => {
  const table: [text: string, instant: string | undefined][] = [
    ['2011-08-01T18:29:49Z', '2011-08-01T18:29:49.000Z'],
    ['2011-08-01T18:29:49.793Z', '2011-08-01T18:29:49.793Z'],
    ['2011-08-01T18:29:49.7931234Z', '2011-08-01T18:29:49.793Z'],
    ['2011-08-01T18:29:49.5+02:00', '2011-08-01T16:29:49.500Z'],
    ['2011-08-01T18:29:49', '2011-08-01T18:29:49.000Z'],
    ['2012-02-29T00:00:00Z', '2012-02-29T00:00:00.000Z'],
    ['2011-02-29T00:00:00Z', undefined],
    ['2011-13-01T00:00:00Z', undefined],
    ['2011-08-01T25:00:00Z', undefined],
    ['2011-08-01', undefined],
    ['2011-08-01 18:29:49Z', undefined],
    ['1312223389', undefined],
    ['Mon, 01 Aug 2011 18:29:49 GMT', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of table) {
    it(`${JSON.stringify(text)} is ${expected ?? 'none'}`, () => {
      expect(instant(text)?.toISOString()).to.equal(expected);
    });
  }
});
