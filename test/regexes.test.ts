import { expect } from 'chai';
import { expressions, fault, inJson, inSource } from '../scripts/regexes.ts';

const faults = (text: string): readonly (string | undefined)[] => inSource('a.ts', text).map(fault);

describe('the check of regular expressions', () => {
  const planted: [what: string, text: string][] = [
    ['a literal', 'export const a = /^(a+)+$/.test(text);'],
    ['a literal that backtracks by the square', String.raw`text.replace(/\/+$/, '');`],
    ['one made of a text', `new RegExp('^(a|a)*$', 'i');`],
    ['one made of constants', 'const each = `(a+)+`;\nRegExp(`^${each}$`);'],
    ['the pattern of a JSON Schema', `const id = { type: 'string', pattern: '^(\\\\w+\\\\s?)*$' };`],
  ];
  for (const [what, text] of planted)
    it(`finds ${what} that can be made to run long`, () => {
      expect(faults(text)).to.have.length(1);
      expect(faults(text)[0]).to.match(/^a\.ts:\d+: .* takes .* time/);
    });

  it('finds the pattern of a JSON file', () => {
    const [found] = inJson('a.json', '{ "properties": { "id": { "pattern": "^(a+)+$" } } }');
    expect(found && fault(found)).to.include('takes exponential time');
  });

  it('finds what is put together at run time', () => {
    expect(faults('new RegExp(`^${given}$`);')).to.deep.equal([
      'a.ts:1: a regular expression that is put together at run time cannot be checked',
    ]);
  });

  it('lets pass what takes no longer than its text', () => {
    expect(faults(String.raw`/^[\w-]+$/u.test(text); const at = '[0-9]{2}'; new RegExp(at);`)).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  it('reads the source, the tools and the schemas', async () => {
    const files = (await expressions()).map(({ file }) => file);
    expect(files).to.include.members(['src/http/body.ts', 'src/scim/schema/definition.ts', 'scripts/regexes.ts']);
    expect(files).to.have.length.above(50);
  });
});
