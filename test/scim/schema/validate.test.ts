import { expect } from 'chai';
import { limits } from '../../../src/scim/limits.ts';
import { leniency } from '../../../src/scim/dialects.ts';
import { readResource } from '../../../src/scim/schema/validate.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { core, enterprise, entity, read, refusal, withEnterprise } from '../../support/reading.ts';
import { testType } from '../../support/schemas.ts';

const user = testType('User');

describe('a body that the RFC allows', () => {
  const table: [what: string, body: JsonObject, resource: JsonObject][] = [
    [
      'keeps what it says',
      { title: 'Dr', active: false, name: { givenName: 'Ann' } },
      { title: 'Dr', active: false, name: { givenName: 'Ann' } },
    ],
    [
      'has its names in canonical letters',
      { TITLE: 'Dr', Name: { GivenName: 'Ann' } },
      { title: 'Dr', name: { givenName: 'Ann' } },
    ],
    [
      'has its extensions found in any letters',
      withEnterprise({ Department: 'Ops' }, enterprise.toUpperCase()),
      { [enterprise]: { department: 'Ops' } },
    ],
    [
      'has null for what is unassigned',
      { title: null, name: { givenName: null }, emails: [{ value: null, type: 'work' }], addresses: null },
      { emails: [{ type: 'work' }] },
    ],
    [
      'has empty arrays and objects for what is unassigned',
      { emails: [], name: {}, roles: [{}], [enterprise]: {} },
      {},
    ],
    ['has read-only attributes, whatever they hold', { id: 7, meta: { created: 'x' }, groups: [{ value: 1 }] }, {}],
    [
      'has a manager whose reference is computed',
      withEnterprise({ manager: { value: 'm', $ref: 7, displayName: 'Max' } }),
      { [enterprise]: { manager: { value: 'm' } } },
    ],
    [
      'has a manager by reference alone',
      withEnterprise({ manager: { $ref: 'https://example.com/scim/v2/Users/m' } }),
      { [enterprise]: { manager: { value: 'm' } } },
    ],
    [
      'has a manager that is unassigned',
      withEnterprise({ manager: { value: null, $ref: 'https://example.com/Users/m' } }),
      {},
    ],
    [
      'keeps a formatted name as given',
      { name: { formatted: 'A. B.', familyName: 'C' } },
      { name: { formatted: 'A. B.', familyName: 'C' } },
    ],
    ['may have no formatted name', { name: { familyName: 'C' } }, { name: { familyName: 'C' } }],
    [
      'keeps values that are not canonical',
      { emails: [{ value: 'a', type: 'hut' }] },
      { emails: [{ value: 'a', type: 'hut' }] },
    ],
    [
      'keeps two values of one type',
      {
        emails: [
          { value: 'a', type: 'work' },
          { value: 'b', type: 'work' },
        ],
      },
      {
        emails: [
          { value: 'a', type: 'work' },
          { value: 'b', type: 'work' },
        ],
      },
    ],
    ['has no password where it is empty', { password: '' }, {}],
    ['keeps a placeholder password', { password: '9kq2vw7z' }, { password: '9kq2vw7z' }],
    ['keeps the external id in its letters', { externalId: '00u1abcdEFGH' }, { externalId: '00u1abcdEFGH' }],
    [
      'has certificates in base64',
      { x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQ==' }, { value: 'a-_Z' }] },
      { x509Certificates: [{ value: 'MIIDQzCCAqygAwIBAgICEAAwDQ==' }, { value: 'a-_Z' }] },
    ],
    [
      'has references, also relative ones',
      { profileUrl: '/ann', photos: [{ value: 'https://example.com/a.png' }] },
      { profileUrl: '/ann', photos: [{ value: 'https://example.com/a.png' }] },
    ],
    [
      'has entities',
      { schemas: [core, entity], [entity]: { memberships: [{ value: 'e1', role: 'Clerk' }] } },
      { [entity]: { memberships: [{ value: 'e1', role: 'Clerk' }] } },
    ],
    ['has strings of 8,192 characters', { title: 'x'.repeat(8192) }, { title: 'x'.repeat(8192) }],
    ['keeps letters as they were written', { title: 'Ôe\u0301ß' }, { title: 'Ôe\u0301ß' }],
    ['names its schemas in any letters', { schemas: [core.toUpperCase()] }, {}],
  ];
  for (const [what, body, resource] of table) {
    for (const dialect of ['lenient', 'strict'] as const) {
      it(`${what} (${dialect})`, () => {
        expect(read(body, dialect)).to.deep.equal({ resource, repaired: {} });
      });
    }
  }

  it('comes out in the order of the schema', () => {
    const resource = readResource(
      user,
      {
        ...withEnterprise({ manager: { value: 'm' }, costCenter: '1' }),
        title: 'Dr',
        userName: 'ann',
        externalId: 'x',
      },
      leniency('strict'),
    );
    expect(Object.keys(resource)).to.deep.equal(['externalId', 'userName', 'title', enterprise]);
    expect(Object.keys(resource[enterprise] as JsonObject)).to.deep.equal(['costCenter', 'manager']);
  });
});

describe('a body that no dialect allows', () => {
  const table: [what: string, body: JsonObject, refusal: RegExp][] = [
    ['no userName', { userName: null }, /^400 invalidValue: 'userName' is required$/],
    ['an empty userName', { userName: '' }, /^400 invalidValue: 'userName' is required$/],
    ['a blank userName', { userName: '  ' }, /^400 invalidValue: 'userName' is required$/],
    ['a number for a string', { userName: 42 }, /^400 invalidValue: 'userName' must be a string$/],
    ['an object for a string', { title: { value: 'Dr' } }, /^400 invalidValue: 'title' must be a string$/],
    ['another word for a boolean', { active: 'yes' }, /^400 invalidValue: 'active' must be a boolean$/],
    ['a number for a boolean', { active: 1 }, /^400 invalidValue: 'active' must be a boolean$/],
    ['a prototype for a boolean', { active: '__proto__' }, /^400 invalidValue: 'active' must be a boolean$/],
    ['a string for a name', { name: 'Ann' }, /^400 invalidValue: 'name' must be an object$/],
    ['a number in an array of objects', { emails: [7] }, /^400 invalidValue: 'emails' must be an object$/],
    ['an array in an array', { emails: [[{ value: 'a' }]] }, /^400 invalidValue: 'emails' must be an object$/],
    ['a wrong sub-attribute', { emails: [{ value: 7 }] }, /^400 invalidValue: 'emails.value' must be a string$/],
    ['several for one', { title: ['Dr', 'Prof'] }, /^400 invalidValue: 'title' must be a single value$/],
    [
      'no base64',
      { x509Certificates: [{ value: 'no!' }] },
      /^400 invalidValue: 'x509Certificates.value' must be base64$/,
    ],
    ['a base64 that was cut', { x509Certificates: [{ value: 'AAAAA' }] }, /must be base64$/],
    ['a script for a link', { profileUrl: 'javascript:alert(1)' }, /^400 invalidValue: 'profileUrl' must be a URI$/],
    ['a link without host', { profileUrl: 'http://' }, /^400 invalidValue: 'profileUrl' must be a URI$/],
    [
      'a heap of combining marks',
      { title: `a${'\u0301'.repeat(31)}` },
      /'title' has more than 30 combining marks in a row$/,
    ],
    ['a control character in a name', { userName: 'a\u0000b' }, /^400 invalidValue: 'userName' may hold no control/],
    ['half a character', { title: '\ud800' }, /^400 invalidValue: 'title' must be well-formed Unicode$/],
    [
      '8,193 characters',
      { title: 'x'.repeat(8193) },
      /^400 invalidValue: 'title' may be at most 8192 characters long$/,
    ],
    ['one name twice', { title: 'a', TITLE: 'b' }, /^400 invalidSyntax: 'title' is given twice$/],
    ['one read-only name twice', { id: 'a', ID: 'b' }, /^400 invalidSyntax: 'id' is given twice$/],
    ['one sub-attribute twice', { name: { givenName: 'a', GIVENNAME: 'b' } }, /'name.givenName' is given twice$/],
    [
      'a wrong value in an extension',
      withEnterprise({ department: true }),
      /invalidValue: '.*:User:department' must be/,
    ],
    ['an extension that is none', withEnterprise('x'), /^400 invalidValue: 'urn:.*' must be an object$/],
    [
      'an entity without its id',
      { schemas: [core, entity], [entity]: { memberships: [{ role: 'Clerk' }] } },
      /User:memberships.value' is required$/,
    ],
    ['schemas that are no strings', { schemas: [7] }, /^400 invalidSyntax: 'schemas' must be an array of strings$/],
    [
      'schemas that are no array',
      { schemas: { a: 'b' } },
      /^400 invalidSyntax: 'schemas' must be an array of strings$/,
    ],
  ];
  for (const [what, body, expected] of table) {
    for (const dialect of ['lenient', 'strict'] as const) {
      it(`is refused: ${what} (${dialect})`, () => {
        expect(refusal(() => read(body, dialect))).to.match(expected);
      });
    }
  }

  for (const body of [undefined, null, 7, 'x', [], [{}]] as (Json | undefined)[]) {
    it(`is refused: ${body === undefined ? 'nothing' : JSON.stringify(body)}`, () => {
      expect(refusal(() => readResource(user, body, leniency('lenient')))).to.equal(
        '400 invalidSyntax: The body must be a JSON object',
      );
    });
  }

  it('never has its values quoted', () => {
    expect(refusal(() => read({ password: ['hunter2', 'hunter3'] }, 'lenient'))).to.not.include('hunter');
    expect(refusal(() => read({ password: { a: 'hunter2' } }, 'lenient'))).to.not.include('hunter');
  });

  it('has at most as many values of one attribute as PATCH allows', () => {
    const emails = (count: number) => ({
      emails: Array.from({ length: count }, (_, at) => ({ value: `${at}@corp.example` })),
    });
    expect(read(emails(limits.values), 'lenient').resource['emails']).to.have.length(limits.values);
    expect(refusal(() => read(emails(limits.values + 1), 'lenient'))).to.equal(
      `413 : 'emails' may have at most ${limits.values} values`,
    );
  });
});
