import { expect } from 'chai';
import mongoose from 'mongoose';
import { leniency } from '../../src/scim/dialects.ts';
import { matches } from '../../src/scim/filter/matches.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { toMongo } from '../../src/storage/filter.ts';
import type { MongoQuery } from '../../src/storage/filter.ts';
import { indexable } from '../../src/storage/indexable.ts';
import { chance, syntax, write } from '../support/filters.ts';
import { freshDatabase } from '../support/mongod.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { likely, searchableUser, searched } from '../support/searchableUsers.ts';
import type { SearchableUser } from '../support/searchableUsers.ts';

const rare = 'urn:example:params:scim:schemas:extension:rare:1.5:User';

const parsed = (text: string) => parseFilter(searched.type, text, leniency('strict'));

/** Of what MongoDB says about how it answered: whether it used indexes alone, and at what price. */
interface Explanation {
  readonly queryPlanner: { readonly winningPlan: object };
  readonly executionStats: { readonly nReturned: number; readonly totalDocsExamined: number };
}

describe('filters in MongoDB', function () {
  this.timeout(60_000);
  const luck = chance(20_110_513);
  const users = Array.from({ length: 60 }, (_, number) => searchableUser(luck, number));
  let database: TestDatabase;
  let client: mongoose.mongo.MongoClient;
  let collection: mongoose.mongo.Collection<SearchableUser['document']>;

  before(async () => {
    database = await freshDatabase();
    client = await new mongoose.mongo.MongoClient(database.uri).connect();
    collection = client.db(database.name).collection('users');
    await collection.insertMany(users.map(({ document }) => ({ ...document })));
    const indexes = ['key', 'ext', 'type _id', 'fold.emails.value', 'type modified', 'custom.k custom.v'];
    const keys = indexes.map((fields) => ['tenant', ...fields.split(' ')].map((field): [string, 1] => [field, 1]));
    await client.db(database.name).command({
      createIndexes: 'users',
      indexes: keys.map((key) => ({ key: Object.fromEntries(key), name: key.join(' ') })),
    });
  });

  after(async () => {
    await client.close();
    await database.drop();
  });

  const found = async (query: MongoQuery): Promise<readonly string[]> =>
    (await collection.find({ tenant: 't', ...query }, { projection: { _id: 1 } }).toArray())
      .map(({ _id }) => _id)
      .sort();

  const inMemory = (text: string): readonly string[] => {
    const filter = parsed(text);
    return users
      .filter(({ resource }) => matches(filter, resource))
      .map(({ document }) => document._id)
      .sort();
  };

  it('find what they match in memory', async () => {
    let telling = 0;
    const texts = Array.from({ length: 600 }, () => write(luck, syntax(luck, likely)));
    for (const text of texts) {
      const expected = inMemory(text);
      const { indexed, rest } = indexable(parsed(text), searched);
      expect(await found(toMongo(parsed(text), searched)), text).to.deep.equal(expected);
      expect(await found({ $and: [indexed ?? {}, rest ?? {}] }), text).to.deep.equal(expected);
      if (expected.length > 0 && expected.length < users.length) telling += 1;
    }
    expect(telling / texts.length).to.be.above(0.2);
  });

  it('find every likely value by every text operator, whatever is special in it', async () => {
    const names = [...new Set(users.map(({ resource }) => resource['userName']))];
    const parts = ['\0', '\n', '\\', '"', '$', '.*', '^a', '(', '🎉', '\ue000', 'ß', ''];
    for (const text of [...names, ...parts].map((each) => JSON.stringify(each))) {
      for (const op of ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']) {
        for (const name of ['userName', 'displayName', 'emails.value', 'externalId', 'profileUrl']) {
          const filter = `${name} ${op} ${text}`;
          expect(await found(toMongo(parsed(filter), searched)), filter).to.deep.equal(inMemory(filter));
        }
      }
    }
  });

  it('are taken at every limit', async () => {
    const many = Array.from({ length: 100 }, (_, at) => `title ne "${String(at)}"`).join(' and ');
    const nested = Array.from({ length: 19 }).reduce<string>(
      (text) => `not (${text} and active pr)`,
      'emails[type pr]',
    );
    const long = `title co "${'('.repeat(4_084)}"`;
    const wide = `externalId ew "${'\\u0000'.repeat(680)}"`;
    for (const text of [many, nested, long, wide]) {
      expect(await found(toMongo(parsed(text), searched)), text.slice(0, 40)).to.deep.equal(inMemory(text));
    }
  });

  const served = [
    'userName eq "bjensen"',
    'userName sw "b"',
    'userName sw ".*"',
    'userName eq "bjensen" and title pr',
    'externalId eq "E1"',
    'externalId sw "E"',
    'id eq "id-1"',
    'id eq "id-1" or userName eq "bjensen"',
    'emails.value eq "ann"',
    'emails sw "ann"',
    'emails[type eq "work"].value eq "ann"',
    'meta.lastModified ge "2011-05-13T04:42:34Z"',
    `${rare}:code eq "Ann"`,
    `${rare}:plates sw "b"`,
    `${rare}:badge gt 5`,
    `${rare}:hired lt "2011-05-13T04:42:34Z"`,
    `${rare}:awards[shared eq true and points eq 7]`,
    'meta.lastModified ge "2011-05-13T04:42:34Z" and meta.lastModified lt "2020-01-01T00:00:00Z"',
  ];
  for (const text of served) {
    it(`examine no more than an index finds for ${text}`, async () => {
      const { indexed } = indexable(parsed(text), searched);
      const cursor = collection.find({ tenant: 't', type: 'User', ...indexed }).limit(users.length + 1);
      const { queryPlanner, executionStats } = (await cursor.explain('executionStats')) as Explanation;
      expect(JSON.stringify(queryPlanner.winningPlan)).not.to.include('COLLSCAN');
      expect(executionStats.nReturned).to.be.below(users.length);
      expect(executionStats.totalDocsExamined).to.equal(executionStats.nReturned);
    });
  }
});
