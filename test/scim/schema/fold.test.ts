import { expect } from 'chai';
import fc from 'fast-check';
import { fieldKey, fold, foldCase, isStreamSafe } from '../../../src/scim/schema/fold.ts';
import { testType } from '../../support/schemas.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const words = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.string());

describe('folded text', () => {
  const same: [string, string][] = [
    ['BJensen@Example.COM', 'bjensen@example.com'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ΟΔΟΣ', 'οδος'],
    ['\u212Aim', 'kim'],
    ['e\u0301TE\u0301', 'ÉTÉ'],
    ['ſ', 'S'],
    ['İ', 'i\u0307'],
    ['\uFB03', 'FFI'],
  ];
  for (const [a, b] of same) {
    it(`of ${a} and ${b} is the same`, () => {
      expect(foldCase(a)).to.equal(foldCase(b));
    });
  }

  const different: [string, string][] = [
    ['ırmak', 'irmak'],
    ['resume', 'résumé'],
    ['a', 'а'],
    ['①', '1'],
  ];
  for (const [a, b] of different) {
    it(`of ${a} and ${b} differs`, () => {
      expect(foldCase(a)).to.not.equal(foldCase(b));
    });
  }

  it('folds no further, and is NFC', () => {
    fc.assert(
      fc.property(words, (text) => {
        const folded = foldCase(text);
        expect(foldCase(folded)).to.equal(folded);
        expect(folded.normalize('NFC')).to.equal(folded);
      }),
      { numRuns: 2000 },
    );
  });

  it('is the same for a text in any case', () => {
    fc.assert(
      fc.property(words, (text) => {
        expect(foldCase(text.toLowerCase())).to.equal(foldCase(text));
        if (!text.includes('ı')) expect(foldCase(text.toUpperCase())).to.equal(foldCase(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('is found in a moment, however many marks are heaped on a letter', () => {
    const heap = `a${'\u0345\u0301'.repeat(4096)}`;
    expect(isStreamSafe(heap)).to.equal(false);
    expect(isStreamSafe(`a${'\u0301'.repeat(30)}`)).to.equal(true);
    const best = Math.min(
      ...Array.from({ length: 5 }, () => {
        const start = performance.now();
        foldCase(heap);
        return performance.now() - start;
      }),
    );
    expect(best).to.be.lessThan(20);
  });

  it('takes wide and narrow letters for plain ones', () => {
    expect(foldCase('ＡＮＮ＠ｃｏｒｐ．ｅｘａｍｐｌｅ')).to.equal('ann@corp.example');
    expect(foldCase('ｶﾞｲ')).to.equal('ガイ');
    expect(foldCase('￥１００\u3000')).to.equal('¥100 ');
  });

  it('finds a prefix of a word that ends in sigma', () => {
    expect(foldCase('ΟΔΟΣΑ').startsWith(foldCase('ΟΔΟΣ'))).to.equal(true);
  });
});

describe('the searchable twin', () => {
  it('folds by the schema, and leaves out what cannot be searched', () => {
    const twin = fold(testType('User'), {
      userName: 'BJensen',
      externalId: 'ABC',
      active: true,
      password: 'Secret',
      profileUrl: 'https://Example.com/Me',
      emails: [{ value: 'Bj@Example.com', primary: true }],
      x509Certificates: [{ value: 'AAAA', display: 'Key' }],
      [enterprise]: { department: 'OPS', manager: { value: 'Boss', $ref: 'https://example.com/Users/Boss' } },
      shoeSize: '44',
    });
    expect(twin).to.deep.equal({
      externalId: 'ABC',
      userName: 'bjensen',
      profileUrl: 'https://Example.com/Me',
      active: true,
      emails: [{ value: 'bj@example.com', primary: true }],
      x509Certificates: [{ display: 'key' }],
      [fieldKey(enterprise)]: { department: 'ops', manager: { value: 'boss' } },
    });
  });

  it('holds instants for dateTimes', () => {
    const twin = fold(testType('User'), { meta: { created: '2011-08-01T18:29:49.7931234+02:00', lastModified: 'x' } });
    expect(twin).to.deep.equal({ meta: { created: new Date('2011-08-01T16:29:49.793Z') } });
  });

  it('has keys that MongoDB can take for one field', () => {
    expect(fieldKey(enterprise)).to.equal('urn:ietf:params:scim:schemas:extension:enterprise:2．0:User');
    expect(fieldKey('userName')).to.equal('userName');
  });

  it('passes over null', () => {
    expect(fold(testType('User'), { title: null, emails: [null, { value: null }] })).to.deep.equal({ emails: [{}] });
  });
});
