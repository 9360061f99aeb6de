import { expect } from 'chai';
import { standards } from '../../scripts/conformance.ts';
import { hasTest } from '../support/shown.ts';
import { transcriptFiles } from '../support/transcriptFiles.ts';

const demands = ['MUST', 'MUST NOT', 'SHALL', 'SHALL NOT', 'REQUIRED'];
const recommendations = ['SHOULD', 'SHOULD NOT', 'RECOMMENDED'];

/** Every request of every transcript that is played, as `transcripts/file: name`. */
const played = new Set(
  transcriptFiles().flatMap(({ file, exchanges }) => exchanges.map(({ title }) => `transcripts/${file}: ${title}`)),
);

/** Where a section may begin: behind the one before it on its level, or as the first one of the section above. */
const before = (section: string): string => {
  const parts = section.split('.').map(Number);
  const last = parts.pop() ?? 0;
  return (last > 1 ? [...parts, last - 1] : parts).join('.');
};

describe('the table of conformance', () => {
  for (const [name, sections] of Object.entries(standards)) {
    const rows = sections.flatMap(({ section, requirements }) => requirements.map((row) => ({ section, ...row })));
    const numbers = sections.map(({ section }) => section);

    it(`goes through ${name} from section 2 on, and leaves no section out`, () => {
      const last = name === 'RFC 9865' ? '5.4' : numbers.at(-1);
      expect([numbers[0], numbers.at(-1)]).to.deep.equal(['2', last]);
      numbers.slice(1).forEach((number, index) => {
        expect(numbers.slice(0, index + 1), number).to.include(before(number));
      });
      expect(new Set(numbers).size).to.equal(numbers.length);
    });

    it(`says of each requirement of ${name} what it demands, and of each recommendation that is not followed why`, () => {
      for (const { section, level, requirement, shown, note = '' } of rows) {
        const where = `${section} ${requirement}`;
        expect([...demands, ...recommendations], where).to.include(level);
        expect(requirement, where).to.match(/^\S.{5}/);
        if (demands.includes(level)) expect(shown, where).to.not.deep.equal([]);
        else expect(shown.length > 0 || note.length > 20, where).to.equal(true);
      }
    });

    it(`names transcripts that are played, and tests that are there, for ${name}`, () => {
      for (const each of rows.flatMap(({ shown }) => shown)) {
        const isThere = each.startsWith('transcripts/') ? played.has(each) : hasTest(each);
        expect(isThere, each).to.equal(true);
      }
    });
  }

  it('is of the three standards, down to their last section that binds a server', () => {
    expect(Object.entries(standards).map(([name, sections]) => [name, sections.at(-1)?.section])).to.deep.equal([
      ['RFC 7643', '7'],
      ['RFC 7644', '7.8'],
      ['RFC 9865', '5.4'],
    ]);
  });
});
