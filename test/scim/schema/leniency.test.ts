import { expect } from 'chai';
import fc from 'fast-check';
import { leniency } from '../../../src/scim/dialects.ts';
import type { Quirk } from '../../../src/scim/dialects.ts';
import { ScimError } from '../../../src/scim/errors.ts';
import { readResource } from '../../../src/scim/schema/validate.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { core, enterprise, entity, read, refusal, withEnterprise } from '../../support/reading.ts';
import { testType } from '../../support/schemas.ts';

const user = testType('User');
const group = testType('Group');

describe('what real clients send', () => {
  const table: [
    what: string,
    body: JsonObject,
    resource: JsonObject,
    quirks: Partial<Record<Quirk, number>>,
    strict: RegExp,
  ][] = [
    [
      'booleans as strings',
      { active: 'True', emails: [{ value: 'a', primary: 'FALSE' }] },
      { active: true, emails: [{ value: 'a', primary: false }] },
      { stringScalars: 2 },
      /invalidValue: 'active' must be a boolean/,
    ],
    [
      'attributes that no schema has',
      { shoeSize: 44, name: { nick: 'A', givenName: 'B' } },
      { name: { givenName: 'B' } },
      { unknownAttributes: 2 },
      /invalidSyntax: 'shoeSize' is not an attribute/,
    ],
    [
      'an attribute of an extension that has none of it',
      withEnterprise({ manager: { managerId: 7 } }),
      {},
      { unknownAttributes: 1 },
      /invalidSyntax: 'urn:.*:User:manager.managerId' is not an attribute/,
    ],
    [
      'an extension that the type does not have',
      { 'urn:x:y': { a: 1 } },
      {},
      { unknownAttributes: 1 },
      /invalidSyntax: 'urn:x:y' is not/,
    ],
    [
      'URNs of others beside the right one',
      { schemas: ['urn:scim:schemas:core:1.0', core] },
      {},
      { unknownSchemas: 1 },
      /invalidSyntax: 'urn:scim:schemas:core:1.0' is not a schema of User/,
    ],
    [
      'URNs of others alone',
      { schemas: ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'] },
      {},
      { unknownSchemas: 2 },
      /invalidSyntax/,
    ],
    [
      'no URNs',
      { schemas: null },
      {},
      { unknownSchemas: 1 },
      /invalidSyntax: 'schemas' must name 'urn:.*:core:2.0:User'/,
    ],
    ['one URN', { schemas: core }, {}, { singleForMany: 1 }, /invalidSyntax: 'schemas' must be an array/],
    [
      'an extension that `schemas` does not name',
      { [enterprise]: { department: 'Ops' } },
      { [enterprise]: { department: 'Ops' } },
      { unknownSchemas: 1 },
      /invalidSyntax: 'schemas' must name 'urn:.*enterprise/,
    ],
    [
      'one object for an array',
      { emails: { value: 'a' } },
      { emails: [{ value: 'a' }] },
      { singleForMany: 1 },
      /invalidValue: 'emails' must be an array/,
    ],
    [
      'one string for an array of objects',
      { emails: 'a' },
      { emails: [{ value: 'a' }] },
      { singleForMany: 1, bareValues: 1 },
      /invalidValue: 'emails' must be an array/,
    ],
    [
      'strings in an array of objects',
      { roles: ['{"id":"1"}'] },
      { roles: [{ value: '{"id":"1"}' }] },
      { bareValues: 1 },
      /invalidValue: 'roles' must be an object/,
    ],
    [
      'an array for one',
      { title: ['Dr'], name: [{ givenName: 'Ann' }] },
      { title: 'Dr', name: { givenName: 'Ann' } },
      { manyForSingle: 2 },
      /invalidValue: 'name' must be a single value/,
    ],
    ['an empty array for one', { title: [] }, {}, { manyForSingle: 1 }, /invalidValue: 'title' must be a single value/],
    [
      'a manager as a string',
      withEnterprise({ manager: 'm' }),
      { [enterprise]: { manager: { value: 'm' } } },
      { bareValues: 1 },
      /invalidValue: '.*manager' must be an object/,
    ],
    [
      'a manager in an array',
      withEnterprise({ Manager: [{ Value: 'm' }] }),
      { [enterprise]: { manager: { value: 'm' } } },
      { manyForSingle: 1 },
      /invalidValue: '.*manager' must be a single value/,
    ],
    [
      'an empty manager',
      withEnterprise({ manager: '' }),
      {},
      { emptyStrings: 1 },
      /invalidValue: '.*manager' must be an object/,
    ],
    [
      'an empty string for a boolean',
      { active: '' },
      {},
      { emptyStrings: 1 },
      /invalidValue: 'active' must be a boolean/,
    ],
    [
      'an empty string for an array',
      { emails: '' },
      {},
      { emptyStrings: 1 },
      /invalidValue: 'emails' must be an array/,
    ],
    [
      'several primaries',
      { emails: [{ value: 'a', primary: true }, { value: 'b', primary: true }, { value: 'c' }] },
      { emails: [{ value: 'a', primary: false }, { value: 'b', primary: true }, { value: 'c' }] },
      { severalPrimaries: 1 },
      /invalidValue: 'emails' may have only one primary value/,
    ],
  ];
  for (const [what, body, resource, repaired, strict] of table) {
    it(`is repaired and counted by lenient: ${what}`, () => {
      expect(read(body, 'lenient')).to.deep.equal({ resource, repaired });
    });
    it(`is refused by strict: ${what}`, () => {
      expect(refusal(() => read(body, 'strict'))).to.match(strict);
    });
  }

  it('has empty strings, which unassign in lenient and are kept in strict', () => {
    const body = {
      title: '',
      name: { middleName: '' },
      [enterprise]: { manager: { value: '' } },
      schemas: [core, enterprise],
    };
    expect(read(body, 'lenient')).to.deep.equal({ resource: {}, repaired: { emptyStrings: 3 } });
    expect(read(body, 'strict').resource).to.deep.equal({
      title: '',
      name: { middleName: '' },
      [enterprise]: { manager: { value: '' } },
    });
  });

  it('has keys that reach for a prototype: they are attributes that no schema has', () => {
    const hostile = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x",' +
        '"name":{"__proto__":{"polluted":1},"givenName":"Ann"},"emails":[{"value":"a","hasOwnProperty":1}]}',
    ) as JsonObject;
    const tolerance = leniency('lenient');
    const body: JsonObject = { ...hostile, schemas: [core], userName: 'ann' };
    expect(Object.hasOwn(body, '__proto__')).to.equal(true);
    const resource = readResource(user, body, tolerance);
    expect(resource).to.deep.equal({ userName: 'ann', name: { givenName: 'Ann' }, emails: [{ value: 'a' }] });
    expect(tolerance.repaired.get('unknownAttributes')).to.equal(5);
    expect(Object.getPrototypeOf(resource)).to.equal(Object.prototype);
    expect({}).to.not.have.property('polluted');
    expect(refusal(() => readResource(user, body, leniency('strict')))).to.equal(
      "400 invalidSyntax: '__proto__' is not an attribute",
    );
  });
});

describe('the members of a group', () => {
  it('are objects with a value', () => {
    const members = [
      { value: 'a', display: 'Ann', $ref: null },
      { Value: 'b', type: 'Group' },
    ];
    expect(read({ members }, 'strict', group).resource).to.deep.equal({
      members: [{ value: 'a' }, { value: 'b', type: 'Group' }],
    });
  });

  it('may be bare strings in lenient', () => {
    expect(read({ members: ['a', { value: 'b' }] }, 'lenient', group)).to.deep.equal({
      resource: { members: [{ value: 'a' }, { value: 'b' }] },
      repaired: { bareValues: 1 },
    });
  });

  for (const members of [
    [{}],
    [null],
    [{ value: '' }],
    [{ value: null }],
    [{ type: 'User' }],
    [''],
    [{ $ref: null }],
  ] as Json[]) {
    it(`are refused where one says nothing: ${JSON.stringify(members)}`, () => {
      for (const dialect of ['lenient', 'strict'] as const) {
        expect(refusal(() => read({ members }, dialect, group))).to.match(/^400 invalidValue: 'members/);
      }
    });
  }

  it('are unassigned where there are none', () => {
    for (const members of [[], null] as Json[]) {
      expect(read({ members }, 'strict', group)).to.deep.equal({ resource: {}, repaired: {} });
    }
  });
});

describe('reading what was read', () => {
  const json = fc.letrec<{ json: Json }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<Json>(null, '', 'True', 'false', true, false, 0, 1.5, 'x', 'https://example.com/Users/7', 'AAAA'),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom('value', 'Type', 'primary', 'PRIMARY', 'display', 'givenName', '$ref', '__proto__', 'x'),
        tie('json'),
        { maxKeys: 4 },
      ),
    ),
  })).json;
  const bodies = fc.dictionary(
    fc.constantFrom(
      'userName',
      'title',
      'active',
      'emails',
      'Emails',
      'name',
      'roles',
      'photos',
      'password',
      'schemas',
      'id',
      enterprise,
      entity,
      'constructor',
    ),
    json,
    { maxKeys: 6 },
  );

  it('changes nothing, in lenient and in strict, and only ScimErrors are thrown', () => {
    let accepted = 0;
    fc.assert(
      fc.property(bodies, (given) => {
        const body = { ...given, userName: 'ann', ...(Object.hasOwn(given, 'schemas') ? {} : { schemas: [core] }) };
        let once: JsonObject;
        try {
          once = readResource(user, body, leniency('lenient'));
        } catch (error) {
          expect(error).to.be.instanceOf(ScimError);
          return;
        }
        accepted += 1;
        const again = { ...once, schemas: [core, ...Object.keys(once).filter((key) => key.startsWith('urn:'))] };
        expect(readResource(user, again, leniency('strict'))).to.deep.equal(once);
      }),
      { numRuns: 3000 },
    );
    expect(accepted).to.be.greaterThan(300);
  });
});
