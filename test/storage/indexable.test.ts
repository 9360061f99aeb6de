import { expect } from 'chai';
import { leniency } from '../../src/scim/dialects.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import type { MongoQuery } from '../../src/storage/filter.ts';
import { indexable } from '../../src/storage/indexable.ts';
import { richUser } from '../support/filters.ts';
import { testType } from '../support/schemas.ts';

const user = testType('User');
const group = testType('Group');
const rich = richUser();
const rare = 'urn:example:params:scim:schemas:extension:rare:1.5:User';
const own = (name: string, v: object) => ({ custom: { $elemMatch: { k: `${rare}:${name}`, v } } });

const parsed = (text: string, type: ResourceType) => parseFilter(type, text, leniency('strict'));

/** A search in which the ids of a term tell which term it was. */
const searched = (type: ResourceType) => ({
  type,
  connection: 'c1',
  idsOf: (term: object) => Object.values(term).map(String),
});

describe('what an index serves of a filter', () => {
  const split = (text: string, type: ResourceType = user) => indexable(parsed(text, type), searched(type));
  const at = (text: string) => new Date(text);

  const table: [text: string, indexed: MongoQuery | undefined, rest: MongoQuery | undefined, type?: ResourceType][] = [
    ['userName eq "x"', { key: { $eq: 'User:x' } }, undefined],
    ['userName sw "x"', { key: { $regex: '^User:x' } }, undefined],
    ['userName co "x"', undefined, { 'fold.userName': { $regex: 'x' } }],
    ['userName ne "x"', undefined, { 'fold.userName': { $ne: 'x' } }],
    ['title pr and userName eq "x"', { key: { $eq: 'User:x' } }, { 'fold.title': { $gt: '' } }],
    [
      'title pr and (active eq true and id eq "a")',
      { _id: { $eq: 'a' } },
      { $and: [{ 'fold.title': { $gt: '' } }, { 'fold.active': { $eq: true } }] },
    ],
    ['userName sw "x" and externalId eq "E"', { ext: { $eq: 'c1:E' } }, { key: { $regex: '^User:x' } }],
    ['externalId sw "E"', { ext: { $regex: '^c1:E' } }, undefined],
    ['id eq "a" or userName eq "x"', { $or: [{ _id: { $eq: 'a' } }, { key: { $eq: 'User:x' } }] }, undefined],
    ['id eq "a" or title pr', undefined, { $or: [{ _id: { $eq: 'a' } }, { 'fold.title': { $gt: '' } }] }],
    ['not (id eq "a")', undefined, { $nor: [{ _id: { $eq: 'a' } }] }],
    ['emails eq "x"', { 'fold.emails.value': { $eq: 'x' } }, undefined],
    [
      'emails[type eq "work"].value eq "x"',
      { 'fold.emails.value': { $eq: 'x' } },
      { 'fold.emails': { $elemMatch: { $and: [{ type: { $eq: 'work' } }, { value: { $eq: 'x' } }] } } },
    ],
    ['emails[type eq "work"]', undefined, { 'fold.emails': { $elemMatch: { type: { $eq: 'work' } } } }],
    [
      'emails[value eq "x"] or id eq "a"',
      undefined,
      { $or: [{ 'fold.emails': { $elemMatch: { value: { $eq: 'x' } } } }, { _id: { $eq: 'a' } }] },
    ],
    ['phoneNumbers eq "5"', undefined, { 'fold.phoneNumbers.value': { $eq: '5' } }],
    [
      'meta.lastModified ge "2011-01-01T00:00:00Z" and title pr and meta.lastModified lt "2012-01-01T00:00:00Z"',
      { $and: [{ modified: { $gte: at('2011-01-01') } }, { modified: { $lt: at('2012-01-01') } }] },
      { 'fold.title': { $gt: '' } },
    ],
    [
      'meta.lastModified ge "2011-01-01T00:00:00Z" and id eq "a"',
      { _id: { $eq: 'a' } },
      { modified: { $gte: at('2011-01-01') } },
    ],
    ['meta.created ge "2011-01-01T00:00:00Z"', undefined, { created: { $gte: at('2011-01-01') } }],
    ['members eq "u"', { _id: { $in: ['members', 'u'] } }, undefined, group],
    ['members[value eq "u"]', { _id: { $in: ['members', 'u'] } }, undefined, group],
    ['members ne "u"', undefined, { $nor: [{ _id: { $in: ['members', 'u'] } }] }, group],
    [`${rare}:code eq "X"`, own('code', { $eq: 'X' }), undefined, rich],
    [`${rare}:badge gt 1 and ${rare}:plates sw "X"`, own('plates', { $regex: '^x' }), own('badge', { $gt: 1 }), rich],
    [`${rare}:badge gt 1 and ${rare}:badge lt 5`, own('badge', { $gt: 1 }), own('badge', { $lt: 5 }), rich],
    [
      `${rare}:badge eq 1 or ${rare}:code eq "X"`,
      { $or: [own('badge', { $eq: 1 }), own('code', { $eq: 'X' })] },
      undefined,
      rich,
    ],
    [`${rare}:badge eq 1 or id eq "a"`, undefined, { $or: [own('badge', { $eq: 1 }), { _id: { $eq: 'a' } }] }, rich],
    [
      `${rare}:awards[shared eq true and points gt 3]`,
      own('awards.shared', { $eq: true }),
      {
        'fold.urn:example:params:scim:schemas:extension:rare:1\uFF0E5:User.awards': {
          $elemMatch: { $and: [{ shared: { $eq: true } }, { points: { $gt: 3 } }] },
        },
      },
      rich,
    ],
    ['id eq "g" and members eq "u"', { _id: { $eq: 'g' } }, { _id: { $in: ['members', 'u'] } }, group],
  ];
  for (const [text, indexed, rest, type] of table) {
    it(`is told for ${text}`, () => {
      expect(split(text, type)).to.deep.equal({ ...(indexed && { indexed }), ...(rest && { rest }) });
    });
  }
});
