import { expect } from 'chai';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { patched } from '../../support/patched.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const entity = 'urn:ietf:params:scim:schemas:extension:entity:2.0:User';
const work = { value: 'work@x.example', type: 'work' };
const home = { value: 'home@x.example', type: 'home' };
const user: JsonObject = {
  userName: 'mia@corp.example',
  active: true,
  name: { givenName: 'Mia', familyName: 'Lund' },
  emails: [{ ...work, primary: true }, home],
  addresses: [{ type: 'work', locality: 'Oslo', country: 'NO' }],
  [enterprise]: { department: 'Ops', manager: { value: 'boss' } },
};

type Row = [does: string, operations: Json[], next: JsonObject];

/** The user with some attributes set, and those that are null left out. */
const withChanges = (changes: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries({ ...user, ...changes }).filter(([, value]) => value !== null));

function table(rows: readonly Row[]): void {
  for (const [does, operations, changes] of rows) {
    it(does, () => {
      const before = structuredClone(user);
      expect(patched(user, operations)).to.deep.equal(withChanges(changes));
      expect(user).to.deep.equal(before);
    });
  }
}

describe('Applying a PATCH', () => {
  describe('add (RFC 7644 §3.5.2.1)', () => {
    table([
      ['sets a single value', [{ op: 'add', path: 'title', value: 'CTO' }], { title: 'CTO' }],
      ['replaces a single value', [{ op: 'add', path: 'active', value: false }], { active: false }],
      [
        'adds the attributes of a value without path',
        [{ op: 'add', value: { nickName: 'Mi', emails: [{ value: 'new@x.example' }] } }],
        { nickName: 'Mi', emails: [{ ...work, primary: true }, home, { value: 'new@x.example' }] },
      ],
      [
        'makes a complex value that is not there',
        [{ op: 'add', path: `${enterprise}:manager`, value: { value: 'x' } }],
        { [enterprise]: { department: 'Ops', manager: { value: 'x' } } },
      ],
      [
        'adds a value to many',
        [{ op: 'add', path: 'emails', value: [{ value: 'n' }] }],
        { emails: [{ ...work, primary: true }, home, { value: 'n' }] },
      ],
      [
        'adds a value once',
        [{ op: 'add', path: 'roles', value: [{ value: 'a' }, { value: 'a' }] }],
        { roles: [{ value: 'a' }] },
      ],
      [
        'merges a value that is there with other sub-attributes',
        [{ op: 'add', path: 'emails', value: [{ value: 'HOME@x.example', type: 'home', display: 'H' }] }],
        {
          emails: [
            { ...work, primary: true },
            { ...home, display: 'H' },
          ],
        },
      ],
      [
        'adds a value of another type beside the one that is there',
        [{ op: 'add', path: 'emails', value: [{ value: home.value, type: 'other' }] }],
        { emails: [{ ...work, primary: true }, home, { value: home.value, type: 'other' }] },
      ],
      [
        'tells addresses apart by all they say',
        [
          {
            op: 'add',
            path: 'addresses',
            value: [
              { type: 'work', locality: 'Oslo' },
              { type: 'work', locality: 'Bergen' },
            ],
          },
        ],
        {
          addresses: [
            { type: 'work', locality: 'Oslo', country: 'NO' },
            { type: 'work', locality: 'Bergen' },
          ],
        },
      ],
      ['adds nothing where the value is empty', [{ op: 'add', path: 'emails', value: [] }], {}],
      [
        'sets a sub-attribute of every value a filter chooses',
        [{ op: 'add', path: 'emails[value co "@"].display', value: 'd' }],
        {
          emails: [
            { ...work, primary: true, display: 'd' },
            { ...home, display: 'd' },
          ],
        },
      ],
      [
        'sets a sub-attribute of all values without a filter',
        [{ op: 'add', path: 'emails.type', value: 'x' }],
        {
          emails: [
            { ...work, primary: true, type: 'x' },
            { ...home, type: 'x' },
          ],
        },
      ],
      [
        'adds to the lists of an extension and leaves its other attributes',
        [
          { op: 'add', value: { [entity]: { memberships: [{ value: 'e1', role: 'Clerk' }] } } },
          { op: 'add', path: entity, value: { memberships: [{ value: 'e2' }, { value: 'e1', role: 'Admin' }] } },
          { op: 'add', path: entity, value: { memberships: [] } },
        ],
        { [entity]: { memberships: [{ value: 'e1', role: 'Admin' }, { value: 'e2' }] } },
      ],
    ]);
  });

  describe('remove (RFC 7644 §3.5.2.2)', () => {
    table([
      ['unassigns an attribute', [{ op: 'remove', path: 'name' }], { name: null }],
      ['unassigns a sub-attribute', [{ op: 'remove', path: 'name.givenName' }], { name: { familyName: 'Lund' } }],
      [
        'unassigns a complex value with its last sub-attribute',
        [{ op: 'remove', path: `${enterprise}:manager.value` }],
        { [enterprise]: { department: 'Ops' } },
      ],
      ['unassigns all values', [{ op: 'remove', path: 'emails' }], { emails: null }],
      ['removes the values a filter chooses', [{ op: 'remove', path: 'emails[type eq "work"]' }], { emails: [home] }],
      ['unassigns what has no values left', [{ op: 'remove', path: 'emails[value pr]' }], { emails: null }],
      [
        'removes a value that loses its `value`',
        [{ op: 'remove', path: 'emails[type eq "work"].value' }],
        { emails: [home] },
      ],
      [
        'removes an address that keeps nothing but its type',
        [
          { op: 'remove', path: 'addresses[type eq "work"].locality' },
          { op: 'remove', path: 'addresses[type eq "work"].country' },
        ],
        { addresses: null },
      ],
      [
        'keeps a value that loses something else',
        [{ op: 'remove', path: 'emails[type eq "home"].type' }],
        { emails: [{ ...work, primary: true }, { value: home.value }] },
      ],
      [
        'removes the values it names',
        [{ op: 'remove', path: 'emails', value: [{ value: 'HOME@x.example', display: 'no matter' }] }],
        { emails: [{ ...work, primary: true }] },
      ],
      [
        'removes a value it names with its type',
        [{ op: 'remove', path: 'emails', value: [{ value: home.value, type: 'work' }] }],
        {},
      ],
      [
        'removes what it names without a `value`',
        [{ op: 'remove', path: 'emails', value: [{ type: 'home' }] }],
        { emails: [{ ...work, primary: true }] },
      ],
      [
        'removes what it names by what describes it',
        [{ op: 'remove', path: 'emails', value: [{ primary: true }] }],
        { emails: [home] },
      ],
      ['removes nothing where it names nothing', [{ op: 'remove', path: 'emails', value: [] }], {}],
      ['removes a whole extension', [{ op: 'remove', path: enterprise }], { [enterprise]: null }],
      [
        'removes an extension with its last attribute',
        [
          { op: 'remove', path: `${enterprise}:department` },
          { op: 'remove', path: `${enterprise}:manager` },
        ],
        { [enterprise]: null },
      ],
      [
        'succeeds where there is nothing to remove',
        [
          'title',
          'phoneNumbers',
          'phoneNumbers[type eq "fax"]',
          'phoneNumbers[type eq "fax"].value',
          `${entity}:memberships`,
          entity,
        ].map((path) => ({ op: 'remove', path })),
        {},
      ],
    ]);
  });

  describe('replace (RFC 7644 §3.5.2.3)', () => {
    table([
      ['replaces a single value', [{ op: 'replace', path: 'userName', value: 'new' }], { userName: 'new' }],
      ['replaces all values', [{ op: 'replace', path: 'emails', value: [home] }], { emails: [home] }],
      ['empties a list', [{ op: 'replace', path: 'emails', value: [] }], { emails: null }],
      [
        'leaves sub-attributes that are not named',
        [{ op: 'replace', path: 'name', value: { familyName: 'Berg' } }],
        { name: { givenName: 'Mia', familyName: 'Berg' } },
      ],
      [
        'unassigns sub-attributes that are empty',
        [{ op: 'replace', path: 'name', value: { givenName: '', middleName: null } }],
        { name: { familyName: 'Lund' } },
      ],
      ['unassigns with an empty string', [{ op: 'replace', path: 'name', value: '' }], { name: null }],
      ['unassigns with null', [{ op: 'replace', value: { name: null } }], { name: null }],
      [
        'changes the values a filter chooses, but for what is not named',
        [{ op: 'replace', path: 'addresses[type eq "work"]', value: { locality: 'Bergen' } }],
        { addresses: [{ type: 'work', locality: 'Bergen', country: 'NO' }] },
      ],
      [
        'removes the values a filter chooses with an empty one',
        [{ op: 'replace', path: 'emails[type eq "work"]', value: '' }],
        { emails: [home] },
      ],
      [
        'removes a value whose `value` becomes empty',
        [{ op: 'replace', path: 'emails[type eq "work"].value', value: '' }],
        { emails: [home] },
      ],
      [
        'changes a sub-attribute of every value a filter chooses',
        [{ op: 'replace', path: 'emails[type pr].display', value: 'd' }],
        {
          emails: [
            { ...work, primary: true, display: 'd' },
            { ...home, display: 'd' },
          ],
        },
      ],
      [
        'merges a whole extension',
        [{ op: 'replace', path: enterprise, value: { costCenter: '7', manager: { value: 'x' } } }],
        { [enterprise]: { department: 'Ops', costCenter: '7', manager: { value: 'x' } } },
      ],
      [
        'replaces the lists of a whole extension',
        [
          { op: 'add', value: { [entity]: { memberships: [{ value: 'a' }] } } },
          { op: 'replace', value: { [entity]: { memberships: [{ value: 'b' }] } } },
        ],
        { [entity]: { memberships: [{ value: 'b' }] } },
      ],
      [
        'clears each attribute of an extension',
        [{ op: 'replace', value: { [enterprise]: { department: '', manager: { value: '' } } } }],
        { [enterprise]: null },
      ],
    ]);

    for (const value of [
      'boss2',
      { value: 'boss2' },
      [{ $ref: 'http://x.example/Users/boss2', value: 'boss2' }],
      { $ref: '../Users/boss2' },
    ]) {
      it(`takes a manager as ${JSON.stringify(value)}`, () => {
        for (const path of [`${enterprise}:manager`, 'manager']) {
          const next = patched(user, [{ op: 'Add', path, value }]);
          expect(next[enterprise]).to.deep.equal({ department: 'Ops', manager: { value: 'boss2' } });
        }
      });
    }

    for (const value of ['', null, { value: '' }, [{ value: '' }], { value: null }]) {
      it(`removes a manager by ${JSON.stringify(value)}`, () => {
        const next = patched(user, [{ op: 'Replace', path: `${enterprise}:manager`, value }]);
        expect(next[enterprise]).to.deep.equal({ department: 'Ops' });
      });
    }

    it('takes the reference of a manager for the manager', () => {
      const next = patched(user, [
        { op: 'replace', path: `${enterprise}:manager.$ref`, value: 'https://x.example/Users/boss2' },
      ]);
      expect(next[enterprise]).to.deep.equal({ department: 'Ops', manager: { value: 'boss2' } });
    });
  });
});
