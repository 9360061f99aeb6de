import { expect } from 'chai';
import { leniency } from '../../src/scim/dialects.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { ResourceType } from '../../src/scim/schema/types.ts';
import { edgeTerms } from '../../src/storage/edgeTerms.ts';
import { toMongo } from '../../src/storage/filter.ts';
import type { MongoQuery } from '../../src/storage/filter.ts';
import { refusal } from '../support/refusal.ts';
import { testType } from '../support/schemas.ts';

const user = testType('User');
const group = testType('Group');

const parsed = (text: string, type: ResourceType) => parseFilter(type, text, leniency('strict'));

/** A search in which the ids of a term tell which term it was. */
const searched = (type: ResourceType) => ({
  type,
  connection: 'c1',
  idsOf: (term: object) => Object.values(term).map(String),
});

const compiled = (text: string, type: ResourceType): MongoQuery => toMongo(parsed(text, type), searched(type));

describe('terms of members and groups', () => {
  const table: [text: string, type: ResourceType, terms: object[], query: MongoQuery][] = [
    ['members.value eq "U1"', group, [{ attribute: 'members', value: 'u1' }], { _id: { $in: ['members', 'u1'] } }],
    ['members eq "u1"', group, [{ attribute: 'members', value: 'u1' }], { _id: { $in: ['members', 'u1'] } }],
    [
      'members ne "u1"',
      group,
      [{ attribute: 'members', value: 'u1' }],
      { $nor: [{ _id: { $in: ['members', 'u1'] } }] },
    ],
    ['groups.value eq "g1"', user, [{ attribute: 'groups', value: 'g1' }], { _id: { $in: ['groups', 'g1'] } }],
    ['members[value eq "u1"]', group, [{ attribute: 'members', value: 'u1' }], { _id: { $in: ['members', 'u1'] } }],
    [
      'members[value eq "u1" or value eq "u2"]',
      group,
      [
        { attribute: 'members', value: 'u1' },
        { attribute: 'members', value: 'u2' },
      ],
      { _id: { $in: ['members', 'u1', 'u2'] } },
    ],
    [
      'members[type eq "user" and (value eq "u1" or value eq "u2")]',
      group,
      [
        { attribute: 'members', value: 'u1', type: 'User' },
        { attribute: 'members', value: 'u2', type: 'User' },
      ],
      { _id: { $in: ['members', 'u1', 'User', 'u2'] } },
    ],
    [
      'members[type eq "Group"].value eq "g1"',
      group,
      [{ attribute: 'members', value: 'g1', type: 'Group' }],
      { _id: { $in: ['members', 'g1', 'Group'] } },
    ],
    [
      'members.$ref eq "https://x/scim/v2/Users/u1"',
      group,
      [{ attribute: 'members', value: 'u1', type: 'User' }],
      { _id: { $in: ['members', 'u1', 'User'] } },
    ],
    ['groups.$ref eq "../Groups/g1"', user, [{ attribute: 'groups', value: 'g1' }], { _id: { $in: ['groups', 'g1'] } }],
    ['groups.$ref eq "../Users/g1"', user, [], { _id: { $in: [] } }],
    ['members.$ref eq "u1"', group, [], { _id: { $in: [] } }],
    ['members[type eq "Group" and $ref eq "../Users/u1"]', group, [], { _id: { $in: [] } }],
    [
      'id eq "g" and not (members eq "u1")',
      group,
      [{ attribute: 'members', value: 'u1' }],
      { $and: [{ _id: { $eq: 'g' } }, { $nor: [{ _id: { $in: ['members', 'u1'] } }] }] },
    ],
    ['title pr', user, [], { 'fold.title': { $gt: '' } }],
  ];
  for (const [text, type, terms, query] of table) {
    it(`are found in ${text}`, () => {
      expect(edgeTerms(parsed(text, type))).to.deep.equal(terms);
      expect(compiled(text, type)).to.deep.equal(query);
    });
  }

  const refused: [text: string, type: ResourceType][] = [
    ['members pr', group],
    ['members eq null', group],
    ['members co "u"', group],
    ['members.value sw "u"', group],
    ['members.display eq "Ann"', group],
    ['members.type eq "User"', group],
    ['members[type eq "User"]', group],
    ['members[type eq "User" and type eq "Group" and value eq "u1"]', group],
    ['members[value eq "u1" and value eq "u2"]', group],
    ['members[value eq "u1" and display eq "Ann"]', group],
    ['members[not (value eq "u1")]', group],
    ['members[value ne "u1"]', group],
    ['members[value pr]', group],
    ['groups[value eq "g1" and type eq "direct"]', user],
    ['groups.display co "Ops"', user],
    ['title pr or groups pr', user],
  ];
  for (const [text, type] of refused) {
    it(`are refused in ${text}`, () => {
      for (const work of [() => edgeTerms(parsed(text, type)), () => compiled(text, type)]) {
        expect(refusal(work)).to.include({ status: 400, scimType: 'invalidFilter' });
      }
    });
  }
});
