import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import { resolvePath } from '../../../src/scim/schema/path.ts';
import type { Attribute } from '../../../src/scim/schema/types.ts';
import { assignments, coerce, requireComplete } from '../../../src/scim/schema/validate.ts';
import type { Json } from '../../../src/scim/types.ts';
import { enterprise, entity, refusal } from '../../support/reading.ts';
import { testType } from '../../support/schemas.ts';

const user = testType('User');
const group = testType('Group');

describe('a value for PATCH', () => {
  const attribute = (text: string): Attribute => {
    const path = resolvePath(user, text);
    if (!path) throw new Error(`No ${text}`);
    return path.attribute;
  };
  const custom = (type: Attribute['type']): Attribute => ({ ...attribute('title'), name: 'custom', type });

  const table: [what: string, attribute: Attribute, value: Json, coerced: Json | undefined][] = [
    ['a boolean as a string', attribute('active'), 'False', false],
    ['null', attribute('title'), null, undefined],
    ['an empty array', attribute('emails'), [], undefined],
    ['a sub-attribute', attribute('emails.primary'), 'true', true],
    [
      'a whole extension',
      attribute(enterprise),
      { Department: 'Ops', manager: 'm' },
      { department: 'Ops', manager: { value: 'm' } },
    ],
    ['a manager', attribute(`${enterprise}:manager`), [{ value: 'm', $ref: 'x' }], { value: 'm' }],
    ['an integer', custom('integer'), 7, 7],
    ['an integer as a string', custom('integer'), ' 42 ', 42],
    ['a decimal', custom('decimal'), 1.5, 1.5],
    ['a decimal as a string', custom('decimal'), '-1.5e3', -1500],
    ['a dateTime', custom('dateTime'), '2024-01-01T00:00:00.1234567Z', '2024-01-01T00:00:00.1234567Z'],
  ];
  for (const [what, target, value, coerced] of table) {
    it(`is read: ${what}`, () => {
      expect(coerce(target, value, leniency('lenient'))).to.deep.equal(coerced);
    });
  }

  const wrong: [what: string, attribute: Attribute, value: Json][] = [
    ['a fraction for an integer', custom('integer'), 1.5],
    ['an integer that JSON numbers cannot hold', custom('integer'), 2 ** 53],
    ['an integer as such a string', custom('integer'), '9007199254740993'],
    ['a word for a decimal', custom('decimal'), 'many'],
    ['too much for a decimal', custom('decimal'), '1e999'],
    ['a day that does not exist', custom('dateTime'), '2024-02-30T00:00:00Z'],
    ['a number for a dateTime', custom('dateTime'), 1704067200],
    ['no value of a manager', attribute(`${enterprise}:manager`), 7],
  ];
  for (const [what, target, value] of wrong) {
    it(`is refused: ${what}`, () => {
      expect(refusal(() => coerce(target, value, leniency('lenient'), 'here'))).to.match(
        /^400 invalidValue: 'here' must be/,
      );
    });
  }

  it('is refused by strict as a string where a number is due', () => {
    expect(refusal(() => coerce(custom('integer'), '42', leniency('strict')))).to.equal(
      "400 invalidValue: 'custom' must be an integer",
    );
  });

  it('says apart what it unassigns and what it does not name', () => {
    const given = assignments(
      attribute('name'),
      { GivenName: 'Ann', middleName: null, familyName: '' },
      leniency('lenient'),
    );
    expect([...given].map(([{ name }, value]) => [name, value])).to.deep.equal([
      ['familyName', undefined],
      ['givenName', 'Ann'],
      ['middleName', undefined],
    ]);
  });

  it('must leave a resource complete', () => {
    expect(
      refusal(() => {
        requireComplete(user, { title: 'Dr' });
      }),
    ).to.equal("400 invalidValue: 'userName' is required");
    expect(
      refusal(() => {
        requireComplete(group, { displayName: ' ' });
      }),
    ).to.equal("400 invalidValue: 'displayName' is required");
    expect(
      refusal(() => {
        requireComplete(user, { userName: 'ann', [entity]: { memberships: [{ role: 'Clerk' }] } });
      }),
    ).to.equal(`400 invalidValue: '${entity}:memberships.value' is required`);
    expect(
      refusal(() => {
        requireComplete(user, { userName: 'ann' });
      }),
    ).to.equal('accepted');
  });
});
