import { expect } from 'chai';
import { leniency } from '../../src/scim/dialects.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import { toMongo } from '../../src/storage/filter.ts';
import type { MongoQuery } from '../../src/storage/filter.ts';
import { richUser } from '../support/filters.ts';
import { refusal } from '../support/refusal.ts';
import { testType } from '../support/schemas.ts';

const user = richUser();
const group = testType('Group');
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const department = 'fold.urn:ietf:params:scim:schemas:extension:enterprise:2\uFF0E0:User.department';
const rare = 'urn:example:params:scim:schemas:extension:rare:1.5:User';
const badge = 'fold.urn:example:params:scim:schemas:extension:rare:1\uFF0E5:User.badge';
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

const parsed = (text: string, type: ResourceType) => parseFilter(type, text, leniency('strict'));

/** A search in which the ids of a term tell which term it was. */
const searched = (type: ResourceType) => ({
  type,
  connection: 'c1',
  idsOf: (term: object) => Object.values(term).map(String),
});

const compiled = (text: string, type: ResourceType = user): MongoQuery => toMongo(parsed(text, type), searched(type));

const end = '(?![\\s\\S])';

describe('a filter as a MongoDB query', () => {
  const table: [text: string, query: MongoQuery][] = [
    ['userName eq "BJensen"', { key: { $eq: 'User:bjensen' } }],
    ['userName sw "B.J"', { key: { $regex: '^User:b\\.j' } }],
    ['userName co "J"', { 'fold.userName': { $regex: 'j' } }],
    ['userName ew "SEN"', { 'fold.userName': { $regex: `sen${end}` } }],
    ['userName ne "BJensen"', { 'fold.userName': { $ne: 'bjensen' } }],
    ['userName gt "B"', { 'fold.userName': { $gt: 'b' } }],
    ['userName pr', { 'fold.userName': { $gt: '' } }],
    ['id eq "a"', { _id: { $eq: 'a' } }],
    ['id sw "A"', { _id: { $regex: '^A' } }],
    ['meta.resourceType eq "User"', { type: { $eq: 'User' } }],
    ['meta.created lt "2011-05-13T06:42:34+02:00"', { created: { $lt: new Date('2011-05-13T04:42:34Z') } }],
    ['meta.lastModified ge "2011-05-13T04:42:34Z"', { modified: { $gte: new Date('2011-05-13T04:42:34Z') } }],
    ['meta.created pr', { created: { $gte: new Date(-8.64e15) } }],
    ['meta.version eq "W/\\"3\\""', { version: { $eq: 3 } }],
    ['meta.version ne "W/\\"3\\""', { version: { $ne: 3 } }],
    ['meta.version eq "3"', { version: { $eq: null } }],
    ['meta.version pr', {}],
    ['meta pr', {}],
    ['externalId eq "E(1)"', { ext: { $eq: 'c1:E(1)' } }],
    ['externalId ne "E1"', { ext: { $ne: 'c1:E1' } }],
    ['externalId sw "E("', { ext: { $regex: '^c1:E\\(' } }],
    ['externalId co "E"', { ext: { $regex: '^c1:[\\s\\S]*E' } }],
    ['externalId ew "E"', { ext: { $regex: `^c1:[\\s\\S]*E${end}` } }],
    ['externalId gt "E"', { ext: { $elemMatch: { $gt: 'c1:E', $lt: 'c1;' } } }],
    ['externalId le "E"', { ext: { $elemMatch: { $gte: 'c1:', $lte: 'c1:E' } } }],
    ['externalId pr', { ext: { $elemMatch: { $gt: 'c1:', $lt: 'c1;' } } }],
    [`schemas eq "${core}"`, {}],
    [
      `schemas eq "${enterprise.toUpperCase()}"`,
      { $or: [{ [department.replace('.department', '')]: { $exists: true } }] },
    ],
    ['schemas eq "urn:nobody"', { _id: { $in: [] } }],
    [`schemas ne "${core}"`, { $nor: [{}] }],
    ['schemas pr', {}],
    ['active eq true', { 'fold.active': { $eq: true } }],
    ['active pr', { 'fold.active': { $in: [true, false] } }],
    ['title eq null', { $nor: [{ 'fold.title': { $gt: '' } }] }],
    [`${enterprise}:department eq "OPS"`, { [department]: { $eq: 'ops' } }],
    // What a tenant made itself has one index, for all that is in order.
    [`${rare}:badge gt -5`, { custom: { $elemMatch: { k: `${rare}:badge`, v: { $gt: -5 } } } }],
    [`${rare}:awards.value sw "A"`, { custom: { $elemMatch: { k: `${rare}:awards.value`, v: { $regex: '^a' } } } }],
    [`${rare}:badge ne -5`, { [badge]: { $ne: -5 } }],
    ['profileUrl eq "https://X"', { 'fold.profileUrl': { $eq: 'https://X' } }],
    ['emails pr', { 'fold.emails': { $gte: {} } }],
    ['emails co "@X"', { 'fold.emails.value': { $regex: '@x' } }],
    [
      'emails[type eq "Work" and value co "@x"]',
      { 'fold.emails': { $elemMatch: { $and: [{ type: { $eq: 'work' } }, { value: { $regex: '@x' } }] } } },
    ],
    [
      'emails[type eq "work"].value eq "A"',
      { 'fold.emails': { $elemMatch: { $and: [{ type: { $eq: 'work' } }, { value: { $eq: 'a' } }] } } },
    ],
    ['emails[not (type eq "work")]', { 'fold.emails': { $elemMatch: { $nor: [{ type: { $eq: 'work' } }] } } }],
    [
      'title pr and not (active eq true or userName eq "x")',
      {
        $and: [
          { 'fold.title': { $gt: '' } },
          { $nor: [{ $or: [{ 'fold.active': { $eq: true } }, { key: { $eq: 'User:x' } }] }] },
        ],
      },
    ],
    [
      'title co "\\\\^$.*+?()[]{}|/#-"',
      { 'fold.title': { $regex: '\\\\\\^\\$\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/\\#\\-' } },
    ],
    ['title co "\\u0000"', { 'fold.title': { $regex: '\\x00' } }],
    ['title eq "$ne"', { 'fold.title': { $eq: '$ne' } }],
  ];
  for (const [text, query] of table) {
    it(`of ${text}`, () => {
      expect(compiled(text)).to.deep.equal(query);
    });
  }

  it('names the key of a group by its displayName', () => {
    expect(compiled('displayName eq "Ops EU"', group)).to.deep.equal({ key: { $eq: 'Group:ops eu' } });
    expect(compiled('displayName eq "Ops EU"')).to.deep.equal({ 'fold.displayName': { $eq: 'ops eu' } });
  });

  const unsearchable = [
    'meta.location eq "https://x/scim/v2/Users/a"',
    'meta.version gt "W/\\"3\\""',
    'x509Certificates.value eq "AAAA"',
    'x509Certificates[value eq "AAAA"]',
    `${enterprise}:manager.$ref eq "../Users/a"`,
  ];
  for (const text of unsearchable) {
    it(`is refused for ${text}`, () => {
      expect(refusal(() => compiled(text))).to.include({ status: 400, scimType: 'invalidFilter' });
    });
  }
});
