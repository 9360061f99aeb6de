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

describe('Parsing a PATCH', () => {
  describe('the message (RFC 7644 §3.5.2)', () => {
    it('ignores the letter case of its members and of `op`, and foreign members', () => {
      const body = {
        SCHEMAS: [patchOp()['schemas'], 'x'].flat(),
        operations: [{ Op: 'ADD', Path: 'title', VALUE: 'x', name: 'addMember' }],
      };
      const [operation] = parsePatch(type, body as Json, leniency('strict'));
      expect([operation?.op, operation?.value]).to.deep.equal(['add', 'x']);
    });

    it('assumes missing `schemas` where the dialect is lenient', () => {
      const { Operations } = patchOp({ op: 'add', path: 'title', value: 'x' });
      for (const schemas of [{}, { schemas: [] }, { schemas: 'x' }, { schemas: [core] }]) {
        expect(refusal({ ...schemas, Operations: Operations ?? null })).to.equal('accepted');
        expect(refusal({ ...schemas, Operations: Operations ?? null }, 'strict')).to.equal('400 invalidSyntax');
      }
    });

    it('takes a single operation for a list of one', () => {
      const body = { ...patchOp(), Operations: { op: 'add', path: 'title', value: 'x' } };
      expect(refusal(body)).to.equal('accepted');
      expect(refusal(body, 'strict')).to.equal('400 invalidSyntax');
    });

    it('refuses what is no message', () => {
      for (const body of [
        undefined,
        null,
        5,
        'x',
        [],
        {},
        patchOp(),
        { Operations: null },
        patchOp(null),
        patchOp('x'),
        patchOp([]),
      ]) {
        expect(refusal(body), JSON.stringify(body)).to.equal('400 invalidSyntax');
      }
      for (const op of [undefined, null, 5, '', 'move', {}, 'constructor']) {
        expect(refusalOfOne({ ...(op !== undefined && { op }), path: 'title', value: 'x' })).to.equal(
          '400 invalidSyntax',
        );
      }
    });

    it('takes 1,000 operations and no more, those that a value without path stands for included', () => {
      const many = (length: number): Json[] => Array.from({ length }, () => ({ op: 'add', path: 'title', value: 'x' }));
      expect(refusal(patchOp(...many(1_000)))).to.equal('accepted');
      expect(refusal(patchOp(...many(1_001)))).to.equal('413');
      const keys = Array.from({ length: 1_001 }, (_, index) => [`emails[type eq "${String(index)}"].value`, 'x']);
      expect(refusalOfOne({ op: 'add', value: Object.fromEntries(keys) as Json })).to.equal('413');
    });
  });

  describe('a value without path', () => {
    it('becomes one operation for each attribute, those in URNs, with dots and with brackets included', () => {
      const value = {
        displayName: 'Mia',
        active: 'False',
        name: { givenName: 'M', Middlename: '' },
        'name.familyName': 'Lund',
        'emails[type eq "work"].value': 'm@x.example',
        [`${enterprise}:employeeNumber`]: '702',
        [enterprise]: { department: 'Ops' },
        manager: 'boss',
      };
      expect(parsed([{ op: 'replace', value }])).to.deep.equal({
        operations: [
          ['replace', 'displayName', 'Mia'],
          ['replace', 'active', false],
          ['replace', 'name', { givenName: 'M', middleName: null }],
          ['replace', 'name.familyName', { familyName: 'Lund' }],
          ['replace', 'emails[…].value', { value: 'm@x.example' }],
          ['replace', `${enterprise}:employeeNumber`, '702'],
          ['replace', enterprise, { department: 'Ops' }],
          ['replace', `${enterprise}:manager`, { value: 'boss' }],
        ],
        repaired: { stringScalars: 1, emptyStrings: 1, dottedKeys: 3, extensionPaths: 1, bareValues: 1 },
      });
    });

    it('may have an empty path', () => {
      expect(parsed([{ op: 'add', path: '', value: { title: 'x' } }]).operations).to.deep.equal([
        ['add', 'title', 'x'],
      ]);
      expect(parsed([{ op: 'add', path: null, value: { title: 'x' } }], 'strict').operations).to.have.length(1);
      expect(refusalOfOne({ op: 'add', path: '', value: { title: 'x' } }, 'strict')).to.equal('400 invalidPath');
    });

    it('may have the attributes below the URN of the core schema', () => {
      expect(parsed([{ op: 'add', value: { [core]: { title: 'x' } } }])).to.deep.equal({
        operations: [['add', 'title', 'x']],
        repaired: { dottedKeys: 1 },
      });
    });

    it('has only plain names as keys where the dialect is strict', () => {
      expect(
        refusalOfOne(
          { op: 'add', value: { title: 'x', name: { givenName: 'x' }, [enterprise]: { department: 'x' } } },
          'strict',
        ),
      ).to.equal('accepted');
      for (const key of [
        'name.familyName',
        'emails[type eq "work"].value',
        `${enterprise}:department`,
        'department',
        'colour',
        '__proto__x',
        'a b',
      ]) {
        expect(refusalOfOne({ op: 'add', value: { [key]: 'x' } }, 'strict'), key).to.equal('400 invalidPath');
      }
    });

    it('loses keys that name nothing where the dialect is lenient', () => {
      const value = JSON.parse(
        '{"__proto__": {"x": 1}, "colour": 1, "a b": 1, "constructor": {"prototype": 1}, "toString": "x", "title": "x"}',
      ) as Json;
      expect(parsed([{ op: 'replace', value }])).to.deep.equal({
        operations: [['replace', 'title', 'x']],
        repaired: { unknownPaths: 5 },
      });
    });

    it('loses schemas and what is read-only, but for an id, in either dialect', () => {
      const value = { id: 'x', schemas: [core], meta: { created: 'x' }, groups: [{ value: 'x' }] };
      for (const dialect of ['lenient', 'strict'] as const) {
        expect(parsed([{ op: 'replace', value }], dialect).operations).to.deep.equal([['replace', 'id', 'x']]);
      }
    });

    it('must be an object', () => {
      for (const value of ['gone', 5, null, [], true])
        expect(refusalOfOne({ op: 'replace', value })).to.equal('400 invalidValue');
      expect(refusalOfOne({ op: 'add' })).to.equal('400 invalidValue');
    });

    it('removes nothing: a remove needs a path', () => {
      for (const operation of [{ op: 'remove' }, { op: 'Remove', value: { title: 'x' } }, { op: 'remove', path: '' }]) {
        expect(refusalOfOne(operation)).to.equal('400 noTarget');
      }
    });
  });

  describe('values', () => {
    it('must be there to be added or replaced', () => {
      expect(refusalOfOne({ op: 'add', path: 'title' })).to.equal('400 invalidValue');
      expect(refusalOfOne({ op: 'replace', path: 'title' })).to.equal('400 invalidValue');
    });

    it('suit their attribute', () => {
      for (const [path, value] of [
        ['active', 'maybe'],
        ['active', 2],
        ['title', {}],
        ['name', 'Mia'],
        ['name.givenName', ['a', 'b']],
        ['emails', [5]],
        ['emails[type eq "work"]', 5],
        ['emails[type eq "work"].primary', 'x'],
      ]) {
        expect(
          refusalOfOne({ op: 'replace', path: path ?? '', value: value ?? '' }),
          JSON.stringify([path, value]),
        ).to.equal('400 invalidValue');
      }
      expect(refusalOfOne({ op: 'replace', path: 'active', value: 'True' }, 'strict')).to.equal('400 invalidValue');
      expect(refusalOfOne({ op: 'replace', path: 'title', value: '' }, 'strict')).to.equal('accepted');
      expect(refusalOfOne({ op: 'replace', path: 'name', value: { colour: 'x' } }, 'strict')).to.equal(
        '400 invalidSyntax',
      );
    });

    it('that a remove names are values of the attribute, and never come to mean all of them', () => {
      for (const value of ['', 0, null, false, {}, [{}], [''], [null], [{ value: '' }], [{ value: null }], [5], [[]]]) {
        expect(refusalOfOne({ op: 'remove', path: 'emails', value }), JSON.stringify(value)).to.equal(
          '400 invalidValue',
        );
      }
      expect(parsed([{ op: 'remove', path: 'emails', value: { value: 'x' } }]).operations).to.deep.equal([
        ['remove', 'emails', [{ value: 'x' }]],
      ]);
      expect(parsed([{ op: 'remove', path: 'emails', value: [] }]).operations).to.deep.equal([
        ['remove', 'emails', []],
      ]);
    });

    it('of a remove that names one thing are no matter', () => {
      for (const path of ['title', 'name', 'emails[type eq "work"]', 'emails[type eq "work"].value']) {
        expect(parsed([{ op: 'remove', path, value: 5 }]).operations[0]?.[2], path).to.equal(undefined);
      }
    });

    it('are nothing that is read-only', () => {
      for (const path of [
        'meta',
        'meta.created',
        'groups',
        'groups[value eq "x"]',
        'groups.value',
        `${enterprise}:manager.displayName`,
      ]) {
        expect(refusalOfOne({ op: 'replace', path, value: 'x' }), path).to.equal('400 mutability');
        expect(refusalOfOne({ op: 'remove', path }, 'strict'), path).to.equal('400 mutability');
      }
    });
  });
});
