import { expect } from 'chai';
import { instantFrom } from '../../src/domain/history.ts';

const table: readonly (readonly [text: string, instant: string | undefined])[] = [
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2026-03-01T09:30Z', '2026-03-01T09:30:00.000Z'],
  ['2026-03-01T09:30:15Z', '2026-03-01T09:30:15.000Z'],
  ['2026-03-01T09:30:15.123Z', '2026-03-01T09:30:15.123Z'],
  ['2026-03-01T00:30:00+02:00', '2026-02-28T22:30:00.000Z'],
  ['2026-03-01T23:30:00-05:00', '2026-03-02T04:30:00.000Z'],
  // Of which zone it is nobody says.
  ['2026-03-01T09:30:00', undefined],
  ['2026-02-29', undefined],
  ['2026-02-30T10:00:00Z', undefined],
  ['2026-13-01', undefined],
  ['2026-03-01T25:00Z', undefined],
  ['2026-03-01T09:30:00+25:00', undefined],
  ['2026-3-1', undefined],
  ['01/03/2026', undefined],
  ['20260301', undefined],
  ['2026-03-01 09:30Z', undefined],
  ['1772323200000', undefined],
  ['yesterday', undefined],
  ['', undefined],
];

describe('An instant that is asked about', () => {
  for (const [text, instant] of table)
    it(`'${text}' ${instant === undefined ? 'is none' : `is ${instant}`}`, () => {
      expect(instantFrom(text)?.toISOString()).to.equal(instant);
    });
});
