import { expect } from 'chai';
import fc from 'fast-check';
import { e164 } from '../../src/domain/phoneNumbers.ts';

describe('A telephone number in the form of E.164', () => {
  // “Select additional display numbers (e.g. group numbers) and default country code prefix.”
  const table: readonly [text: string, prefix: string, number: string | undefined][] = [
    ['06 12 34 56 78', '+33', '+33612345678'],
    ['+33 6 12 34 56 78', '+1', '+33612345678'],
    ['+33 (0)6 12 34 56 78', '+33', '+33612345678'],
    ['0033 6.12.34.56.78', '+33', '+33612345678'],
    ['0033 (0)6 12 34 56 78', '+33', '+33612345678'],
    ['(0)6 12 34 56 78', '+33', '+33612345678'],
    ['612345678', '+33', '+33612345678'],
    ['(212) 555-0123', '+1', '+12125550123'],
    ['1-212-555-0123', '+1', '+12125550123'],
    ['011 33 612345678', '+1', '+33612345678'],
    ['06 1234 5678', '+39', '+390612345678'],
    ['030/901820', '+49', '+4930901820'],
    ['８００１２３４５６', '+34', '+34800123456'],
    ['', '+33', undefined],
    ['ann@example.com', '+33', undefined],
    ['12', '+33', undefined],
    ['+0612345678', '+33', undefined],
    ['+33 6 12 34 56 78 90 12 34 56', '+33', undefined],
    ['0612345678 ext. 4', '+33', undefined],
    ['9'.repeat(5_000), '+33', undefined],
  ];
  for (const [text, prefix, number] of table)
    it(`${text.slice(0, 40)} in the country of ${prefix} is ${number ?? 'none'}`, () => {
      expect(e164(text, prefix)).to.equal(number);
    });

  it('is the same, told again, in any country', () => {
    const prefixes = fc.constantFrom('+33', '+1', '+39', '+49', '+7', '+36');
    fc.assert(
      fc.property(fc.stringMatching(/^[\d +().-]{3,20}$/), prefixes, prefixes, (text, prefix, other) => {
        const number = e164(text, prefix);
        if (number === undefined) return;
        expect(number).to.match(/^\+[1-9]\d{6,14}$/);
        expect(e164(number, other)).to.equal(number);
      }),
    );
  });
});
