import { expect } from 'chai';
import fc from 'fast-check';
import { leniency } from '../../../src/scim/dialects.ts';
import { readSyntax } from '../../../src/scim/filter/guard.ts';
import type { Syntax } from '../../../src/scim/filter/guard.ts';
import { chance, harshValues, namesOf, richUser, syntax, write } from '../../support/filters.ts';
import { refusal } from '../../support/refusal.ts';

const strict = (text: string) => readSyntax(text, leniency('strict'));

const refused = (text: string) => refusal(() => strict(text));

const valueOf = (text: string): unknown => {
  const read = strict(`a eq ${text}`);
  return 'literal' in read ? read.literal.value : undefined;
};

const pr = (name: string): Syntax => ({ op: 'pr', name });

describe('reading a filter', () => {
  it('gives back the tree that was written', () => {
    const names = namesOf(richUser());
    fc.assert(
      fc.property(fc.noBias(fc.integer()), (seed) => {
        const luck = chance(seed);
        const tree = syntax(luck, { names, values: harshValues, terms: 12 });
        expect(strict(write(luck, tree))).to.deep.equal(tree);
      }),
      { numRuns: 2_000 },
    );
  });

  const values: [text: string, value: unknown][] = [
    ['"x"', 'x'],
    ['""', ''],
    [String.raw`"a\\b"`, 'a\\b'],
    [String.raw`"DOMAIN\\"`, 'DOMAIN\\'],
    [String.raw`"\t\n\r\b\f\/"`, '\t\n\r\b\f/'],
    [String.raw`"\u00e9\u00C9"`, 'éÉ'],
    [String.raw`"say \"hi\""`, 'say "hi"'],
    [String.raw`"\ud83c\udf89"`, '🎉'],
    [String.raw`"\ud800"`, '\ufffd'],
    [String.raw`"\u0000"`, '\0'],
    ['") or (a pr"', ') or (a pr'],
    ['"p0 eq 1"', 'p0 eq 1'],
    ['5', 5],
    ['-5', -5],
    ['0', 0],
    ['-0.25e+2', -25],
    ['1E3', 1000],
    ['true', true],
    ['false', false],
    ['null', null],
  ];
  for (const [text, value] of values) {
    it(`reads the value ${text} as JSON does`, () => {
      expect(valueOf(text)).to.equal(value);
    });
  }

  it('reads a negative number whatever follows', () => {
    for (const text of ['n eq -5 and t pr', '(n eq -5)', 'n eq -5', 'a[n eq -5]', '(n eq -5 ) or t pr']) {
      expect(JSON.stringify(strict(text)), text).to.include('"value":-5,"bare":false');
    }
  });

  it('knows what is neither quoted nor JSON', () => {
    for (const text of ['jyoung', '01', '1.', '-x', 'True', 'mia@corp.example', '2011-05-13T04:42:34Z']) {
      const read = strict(`a eq ${text}`);
      expect('literal' in read && read.literal, text).to.deep.equal({ text, value: text, bare: true });
    }
  });

  const trees: [text: string, tree: Syntax][] = [
    ['a pr or b pr and c pr', { op: 'or', filters: [pr('a'), { op: 'and', filters: [pr('b'), pr('c')] }] }],
    ['a pr and b pr or c pr', { op: 'or', filters: [{ op: 'and', filters: [pr('a'), pr('b')] }, pr('c')] }],
    ['(a pr or b pr) and c pr', { op: 'and', filters: [{ op: 'or', filters: [pr('a'), pr('b')] }, pr('c')] }],
    ['not (a pr) and b pr', { op: 'and', filters: [{ op: 'not', filter: pr('a') }, pr('b')] }],
    ['NOT(a PR) Or b pR', { op: 'or', filters: [{ op: 'not', filter: pr('a') }, pr('b')] }],
    ['((a pr))', pr('a')],
    ['members.$ref pr', pr('members.$ref')],
    ['constructor pr', pr('constructor')],
    ['a[b pr].c pr', { op: 'has', name: 'a', where: { op: 'and', filters: [pr('b'), pr('c')] } }],
    [
      'a[b pr or c pr].d pr and e pr',
      {
        op: 'and',
        filters: [
          {
            op: 'has',
            name: 'a',
            where: { op: 'and', filters: [{ op: 'or', filters: [pr('b'), pr('c')] }, pr('d')] },
          },
          pr('e'),
        ],
      },
    ],
    [
      'not (a[b pr].c pr)',
      { op: 'not', filter: { op: 'has', name: 'a', where: { op: 'and', filters: [pr('b'), pr('c')] } } },
    ],
  ];
  for (const [text, tree] of trees) {
    it(`reads ${text} in the order of operations`, () => {
      expect(strict(text)).to.deep.equal(tree);
    });
  }

  const mistakes: [what: string, text: string][] = [
    ['nothing', ''],
    ['spaces alone', '   '],
    ['an open string of line feeds', `a eq "${'\n'.repeat(32)}`],
    ['an open string', 'a eq "x'],
    ['a string that ends in an open escape', String.raw`a eq "x\"`],
    ['an escape that JSON has not', String.raw`a eq "\x41"`],
    ['half an escape', String.raw`a eq "\u00e"`],
    ['control characters', 'a eq\t"x"'],
    ['control characters in a string', 'a eq "x\ty"'],
    ['an operator of Object.prototype', 'title pr constructor x pr'],
    ['__proto__ as an operator', 'title pr __proto__ x pr'],
    ['__proto__ as a comparison', 'title __proto__ "x"'],
    ['not between terms', 'title pr not (x pr)'],
    ['not without parentheses', 'not title pr'],
    ['not alone', 'not'],
    ['not twice', 'not not (title pr)'],
    ['an unknown operator', 'userName regex "x"'],
    ['an operator alone', 'userName'],
    ['a comparison with nothing', 'userName eq'],
    ['a comparison with a bracket', 'userName eq (x)'],
    ['a number for a name', '"a" eq 1'],
    ['two terms without a connective', 'a pr b pr'],
    ['a connective at the end', 'a pr and'],
    ['a connective at the beginning', 'and a pr'],
    ['an open parenthesis', '(a pr'],
    ['a closing one too many', 'a pr)'],
    ['brackets that cross', 'a[(b pr])'],
    ['an empty element', 'a[]'],
    ['empty parentheses', '()'],
    ['an element of nothing', '[a pr]'],
    ['an element after an element', 'a[b pr].c[d pr]'],
    ['a suffix with a space before', 'a[b pr] .c eq "x"'],
    ['a suffix of parentheses', '(a pr).c eq "x"'],
    ['an array', 'a eq ["x"]'],
    ['5,000 parentheses', '('.repeat(5_000)],
    ['16 MB', `a eq "${'x'.repeat(16_000_000)}"`],
  ];
  for (const [what, text] of mistakes) {
    it(`refuses ${what} in a short message`, () => {
      const { status, scimType, message } = refused(text);
      expect({ status, scimType }, message).to.deep.equal({ status: 400, scimType: 'invalidFilter' });
      expect(message.length).to.be.below(150);
    });
  }

  it('names the operator that it does not know', () => {
    expect(refused('userName regex "x"').message).to.equal("The operator 'regex' is not supported");
  });

  it('takes 4,096 characters and not one more', () => {
    const text = (length: number) => `a eq "${'x'.repeat(length - 7)}"`;
    expect(strict(text(4_096))).to.have.property('op', 'eq');
    expect(refused(text(4_097)).message).to.include('4096');
  });

  it('takes 20 brackets in each other and not one more', () => {
    const text = (depth: number) => `${'('.repeat(depth)}a pr${')'.repeat(depth)}`;
    expect(strict(text(20))).to.deep.equal(pr('a'));
    expect(refused(text(21)).message).to.include('20');
    expect(strict(`${'not ('.repeat(19)}a[b pr]${')'.repeat(19)}`)).to.have.property('op', 'not');
    expect(refused(`${'not ('.repeat(20)}a[b pr]${')'.repeat(20)}`).message).to.include('20');
  });

  it('takes 100 terms and not one more', () => {
    const text = (terms: number) => Array.from({ length: terms }, () => 'a pr').join(' or ');
    expect(strict(text(100))).to.have.property('op', 'or');
    expect(refused(text(101)).message).to.include('100');
    expect(refused(`a[${text(99)}].b pr and c pr`).message).to.include('100');
  });

  it('repairs a value path that is compared, and counts it', () => {
    const lenient = leniency('lenient');
    expect(readSyntax('emails[type eq "work"] eq "x"', lenient)).to.deep.equal(
      strict('emails[type eq "work"].value eq "x"'),
    );
    expect(lenient.repaired.get('valuePathComparisons')).to.equal(1);
    expect(refused('emails[type eq "work"] eq "x"').scimType).to.equal('invalidFilter');
  });

  it('counts no repair where nothing was repaired', () => {
    const lenient = leniency('lenient');
    readSyntax('emails[type eq "work"].value eq "x" and (a pr or b eq 5)', lenient);
    expect(lenient.repaired.size).to.equal(0);
  });
});
