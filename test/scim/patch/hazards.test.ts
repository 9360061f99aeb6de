import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import { memberChanges, split } from '../../../src/scim/patch/delta.ts';
import { parsePatch } from '../../../src/scim/patch/parse.ts';
import type { Json, JsonObject } from '../../../src/scim/types.ts';
import { patchOp, patched, refusal } from '../../support/patched.ts';
import { prototypes } from '../../support/prototypes.ts';
import { testType } from '../../support/schemas.ts';

const user: JsonObject = {
  userName: 'mia',
  name: { givenName: 'Mia' },
  emails: [{ value: 'm@x.example', type: 'work' }],
};

/** What has gone wrong in scim-patch 0.8.3 and must not here. */
describe('PATCH, where other servers failed', () => {
  const paths = [
    '__proto__.polluted',
    '__proto__',
    'constructor.prototype.polluted',
    'constructor.prototype',
    'name.__proto__.polluted',
    'name.__proto__',
    'emails[type eq "work"].__proto__.polluted',
    'emails[type eq "work"].__proto__',
    'toString.polluted',
    'hasOwnProperty',
    '__proto__:polluted',
    '__proto__.$where',
    'emails[__proto__ eq "x"].value',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:__proto__',
  ];
  for (const path of paths) {
    it(`${path} reaches no prototype, as a path or as a key`, () => {
      const before = prototypes();
      const key = JSON.parse(`{${JSON.stringify(path)}: {"polluted": true}, "title": "x"}`) as Json;
      for (const operation of [
        { op: 'add', path, value: 'x' },
        { op: 'replace', path, value: { polluted: true } },
        { op: 'remove', path },
        { op: 'add', value: key },
        { op: 'replace', path: 'name', value: key },
        { op: 'add', path: 'emails', value: [key] },
      ]) {
        refusal(user, [operation]);
        refusal(user, [operation], 'strict');
      }
      expect(prototypes()).to.deep.equal(before);
      expect(({} as JsonObject)['polluted']).to.equal(undefined);
    });
  }

  it('creates no key that no schema has', () => {
    const value = JSON.parse('{"__proto__": {"x": 1}, "colour": "x", "emails[type eq \\"home\\"].value": "h"}') as Json;
    const next = patched(user, [{ op: 'add', value }]);
    expect(Object.keys(next)).to.deep.equal(Object.keys(user));
    expect(Object.getPrototypeOf(next)).to.equal(Object.prototype);
  });

  it('compares filter values that hold colons, backslashes, quotes and brackets', () => {
    for (const value of [
      'a:b',
      'DOMAIN\\mia',
      'DOMAIN\\',
      'say "x"',
      'a].b[c',
      'a]',
      'urn:x:2.0:User:y',
      "Test'Group",
    ]) {
      const before = { userName: 'x', emails: [{ value, type: 'work' }, { value: 'other' }] };
      const next = patched(before, [{ op: 'remove', path: `emails[value eq ${JSON.stringify(value)}]` }]);
      expect(next['emails'], value).to.deep.equal([{ value: 'other' }]);
    }
  });

  it('never becomes anything but a resource', () => {
    for (const value of ['gone', 5, null, []])
      expect(refusal(user, [{ op: 'replace', value }])).to.equal('400 invalidValue');
  });

  it('does not read a group to change its members, however many it has', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => ({ value: String(index) }));
    const started = performance.now();
    const read = parsePatch(
      testType('Group'),
      patchOp({ op: 'remove', path: 'members', value: ids }),
      leniency('lenient'),
    );
    const changes = memberChanges(split(testType('Group'), read).members, new Map(), leniency('lenient'));
    expect(changes?.remove).to.have.length(10_000);
    expect(performance.now() - started).to.be.below(1_000);
  });
});
