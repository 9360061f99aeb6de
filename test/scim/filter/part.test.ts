import { expect } from 'chai';
import fc from 'fast-check';
import { leniency } from '../../../src/scim/dialects.ts';
import { matches } from '../../../src/scim/filter/matches.ts';
import { parseFilter, parseFilterOver } from '../../../src/scim/filter/parse.ts';
import type { JsonObject } from '../../../src/scim/types.ts';
import { refused } from '../../contracts/stores.ts';
import { testType } from '../../support/schemas.ts';

const [user, group] = [testType('User'), testType('Group')];
const department = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department';

/** A filter over both types; what it asks of users and what of groups: a filter of one type, or the same of all. */
const table: readonly [filter: string, users: string | boolean, groups: string | boolean][] = [
  ['displayName eq "Ops"', 'displayName eq "Ops"', 'displayName eq "Ops"'],
  ['userName eq "ann"', 'userName eq "ann"', false],
  ['userName ne "ann"', 'userName ne "ann"', true],
  ['not (userName pr)', 'not (userName pr)', true],
  ['userName eq null', 'userName eq null', true],
  ['emails[type eq "work"]', 'emails[type eq "work"]', false],
  [`${department} eq "R&D"`, `${department} eq "R&D"`, false],
  ['members pr', false, 'members pr'],
  ['userName eq "ann" or displayName eq "Ops"', 'userName eq "ann" or displayName eq "Ops"', 'displayName eq "Ops"'],
  ['userName eq "ann" and displayName eq "Ops"', 'userName eq "ann" and displayName eq "Ops"', false],
  ['userName ne "ann" and displayName pr', 'userName ne "ann" and displayName pr', 'displayName pr'],
  ['not (userName pr and displayName pr)', 'not (userName pr and displayName pr)', true],
  ['meta.resourceType eq "User"', true, false],
  ['meta.resourceType eq "User" and active eq true', 'active eq true', false],
  ['(meta.resourceType eq "User") or (meta.resourceType eq "Group")', true, true],
  ['meta.resourceType sw "Use" or displayName pr', true, 'displayName pr'],
  ['userName eq "ann" and members pr', false, false],
];

describe('A filter over several types', () => {
  for (const [text, users, groups] of table)
    it(`asks of each what it has: ${text}`, () => {
      const strict = leniency('strict');
      const expected = [
        typeof users === 'string' ? parseFilter(user, users, strict) : users,
        typeof groups === 'string' ? parseFilter(group, groups, strict) : groups,
      ];
      expect(parseFilterOver([user, group], text, strict)).to.deep.equal(expected);
    });

  it('is refused where no type has an attribute, or where its one type has not', () => {
    const parsed = async (types: readonly (typeof user)[], text: string) => {
      await Promise.resolve();
      return parseFilterOver(types, text, leniency('strict'));
    };
    return Promise.all([
      refused(parsed([user, group], 'colour eq "red"'), 400, 'invalidFilter'),
      refused(parsed([group], 'userName eq "ann"'), 400, 'invalidFilter'),
      refused(parsed([group, user], 'active eq "perhaps"'), 400, 'invalidFilter'),
      refused(parsed([group, user], 'password eq "x"'), 403, 'sensitive'),
    ]);
  });

  it('means of each resource what the whole of it means', () => {
    const terms = ['userName eq "a"', 'displayName pr', 'members pr', 'active ne true', 'meta.resourceType eq "User"'];
    const filters = fc.letrec<{ filter: string }>((tie) => ({
      filter: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom(...terms),
        fc.tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
        tie('filter').map((filter) => `not (${filter})`),
      ),
    })).filter;
    const resources = fc.constantFrom<[number, JsonObject]>(
      [0, { userName: 'a', active: true }],
      [0, { userName: 'b', displayName: 'B' }],
      [1, { displayName: 'Ops', members: [{ value: 'x' }] }],
      [1, {}],
    );
    fc.assert(
      fc.property(filters, resources, (text, [at, attributes]) => {
        const type = [user, group][at] ?? user;
        const resource = { ...attributes, meta: { resourceType: type.name } };
        const part = parseFilterOver([user, group], text, leniency('strict'))[at] ?? false;
        const means = typeof part === 'boolean' ? part : matches(part, resource);
        expect(means, text).to.equal(meaning(text, resource));
      }),
    );
  });
});

/** What the words of the filters above mean, computed by JavaScript itself. */
function meaning(text: string, { userName, displayName, members, active, meta }: JsonObject): boolean {
  const { resourceType } = meta as { resourceType: string };
  const script = text
    .replaceAll('userName eq "a"', String(userName === 'a'))
    .replaceAll('displayName pr', String(displayName !== undefined))
    .replaceAll('members pr', String(members !== undefined))
    .replaceAll('active ne true', String(active !== true))
    .replaceAll('meta.resourceType eq "User"', String(resourceType === 'User'));
  return truth(script);
}

/** Of `(true) and (not (false))`. */
function truth(text: string): boolean {
  const simpler = text
    .replace(/not \((true|false)\)/g, (_, value) => String(value === 'false'))
    .replace(/\((true|false)\) (and|or) \((true|false)\)/g, (_, a, op, b) =>
      String(op === 'and' ? a === 'true' && b === 'true' : a === 'true' || b === 'true'),
    );
  if (simpler === 'true' || simpler === 'false') return simpler === 'true';
  if (simpler === text) throw new Error(`no truth in ${text}`);
  return truth(simpler);
}
