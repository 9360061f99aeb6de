import { expect } from 'chai';
import { accepts, etag, noneMatch } from '../../src/scim/version.ts';

describe('If-Match', () => {
  const table: [header: string | undefined, accepted: boolean][] = [
    [undefined, true],
    ['*', true],
    ['W/"7"', true],
    ['"7"', true],
    [' W/"6" ,W/"7"', true],
    ['W/"6"', false],
    ['W/"6", "8"', false],
    ['"70"', false],
    ['"07"', false],
    ['7', false],
    ['', false],
    ['w/"7"', false],
    ['W/"undefined"', false],
  ];
  for (const [header, accepted] of table) {
    it(`${header ?? 'absent'} ${accepted ? 'allows' : 'refuses'} version 7`, () => {
      expect(accepts(header)(7)).to.equal(accepted);
    });
  }

  it('allows what an answer carried', () => {
    expect(accepts(etag(12))(12)).to.equal(true);
  });
});

describe('If-None-Match', () => {
  const table: [header: string | undefined, sent: boolean][] = [
    [undefined, true],
    ['*', false],
    ['W/"7"', false],
    ['"6", "7"', false],
    ['W/"6"', true],
    ['junk', true],
  ];
  for (const [header, sent] of table) {
    it(`${header ?? 'absent'} ${sent ? 'wants' : 'does not want'} version 7`, () => {
      expect(noneMatch(header)(7)).to.equal(sent);
    });
  }
});
