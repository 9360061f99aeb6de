import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import type { DialectName } from '../../../src/scim/dialects.ts';
import { memberChanges, split, typesAsked } from '../../../src/scim/patch/delta.ts';
import { parsePatch } from '../../../src/scim/patch/parse.ts';
import type { Json, MemberChanges } from '../../../src/scim/types.ts';
import { patchOp, refusalOf } from '../../support/patched.ts';
import { testType } from '../../support/schemas.ts';

const type = testType('Group');

function changes(operations: readonly Json[], dialect: DialectName = 'lenient'): MemberChanges | undefined {
  const tally = leniency(dialect);
  const { members } = split(type, parsePatch(type, patchOp(...operations), tally));
  const ids = new Map([
    ['Group', ['g1', 'g2']],
    ['User', ['u1']],
  ]);
  const asked = typesAsked(members);
  return memberChanges(members, new Map([...ids].filter(([name]) => asked.has(name))), tally);
}

const refusal = (operation: Json, dialect: DialectName = 'lenient'): string =>
  refusalOf(() => changes([operation], dialect));

const values = (...ids: string[]): Json[] => ids.map((value) => ({ value }));

describe('The member changes of a PATCH', () => {
  const table: [does: string, operations: Json[], changes: Partial<MemberChanges>][] = [
    [
      'adds members',
      [
        {
          op: 'add',
          path: 'members',
          value: [
            { $ref: null, value: 'a' },
            { value: 'b', display: 'B', type: 'User' },
          ],
        },
      ],
      { add: ['a', 'b'] },
    ],
    ['adds members without path', [{ op: 'add', value: { members: values('a') } }], { add: ['a'] }],
    ['adds one member that is no list', [{ op: 'add', path: 'members', value: { value: 'a' } }], { add: ['a'] }],
    ['adds a bare id', [{ op: 'Add', path: 'members', value: ['a'] }], { add: ['a'] }],
    ['adds by reference', [{ op: 'add', path: 'members', value: [{ $ref: '../Users/a' }] }], { add: ['a'] }],
    [
      'adds each once',
      [
        { op: 'add', path: 'members', value: values('a', 'a') },
        { op: 'add', path: 'members', value: values('a') },
      ],
      { add: ['a'] },
    ],
    [
      'removes those it names',
      [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }] }],
      { remove: ['a'] },
    ],
    ['removes the one a filter names', [{ op: 'remove', path: 'members[value eq "a"]' }], { remove: ['a'] }],
    [
      'removes those a filter names',
      [{ op: 'remove', path: 'members[value eq "a" or value eq "b" or value eq "a"]' }],
      { remove: ['a', 'b'] },
    ],
    ['removes nobody where it names nobody', [{ op: 'remove', path: 'members', value: [] }], {}],
    ['removes all', [{ op: 'remove', path: 'members' }], { reset: true }],
    ['replaces all', [{ op: 'replace', path: 'members', value: values('a') }], { reset: true, add: ['a'] }],
    ['replaces all by nobody', [{ op: 'replace', path: 'members', value: [] }], { reset: true }],
    ['replaces all by nobody, without path', [{ op: 'replace', value: { members: [] } }], { reset: true }],
    ['adds nobody', [{ op: 'add', path: 'members', value: [] }], {}],
    [
      'lets the later operation win',
      [
        { op: 'add', path: 'members', value: values('a', 'b') },
        { op: 'remove', path: 'members[value eq "a"]' },
        { op: 'remove', path: 'members', value: values('c') },
        { op: 'add', path: 'members', value: values('c') },
      ],
      { add: ['b', 'c'], remove: ['a'] },
    ],
    [
      'forgets what came before a replace',
      [
        { op: 'add', path: 'members', value: values('a') },
        { op: 'remove', path: 'members', value: values('b') },
        { op: 'replace', path: 'members', value: values('c') },
        { op: 'remove', path: 'members', value: values('c', 'd') },
      ],
      { reset: true },
    ],
    ['removes members of a type', [{ op: 'remove', path: 'members[type eq "group"]' }], { remove: ['g1', 'g2'] }],
    [
      'removes a member if it is of a type',
      [
        { op: 'remove', path: 'members[value eq "g1" and type eq "Group"]' },
        { op: 'remove', path: 'members[value eq "g2" and type eq "User"]' },
      ],
      { remove: ['g1'] },
    ],
    ['knows no members of other types', [{ op: 'remove', path: 'members[type eq "Device"]' }], {}],
    ['adds who is described', [{ op: 'add', path: 'members[value eq "a"]', value: { display: 'A' } }], { add: ['a'] }],
    ['removes who becomes nobody', [{ op: 'replace', path: 'members[value eq "a"]', value: null }], { remove: ['a'] }],
  ];
  for (const [does, operations, expected] of table) {
    it(does, () => {
      expect(changes(operations)).to.deep.equal({ reset: false, add: [], remove: [], ...expected });
    });
  }

  it('are none where no operation is about members', () => {
    expect(changes([{ op: 'replace', value: { displayName: 'x' } }])).to.equal(undefined);
  });

  it('ignore what a client says of a member; strict refuses it', () => {
    for (const path of ['members[value eq "a"].display', 'members[value eq "a"].$ref', 'members.display']) {
      expect(changes([{ op: 'replace', path, value: 'x' }]), path).to.equal(undefined);
      expect(refusal({ op: 'replace', path, value: 'x' }, 'strict'), path).to.equal('400 mutability');
    }
  });

  it('never make one member another', () => {
    for (const path of ['members[value eq "a"].value', 'members[value eq "a"].type', 'members.value']) {
      expect(refusal({ op: 'replace', path, value: 'b' }), path).to.equal('400 mutability');
      expect(refusal({ op: 'remove', path }), path).to.equal('400 mutability');
    }
    expect(refusal({ op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } })).to.equal('400 mutability');
    expect(refusal({ op: 'add', path: 'members[value eq "a"]', value: { value: 'a' } }, 'strict')).to.equal(
      '400 mutability',
    );
    expect(refusal({ op: 'add', path: 'members[type eq "Device"]', value: { display: 'x' } })).to.equal(
      '400 mutability',
    );
  });

  it('refuse values that name nobody, and never take them for all', () => {
    for (const value of ['', 0, null, {}, [{}], [''], [{ display: 'x' }], [{ value: '' }], [null], [5]]) {
      expect(refusal({ op: 'remove', path: 'members', value }), JSON.stringify(value)).to.equal('400 invalidValue');
    }
    for (const value of [[{ display: 'x' }], [{}], 5, [5]]) {
      expect(refusal({ op: 'add', path: 'members', value }), JSON.stringify(value)).to.equal('400 invalidValue');
    }
  });

  it('refuse filters that cannot be answered without the members', () => {
    for (const filter of ['value ne "a"', 'value sw "a"', 'display eq "x"', 'not (value eq "a")', 'value pr']) {
      expect(refusal({ op: 'remove', path: `members[${filter}]` }), filter).to.equal('400 invalidFilter');
    }
  });

  it('name 10,000 members at most', () => {
    const ids = Array.from({ length: 5_000 }, (_, index) => String(index));
    const add = { op: 'add', path: 'members', value: values(...ids) };
    expect(changes([add, add])?.add).to.have.length(5_000);
    expect(refusalOf(() => changes([add, add, { op: 'remove', path: 'members[value eq "x"]' }]))).to.equal('413');
  });

  it('are told from the changes of attributes', () => {
    const message = patchOp({ op: 'replace', value: { id: 'x', displayName: 'Ops', members: values('a') } });
    const { attributes, members } = split(type, parsePatch(type, message, leniency('strict')));
    expect(attributes.map(({ target }) => target.path.keys)).to.deep.equal([['id'], ['displayName']]);
    expect(members).to.have.length(1);
  });
});
