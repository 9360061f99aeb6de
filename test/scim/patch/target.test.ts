import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import type { DialectName } from '../../../src/scim/dialects.ts';
import { label, parsePatch } from '../../../src/scim/patch/parse.ts';
import type { Json } from '../../../src/scim/types.ts';
import { patchOp, refusalOf } from '../../support/patched.ts';
import { testType } from '../../support/schemas.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';
const type = testType('User');

/** What operations come to: verb, target and value of each, and what was repaired. */
function parsed(operations: readonly Json[], dialect: DialectName = 'lenient') {
  const tally = leniency(dialect);
  const read = parsePatch(type, patchOp(...operations), tally);
  return {
    operations: read.map(({ op, target, value }) => [op, label(target), value]),
    repaired: Object.fromEntries(tally.repaired),
  };
}

const refusal = (body: Json | undefined, dialect: DialectName = 'lenient'): string =>
  refusalOf(() => parsePatch(type, body, leniency(dialect)));

const refusalOfOne = (operation: Json, dialect: DialectName = 'lenient'): string =>
  refusal(patchOp(operation), dialect);

describe('Parsing the paths of a PATCH', () => {
  describe('paths', () => {
    const strict: [path: string, target: string][] = [
      ['userName', 'userName'],
      ['USERNAME', 'userName'],
      ['name.familyName', 'name.familyName'],
      ['Emails[Type EQ "work"].Value', 'emails[…].value'],
      ['emails[type eq "work"]', 'emails[…]'],
      ['emails[value eq "a].b[c"].value', 'emails[…].value'],
      ['emails.value', 'emails.value'],
      [`${core}:userName`, 'userName'],
      [`${core}:name.givenName`, 'name.givenName'],
      [`${core}:emails[type eq "work"].value`, 'emails[…].value'],
      [enterprise, enterprise],
      [`${enterprise.toUpperCase()}:DEPARTMENT`, `${enterprise}:department`],
      [`${enterprise}:manager`, `${enterprise}:manager`],
      [`${enterprise}:manager.value`, `${enterprise}:manager.value`],
    ];
    for (const [path, target] of strict) {
      it(`${path} means ${target}, in either dialect`, () => {
        const expected = { operations: [['remove', target, undefined]], repaired: {} };
        expect(parsed([{ op: 'remove', path }], 'strict')).to.deep.equal(expected);
        expect(parsed([{ op: 'remove', path }])).to.deep.equal(expected);
      });
    }

    const repaired: [path: string, target: string, quirk: string][] = [
      ['/userName', 'userName', 'pathForms'],
      ['/emails[type eq "work"].value', 'emails[…].value', 'pathForms'],
      ['emails%5Btype%20eq%20%22work%22%5D.value', 'emails[…].value', 'pathForms'],
      [`${enterprise}.department`, `${enterprise}:department`, 'pathForms'],
      [`${enterprise}.manager.value`, `${enterprise}:manager.value`, 'pathForms'],
      ['manager', `${enterprise}:manager`, 'extensionPaths'],
      ['department', `${enterprise}:department`, 'extensionPaths'],
      ['/manager.value', `${enterprise}:manager.value`, 'extensionPaths'],
    ];
    for (const [path, target, quirk] of repaired) {
      it(`${path} means ${target} by ${quirk}`, () => {
        expect(parsed([{ op: 'remove', path }])).to.deep.equal({
          operations: [['remove', target, undefined]],
          repaired: { [quirk]: 1 },
        });
        expect(refusalOfOne({ op: 'remove', path }, 'strict')).to.equal('400 invalidPath');
      });
    }

    for (const path of [
      'favouriteColour',
      'toString',
      'constructor.prototype',
      'hasOwnProperty',
      'urn:x:y:2.0:User:z',
      'emails[type eq "work"].colour',
      'emails[type eq "work"].constructor',
      '/colour',
      'name.x',
    ]) {
      it(`${path} names no attribute: lenient drops it, strict refuses`, () => {
        expect(parsed([{ op: 'replace', path, value: 'x' }])).to.deep.equal({
          operations: [],
          repaired: { unknownPaths: 1 },
        });
        expect(refusalOfOne({ op: 'replace', path, value: 'x' }, 'strict')).to.equal('400 invalidPath');
      });
    }

    for (const path of [
      5,
      {},
      [],
      true,
      '__proto__',
      '__proto__.x',
      '__proto__:x',
      'constructor.prototype.x',
      'name.__proto__.x',
      'emails[type eq "work"].__proto__',
      'emails[type eq "work"].value.x',
      'emails[type eq "work"',
      'emails]type eq "work"[',
      'emails[]x',
      '[type eq "x"]',
      'a b',
      ' ',
      '%',
      '%E0%A4%A',
      'emails[0]x',
      'name[givenName eq "Mia"]',
      'userName[value eq "x"]',
      'emails.value[type eq "x"]',
    ]) {
      it(`${JSON.stringify(path)} is no path, in either dialect`, () => {
        expect(refusalOfOne({ op: 'replace', path, value: 'x' })).to.equal('400 invalidPath');
        expect(refusalOfOne({ op: 'replace', path, value: 'x' }, 'strict')).to.equal('400 invalidPath');
      });
    }

    for (const filter of ['', '0', 'type', 'colour eq "x"', 'type gt', '__proto__ eq "x"', 'type eq "x']) {
      it(`emails[${filter}] has no filter that chooses`, () => {
        expect(refusalOfOne({ op: 'remove', path: `emails[${filter}]` })).to.equal('400 invalidFilter');
      });
    }

    it('of any length are read in no time', () => {
      const started = performance.now();
      for (const path of [
        '.'.repeat(50_000),
        'a.'.repeat(100_000),
        '['.repeat(200_000),
        ']'.repeat(200_000),
        `urn:${':a.'.repeat(2_700)}[`,
        '%'.repeat(8_000),
        `${'a'.repeat(8_000)}!`,
      ]) {
        expect(refusalOfOne({ op: 'remove', path })).to.equal('400 invalidPath');
      }
      expect(performance.now() - started).to.be.below(1_000);
    });
  });
});
