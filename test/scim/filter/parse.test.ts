import { expect } from 'chai';
import { leniency } from '../../../src/scim/dialects.ts';
import type { DialectName, Quirk } from '../../../src/scim/dialects.ts';
import type { Filter } from '../../../src/scim/filter/ast.ts';
import { parseFilter, parseValueFilter } from '../../../src/scim/filter/parse.ts';
import type { ResourceType } from '../../../src/scim/schema/types.ts';
import { richUser } from '../../support/filters.ts';
import { refusal } from '../../support/refusal.ts';
import { testType } from '../../support/schemas.ts';

const user = richUser();
const group = testType('Group');
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const entity = 'urn:ietf:params:scim:schemas:extension:entity:2.0:User';
const rare = 'urn:example:params:scim:schemas:extension:rare:1.5:User';

/** A filter with each path as its keys. */
function shown(filter: Filter): unknown {
  switch (filter.op) {
    case 'and':
    case 'or':
      return { [filter.op]: filter.filters.map(shown) };
    case 'not':
      return { not: shown(filter.filter) };
    case 'has':
      return { has: filter.path.keys, where: shown(filter.where) };
    case 'pr':
      return { pr: filter.path.keys };
    default:
      return { [filter.op]: [...filter.path.keys, filter.value] };
  }
}

const parsed = (text: string, type: ResourceType = user, dialect: DialectName = 'strict'): unknown =>
  shown(parseFilter(type, text, leniency(dialect)));

const refused = (text: string, dialect: DialectName = 'strict', type: ResourceType = user) =>
  refusal(() => parsed(text, type, dialect));

describe('parsing a filter', () => {
  const instant = '2011-05-13T04:42:34.000Z';
  const emails = (...filters: unknown[]) => ({
    has: ['emails'],
    where: filters.length > 1 ? { and: filters } : filters[0],
  });

  // Figure 2 of RFC 7644 §3.4.2.2, whole, then §3.4.2.2's examples of letter case.
  const samples: [text: string, filter: unknown][] = [
    ['userName eq "bjensen"', { eq: ['userName', 'bjensen'] }],
    [`name.familyName co "O'Malley"`, { co: ['name', 'familyName', "O'Malley"] }],
    ['userName sw "J"', { sw: ['userName', 'J'] }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', { sw: ['userName', 'J'] }],
    ['title pr', { pr: ['title'] }],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', { gt: ['meta', 'lastModified', instant] }],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', { ge: ['meta', 'lastModified', instant] }],
    ['meta.lastModified lt "2011-05-13T04:42:34Z"', { lt: ['meta', 'lastModified', instant] }],
    ['meta.lastModified le "2011-05-13T04:42:34Z"', { le: ['meta', 'lastModified', instant] }],
    ['title pr and userType eq "Employee"', { and: [{ pr: ['title'] }, { eq: ['userType', 'Employee'] }] }],
    ['title pr or userType eq "Intern"', { or: [{ pr: ['title'] }, { eq: ['userType', 'Intern'] }] }],
    [`schemas eq "${enterprise}"`, { eq: ['schemas', enterprise] }],
    [
      'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
      {
        and: [
          { eq: ['userType', 'Employee'] },
          { or: [{ co: ['emails', 'value', 'example.com'] }, { co: ['emails', 'value', 'example.org'] }] },
        ],
      },
    ],
    [
      'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")',
      {
        and: [
          { ne: ['userType', 'Employee'] },
          { not: { or: [{ co: ['emails', 'value', 'example.com'] }, { co: ['emails', 'value', 'example.org'] }] } },
        ],
      },
    ],
    [
      'userType eq "Employee" and (emails.type eq "work")',
      { and: [{ eq: ['userType', 'Employee'] }, { eq: ['emails', 'type', 'work'] }] },
    ],
    [
      'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
      { and: [{ eq: ['userType', 'Employee'] }, emails({ eq: ['type', 'work'] }, { co: ['value', '@example.com'] })] },
    ],
    [
      'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
      {
        or: [
          emails({ eq: ['type', 'work'] }, { co: ['value', '@example.com'] }),
          { has: ['ims'], where: { and: [{ eq: ['type', 'xmpp'] }, { co: ['value', '@foo.com'] }] } },
        ],
      },
    ],
    ['userName Eq "john"', { eq: ['userName', 'john'] }],
    ['Username eq "john"', { eq: ['userName', 'john'] }],
  ];

  const clients: [text: string, filter: unknown, type?: ResourceType][] = [
    ['externalId eq "mia"', { eq: ['externalId', 'mia'] }],
    ['emails[type eq "work"].value eq "mia@x"', emails({ eq: ['type', 'work'] }, { eq: ['value', 'mia@x'] })],
    ['EMAILS[TYPE EQ "work"].VALUE EQ "mia@x"', emails({ eq: ['type', 'work'] }, { eq: ['value', 'mia@x'] })],
    [`${enterprise}:manager eq "b"`, { eq: [enterprise, 'manager', 'value', 'b'] }],
    ['displayName eq "Ops EU"', { eq: ['displayName', 'Ops EU'] }, group],
    ['id eq "a" and members eq "b"', { and: [{ eq: ['id', 'a'] }, { eq: ['members', 'value', 'b'] }] }, group],
    ['members[value eq "b"]', { has: ['members'], where: { eq: ['value', 'b'] } }, group],
    ['members.$ref eq "b"', { eq: ['members', '$ref', 'b'] }, group],
    ['id eq "a" or id eq "b"', { or: [{ eq: ['id', 'a'] }, { eq: ['id', 'b'] }] }],
    ['groups.value eq "g"', { eq: ['groups', 'value', 'g'] }],
    [`${enterprise.toUpperCase()}:DEPARTMENT eq "x"`, { eq: [enterprise, 'department', 'x'] }],
  ];

  const forms: [text: string, filter: unknown][] = [
    ['title eq null', { not: { pr: ['title'] } }],
    ['title ne null', { pr: ['title'] }],
    ['emails eq null', { not: { pr: ['emails'] } }],
    ['emails[type eq null]', emails({ not: { pr: ['type'] } })],
    ['name[familyName eq "x"]', { and: [{ pr: ['name'] }, { eq: ['name', 'familyName', 'x'] }] }],
    [
      `${enterprise}[department eq "x" and manager.value pr]`,
      {
        and: [
          { pr: [enterprise] },
          { and: [{ eq: [enterprise, 'department', 'x'] }, { pr: [enterprise, 'manager', 'value'] }] },
        ],
      },
    ],
    [
      `${entity}:memberships[value eq "x" and role eq "Clerk"]`,
      { has: [entity, 'memberships'], where: { and: [{ eq: ['value', 'x'] }, { eq: ['role', 'Clerk'] }] } },
    ],
    [
      `${entity}[memberships[value eq "x"]]`,
      { and: [{ pr: [entity] }, { has: [entity, 'memberships'], where: { eq: ['value', 'x'] } }] },
    ],
    [`${enterprise} pr`, { pr: [enterprise] }],
    ['active eq true', { eq: ['active', true] }],
    [`${rare}:badge ge -5`, { ge: [rare, 'badge', -5] }],
    [`${rare}:score lt 1.5e3`, { lt: [rare, 'score', 1500] }],
    ['meta.created eq "2011-05-13T06:42:34.5+02:00"', { eq: ['meta', 'created', '2011-05-13T04:42:34.500Z'] }],
    ['meta.created eq "2011-05-13T04:42:34.123999Z"', { eq: ['meta', 'created', '2011-05-13T04:42:34.123Z'] }],
    ['x509Certificates.value eq "AAAA"', { eq: ['x509Certificates', 'value', 'AAAA'] }],
    ['profileUrl sw "https://"', { sw: ['profileUrl', 'https://'] }],
    [String.raw`userName eq "DOMAIN\\"`, { eq: ['userName', 'DOMAIN\\'] }],
  ];

  for (const [text, filter, type] of [...samples, ...clients, ...forms]) {
    it(`understands ${text}`, () => {
      expect(parsed(text, type)).to.deep.equal(filter);
    });
  }

  const mistakes: [text: string, detail: string][] = [
    ['nope eq "x"', "'nope' is not an attribute"],
    ['name.nope eq "x"', "'name.nope' is not an attribute"],
    ['emails[nope eq "x"]', "'nope' is not an attribute"],
    ['emails[emails.value eq "x"]', "'emails.value' is not an attribute"],
    ['emails[type.value eq "x"]', "'type.value' is not an attribute"],
    ['emails[type eq "work"]. eq "x"', "'' is not an attribute"],
    ['emails[type eq "work"].nope eq "x"', "'nope' is not an attribute"],
    ['1abc eq "x"', "'1abc' is not an attribute"],
    ['name..x pr', "'name..x' is not an attribute"],
    ['name. pr', "'name.' is not an attribute"],
    ['1 eq 1', "'1' is not an attribute"],
    ['constructor pr', "'constructor' is not an attribute"],
    ['__proto__.x eq "x"', "'__proto__.x' is not an attribute"],
    ['emails[__proto__ pr]', "'__proto__' is not an attribute"],
    ['toString[x pr]', "'toString' is not an attribute"],
    ['urn:nobody:knows:it pr', "'urn:nobody:knows:it' is not an attribute"],
    ['userName[value eq "x"]', "'userName' has no sub-attributes to filter by"],
    ['name eq "x"', "'name' is complex: name one of its sub-attributes"],
    ['addresses co "x"', "'addresses' is complex: name one of its sub-attributes"],
    [`${enterprise} eq "x"`, 'is complex: name one of its sub-attributes'],
    ['active gt true', "The operator 'gt' does not apply to 'active', which is boolean"],
    ['active ge false', "The operator 'ge' does not apply to 'active', which is boolean"],
    ['emails.primary lt true', "The operator 'lt' does not apply to 'emails.primary', which is boolean"],
    [
      'x509Certificates.value le "AAAA"',
      "The operator 'le' does not apply to 'x509Certificates.value', which is binary",
    ],
    ['x509Certificates gt "AAAA"', "The operator 'gt' does not apply to 'x509Certificates', which is binary"],
    ['active co "t"', "The operator 'co' does not apply to 'active', which is boolean"],
    ['meta.created sw "2011"', "The operator 'sw' does not apply to 'meta.created', which is dateTime"],
    [`${rare}:badge ew 5`, "The operator 'ew' does not apply to"],
    ['title gt null', "The operator 'gt' does not compare 'title' with null"],
    ['title co null', "The operator 'co' does not compare 'title' with null"],
    ['meta.created gt "yesterday"', 'is not of type dateTime'],
    ['meta.created gt "2011-02-30T00:00:00Z"', 'is not of type dateTime'],
    ['meta.created gt 5', "'5' is not of type dateTime, as 'meta.created' is"],
    ['active eq 1', "'1' is not of type boolean, as 'active' is"],
    ['active eq "maybe"', 'is not of type boolean'],
    ['active eq "constructor"', 'is not of type boolean'],
    [`${rare}:badge eq "five"`, 'is not of type integer'],
  ];
  for (const [text, detail] of mistakes) {
    it(`refuses ${text} and says why, in either dialect`, () => {
      for (const dialect of ['strict', 'lenient'] as const) {
        const { status, scimType, message } = refused(text, dialect);
        expect({ status, scimType }).to.deep.equal({ status: 400, scimType: 'invalidFilter' });
        expect(message).to.include(detail);
      }
    });
  }

  it('never tells a password, however it is asked', () => {
    for (const text of ['password eq "x"', 'PASSWORD pr', 'not (password sw "a")', 'title pr or password eq null']) {
      expect(refused(text), text).to.include({ status: 403, scimType: 'sensitive' });
    }
  });

  it('repeats little of what was sent', () => {
    const { message } = refused(`${'x'.repeat(2_000)} eq "y"`);
    expect(message.length).to.be.below(100);
  });

  const quirks: [quirk: Quirk, text: string, filter: unknown][] = [
    ['unquotedValues', 'externalId eq jyoung', { eq: ['externalId', 'jyoung'] }],
    ['unquotedValues', 'externalId eq 00701984', { eq: ['externalId', '00701984'] }],
    ['unquotedValues', 'externalId eq 701984', { eq: ['externalId', '701984'] }],
    ['unquotedValues', 'userName eq mia@corp.example', { eq: ['userName', 'mia@corp.example'] }],
    ['unquotedValues', 'userName eq true', { eq: ['userName', 'true'] }],
    ['unquotedValues', 'meta.created gt 2011-05-13T04:42:34Z', { gt: ['meta', 'created', instant] }],
    ['valuePathComparisons', 'emails[type eq "work"] eq "x"', emails({ eq: ['type', 'work'] }, { eq: ['value', 'x'] })],
    ['stringScalars', 'active eq "False"', { eq: ['active', false] }],
    ['stringScalars', 'emails[primary eq "True"]', emails({ eq: ['primary', true] })],
    ['stringScalars', `${rare}:badge eq "-5"`, { eq: [rare, 'badge', -5] }],
    [
      'extensionPaths',
      'id eq "a" and manager eq "b"',
      { and: [{ eq: ['id', 'a'] }, { eq: [enterprise, 'manager', 'value', 'b'] }] },
    ],
    ['extensionPaths', 'department eq "x"', { eq: [enterprise, 'department', 'x'] }],
    ['pathForms', `${enterprise}.department eq "x"`, { eq: [enterprise, 'department', 'x'] }],
  ];
  for (const [quirk, text, filter] of quirks) {
    it(`repairs ${text}, counts it once, and refuses it in strict`, () => {
      const lenient = leniency('lenient');
      expect(shown(parseFilter(user, text, lenient))).to.deep.equal(filter);
      expect([...lenient.repaired]).to.deep.equal([[quirk, 1]]);
      expect(refused(text)).to.include({ status: 400, scimType: 'invalidFilter' });
    });
  }

  it('counts no repair of what needs none', () => {
    const lenient = leniency('lenient');
    for (const [text, , type] of [...samples, ...clients, ...forms]) parseFilter(type ?? user, text, lenient);
    expect(lenient.repaired.size).to.equal(0);
  });
});

describe('parsing the filter of a value path', () => {
  const emails = user.attributes.find(({ name }) => name === 'emails') ?? user.nameAttribute;
  const inside = (text: string) => parseValueFilter(emails, text, leniency('strict'));

  it('begins its paths at the element', () => {
    expect(shown(inside('type eq "work" and not (primary eq true)'))).to.deep.equal({
      and: [{ eq: ['type', 'work'] }, { not: { eq: ['primary', true] } }],
    });
  });

  it('keeps the attribute that each path names', () => {
    const filter = inside('VALUE sw "a"');
    expect('path' in filter && filter.path).to.deep.include({ keys: ['value'], parent: emails });
  });

  it('refuses what is no sub-attribute', () => {
    for (const text of ['userName eq "x"', 'emails.type eq "x"', 'constructor pr', 'type[value pr]']) {
      expect(
        refusal(() => inside(text)),
        text,
      ).to.include({ status: 400, scimType: 'invalidFilter' });
    }
  });
});
