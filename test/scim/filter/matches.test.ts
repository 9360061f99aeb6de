import { expect } from 'chai';
import fc from 'fast-check';
import { leniency } from '../../../src/scim/dialects.ts';
import { compareText, matches } from '../../../src/scim/filter/matches.ts';
import { parseFilter, parseValueFilter } from '../../../src/scim/filter/parse.ts';
import type { JsonObject } from '../../../src/scim/types.ts';
import { richUser } from '../../support/filters.ts';

const type = richUser();
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const rare = 'urn:example:params:scim:schemas:extension:rare:1.5:User';

const bob: JsonObject = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise, rare],
  id: '2819c223',
  externalId: 'Bob-1',
  meta: {
    resourceType: 'User',
    created: '2011-05-13T04:42:34.000Z',
    lastModified: '2011-05-13T06:42:34.500+02:00',
    version: 'W/"3"',
  },
  userName: 'BJensen',
  name: { familyName: "O'Malley", givenName: 'Zoë' },
  title: 'DOMAIN\\',
  userType: 'Employee',
  profileUrl: 'https://x.example/Bob',
  active: true,
  emails: [
    { type: 'home', value: 'bob@home.example' },
    { type: 'Work', value: 'Bob@Example.com', primary: true },
  ],
  [enterprise]: { department: 'Ops', manager: { value: 'm1' } },
  [rare]: { badge: -5, score: 1.5, hired: '2020-02-29T00:00:00Z', code: 'Ab', plates: ['A-1', 'B-2'] },
};

const holds = (text: string, resource: JsonObject = bob): boolean =>
  matches(parseFilter(type, text, leniency('strict')), resource);

describe('a filter in memory', () => {
  const matching = [
    'userName eq "bjensen"',
    'userName EQ "BJENSEN"',
    `name.familyName co "o'malley"`,
    'name.givenName eq "ZOE\u0308"',
    'userName sw "bJ"',
    'userName ew "SEN"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J" or title pr',
    'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
    'userType ne "Intern" and not (emails co "example.net")',
    'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]',
    'emails[type eq "work"].value eq "bob@example.com"',
    'emails[not (type eq "work")]',
    'emails[type ne "work"]',
    'emails.type eq "home"',
    'emails.primary eq false',
    'emails[type eq "home" and primary eq false]',
    'emails[primary eq null]',
    'emails.primary eq true',
    `schemas eq "${enterprise}"`,
    `schemas eq "${enterprise.toUpperCase()}"`,
    'externalId eq "Bob-1"',
    'profileUrl co "/Bob"',
    'id eq "2819c223"',
    'meta.version eq "W/\\"3\\""',
    'meta.created eq "2011-05-13T06:42:34+02:00"',
    'meta.lastModified gt "2011-05-13T04:42:34.499Z"',
    'meta.lastModified le "2011-05-13T04:42:34.500999Z"',
    String.raw`title eq "domain\\"`,
    'title co ""',
    'active eq true',
    'active ne false',
    'nickName eq null',
    'nickName ne "x"',
    'name.middleName ne "x"',
    'not (nickName pr)',
    'emails pr',
    'name pr',
    `${enterprise} pr`,
    `${enterprise}:manager eq "M1"`,
    `${enterprise}[department eq "ops"]`,
    `${rare}:badge lt -4`,
    `${rare}:badge eq -5.0`,
    `${rare}:score gt 1`,
    `${rare}:badge lt 1e999`,
    `${rare}:hired ge "2020-02-29T00:00:00"`,
    `${rare}:plates eq "b-2"`,
    `${rare}:code sw "A"`,
    'userName gt "BJ"',
    'userName ge "bjensen"',
    'userName lt "bk"',
  ];
  for (const text of matching) {
    it(`holds where ${text}`, () => {
      expect(holds(text)).to.equal(true);
    });
  }

  const missing = [
    'userName eq "bjense"',
    'userName co "x"',
    'emails[type eq "home" and value co "@example.com"]',
    'emails[type eq "home"].value co "@example.com"',
    'emails[not (type pr)]',
    'emails.type ne "work"',
    'emails.primary ne false',
    'emails[type eq "work" and primary eq false]',
    'emails[type eq "home" and primary ne false]',
    'phoneNumbers.primary eq false',
    'externalId eq "bob-1"',
    'profileUrl co "/bob"',
    `${rare}:code eq "ab"`,
    'schemas eq "urn:nobody"',
    'meta.created lt "2011-05-13T04:42:34Z"',
    'meta.created gt "2011-05-13T04:42:34Z"',
    'active eq false',
    'nickName pr',
    'nickName eq ""',
    'nickName co ""',
    'nickName gt ""',
    'phoneNumbers[type pr]',
    'name[middleName pr]',
    `${rare}:plates ne "a-1"`,
    `${rare}:badge gt -5`,
    'userName gt "bjensen"',
  ];
  for (const text of missing) {
    it(`does not hold where ${text}`, () => {
      expect(holds(text)).to.equal(false);
    });
  }

  it('takes null, "", [] and {} for nothing', () => {
    const empty = { nickName: null, title: '', emails: [], ims: [{}], phoneNumbers: [{ value: '' }], name: {} };
    for (const name of ['nickName', 'title', 'emails', 'ims', 'phoneNumbers.value', 'name', 'name.familyName']) {
      expect(holds(`${name} pr`, empty), name).to.equal(false);
      expect(holds(`${name} eq null`, empty), name).to.equal(true);
    }
  });

  it('finds nothing that a resource only inherits', () => {
    expect(
      matches(parseFilter(type, 'title pr', leniency('strict')), Object.create({ title: 'x' }) as JsonObject),
    ).to.equal(false);
  });

  it('holds for an element, where its paths are relative', () => {
    const emails = type.attributes.find(({ name }) => name === 'emails') ?? type.nameAttribute;
    const filter = parseValueFilter(emails, 'type eq "WORK" and not (primary eq true)', leniency('strict'));
    expect(matches(filter, { type: 'work', value: 'a' })).to.equal(true);
    expect(matches(filter, { type: 'work', primary: true })).to.equal(false);
    expect(matches(filter, { type: 'home' })).to.equal(false);
  });

  it('says of a not what its filter does not', () => {
    for (const text of [...matching, ...missing]) expect(holds(`not (${text})`), text).to.equal(!holds(text));
  });
});

describe('the order of strings', () => {
  it('is that of their UTF-8', () => {
    const units = fc.constantFrom(
      '',
      'a',
      'b',
      'é',
      '\u00ff',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '\u{10ffff}',
      '🎉',
    );
    const texts = fc.array(units, { maxLength: 4 }).map((each) => each.join(''));
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareText(a, b))).to.equal(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});
