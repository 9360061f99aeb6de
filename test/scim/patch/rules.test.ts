import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import { limits } from '../../../src/scim/limits.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { id, patched, refusal } from '../../support/patched.ts';

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

describe('Applying a PATCH, by the rules', () => {
  describe('targets that are not there', () => {
    const create: [path: string, value: Json, element: JsonObject][] = [
      ['phoneNumbers[type eq "mobile"].value', '1', { type: 'mobile', value: '1' }],
      ['phoneNumbers[type eq "mobile" and primary eq true].value', '1', { type: 'mobile', primary: true, value: '1' }],
      ['phoneNumbers[type eq "mobile"]', { value: '1' }, { type: 'mobile', value: '1' }],
      ['phoneNumbers.value', '1', { value: '1' }],
    ];
    for (const [path, value, element] of create) {
      for (const op of ['add', 'replace']) {
        it(`are made by ${op} of ${path}`, () => {
          const tally = leniency('lenient');
          expect(patched(user, [{ op, path, value }], tally)['phoneNumbers']).to.deep.equal([element]);
          expect(tally.repaired).to.deep.equal(new Map([['missingTargets', 1]]));
        });
      }
    }

    it('are noTarget where the dialect is strict', () => {
      for (const [path, value] of create)
        expect(refusal(user, [{ op: 'replace', path, value }], 'strict'), path).to.equal('400 noTarget');
    });

    it('are noTarget where the filter says more than what equals what', () => {
      for (const where of [
        'type ne "x" and type ne "y"',
        'type eq "x" or value eq "y"',
        'not (type pr)',
        'type sw "x"',
        'type eq null',
        'type eq "x" and type eq "y"',
        'type eq "x" and (value pr)',
      ]) {
        const operations = [{ op: 'add', path: `phoneNumbers[${where}].display`, value: 'x' }];
        expect(refusal({ userName: 'x' }, operations), where).to.equal('400 noTarget');
      }
    });

    it('are not made to be emptied: clearing every mapped attribute of a bare user changes nothing', () => {
      const bare = { userName: 'x' };
      const paths = [
        'title',
        'name.givenName',
        'emails[type eq "other"].value',
        'addresses[type eq "work"].locality',
        'phoneNumbers[type eq "fax"]',
        `${enterprise}:manager`,
        `${enterprise}:department`,
      ];
      const tally = leniency('lenient');
      const operations = paths.map((path) => ({ op: 'replace', path, value: '' }));
      expect(patched(bare, operations, tally)).to.equal(bare);
      expect([...tally.repaired.keys()]).to.have.members(['emptyStrings', 'missingTargets']);
    });
  });

  describe('primary values (RFC 7644 §3.5.2)', () => {
    it('takes it from the others, by whatever way one becomes primary', () => {
      const demoted = { ...work, primary: false };
      const promoted = { ...home, primary: true };
      for (const operation of [
        { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
        { op: 'replace', path: 'emails[type eq "home"]', value: { primary: 'True' } },
        { op: 'add', path: 'emails', value: [promoted] },
      ]) {
        expect(patched(user, [operation])['emails']).to.deep.equal([demoted, promoted]);
      }
      const created = patched(user, [
        { op: 'add', path: 'emails[type eq "other" and primary eq true].value', value: 'o' },
      ]);
      expect(created['emails']).to.deep.equal([demoted, home, { type: 'other', primary: true, value: 'o' }]);
    });

    it('takes it from the others for a value that is named again', () => {
      const value = [
        { value: 'n', primary: true },
        { value: 'n', display: 'N' },
      ];
      expect(patched(user, [{ op: 'add', path: 'emails', value }])['emails']).to.deep.equal([
        { ...work, primary: false },
        home,
        { value: 'n', primary: true, display: 'N' },
      ]);
    });

    it('leaves it where it is while others change', () => {
      const next = patched(user, [
        {
          op: 'add',
          path: 'emails',
          value: [
            { ...home, display: 'H' },
            { ...work, primary: true },
          ],
        },
      ]);
      expect(next['emails']).to.deep.equal([
        { ...work, primary: true },
        { ...home, display: 'H' },
      ]);
    });

    it('lets the last of several keep it, and counts that; strict refuses', () => {
      const operations = [{ op: 'replace', path: 'emails[value pr].primary', value: true }];
      const tally = leniency('lenient');
      expect(patched(user, operations, tally)['emails']).to.deep.equal([
        { ...work, primary: false },
        { ...home, primary: true },
      ]);
      expect(tally.repaired.get('severalPrimaries')).to.equal(1);
      expect(refusal(user, operations, 'strict')).to.equal('400 invalidValue');
    });
  });

  describe('what changes nothing', () => {
    const nothing: [string, Json[]][] = [
      ['adding a value that is there', [{ op: 'add', path: 'emails', value: [home] }]],
      [
        'adding a value that is there by its value alone',
        [{ op: 'add', path: 'emails', value: [{ value: work.value }] }],
      ],
      [
        'adding it in other letter case',
        [{ op: 'add', path: 'emails', value: [{ value: 'HOME@X.EXAMPLE', type: 'HOME' }] }],
      ],
      [
        'replacing by the same',
        [
          { op: 'replace', path: 'active', value: 'True' },
          { op: 'replace', value: { name: { givenName: 'Mia' } } },
        ],
      ],
      [
        'its own id',
        [
          { op: 'replace', value: { id } },
          { op: 'replace', path: 'id', value: id },
        ],
      ],
      [
        'changing back and forth',
        [
          { op: 'add', path: 'title', value: 'x' },
          { op: 'remove', path: 'title' },
        ],
      ],
      [
        'read-only attributes and schemas in a value',
        [{ op: 'replace', value: { id: null, meta: {}, groups: [{ value: 'x' }], schemas: [] } }],
      ],
      ['the path schemas', [{ op: 'add', path: 'schemas', value: [enterprise] }]],
      [
        'read-only sub-attributes in a value',
        [{ op: 'replace', path: `${enterprise}:manager`, value: { displayName: 'Boss' } }],
      ],
      ['an empty complex value', [{ op: 'replace', path: 'name', value: {} }]],
    ];
    for (const [what, operations] of nothing) {
      it(what, () => {
        expect(patched(user, operations)).to.equal(user);
      });
    }
  });

  describe('what is refused', () => {
    const refused: [string, string, Json[]][] = [
      ['another id', '400 mutability', [{ op: 'replace', value: { id: 'x' } }]],
      ['another id by path', '400 mutability', [{ op: 'replace', path: 'id', value: 'x' }]],
      ['removing the id', '400 mutability', [{ op: 'remove', path: 'id' }]],
      ['removing a required attribute', '400 mutability', [{ op: 'remove', path: 'userName' }]],
      ['emptying a required attribute', '400 invalidValue', [{ op: 'replace', path: 'userName', value: '' }]],
      ['a required attribute that says nothing', '400 invalidValue', [{ op: 'replace', path: 'userName', value: ' ' }]],
      [
        'all of it where one operation fails',
        '400 mutability',
        [
          { op: 'add', path: 'title', value: 'x' },
          { op: 'remove', path: 'userName' },
        ],
      ],
      [
        'more values than an attribute may have',
        '413',
        [
          {
            op: 'add',
            path: 'emails',
            value: Array.from({ length: limits.values }, (_, index) => ({ value: String(index) })),
          },
        ],
      ],
    ];
    for (const [what, as, operations] of refused) {
      it(`${what}: ${as}`, () => {
        expect(refusal(user, operations)).to.equal(as);
      });
    }

    it('more comparisons than one PATCH may make', () => {
      const emails = Array.from({ length: limits.values }, (_, index) => ({ value: String(index) }));
      const not = Array.from({ length: 20 }, (_, index) => `not (value eq "x${String(index)}")`).join(' and ');
      const filtered = (length: number): Json[] =>
        Array.from({ length }, () => ({ op: 'remove', path: `emails[value eq "x" and ${not}]` }));
      expect(refusal({ userName: 'x', emails }, filtered(47))).to.equal('accepted');
      expect(refusal({ userName: 'x', emails }, filtered(48))).to.equal('413');
      const added = (length: number): Json[] =>
        Array.from({ length }, () => ({ op: 'add', path: 'emails', value: emails }));
      expect(refusal({ userName: 'x', emails }, added(1))).to.equal('accepted');
      expect(refusal({ userName: 'x', emails }, added(2))).to.equal('413');
      const memberships = emails;
      const nested = Array.from({ length: 2 }, () => ({ op: 'add', path: entity, value: { memberships } }));
      expect(refusal({ userName: 'x', [entity]: { memberships } }, nested)).to.equal('413');
    });

    it('neither adds to more values than an attribute may have, nor refuses to change those', () => {
      const emails = Array.from({ length: limits.values + 5 }, (_, index) => ({ value: String(index) }));
      expect(refusal({ userName: 'x', emails }, [{ op: 'add', path: 'emails', value: [{ value: 'n' }] }])).to.equal(
        '413',
      );
      const display = { op: 'add', path: 'emails', value: [{ value: String(limits.values), display: 'x' }] };
      expect(refusal({ userName: 'x', emails }, [display])).to.equal('accepted');
    });

    it('takes as many values as an attribute may have', () => {
      const value = Array.from({ length: limits.values - 2 }, (_, index) => ({ value: String(index) }));
      expect(patched(user, [{ op: 'add', path: 'emails', value }])['emails']).to.have.length(limits.values);
    });
  });

  it('sees in each operation what those before it did', () => {
    const next = patched(user, [
      { op: 'add', path: 'phoneNumbers', value: [{ value: '1', type: 'work' }] },
      { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '2' },
      { op: 'add', path: 'phoneNumbers', value: [{ value: '1', type: 'home' }] },
      { op: 'remove', path: 'phoneNumbers[value eq "2"]' },
    ]);
    expect(next['phoneNumbers']).to.deep.equal([{ value: '1', type: 'home' }]);
  });

  it('hands a password on', () => {
    expect(patched(user, [{ op: 'replace', value: { password: 'secret99' } }])['password']).to.equal('secret99');
  });
});
