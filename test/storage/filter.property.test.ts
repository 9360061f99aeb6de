import { expect } from 'chai';
import fc from 'fast-check';
import { Query } from 'mingo';
import { leniency } from '../../src/scim/dialects.ts';
import { matches } from '../../src/scim/filter/matches.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { toMongo } from '../../src/storage/filter.ts';
import { indexable } from '../../src/storage/indexable.ts';
import { chance, syntax, write } from '../support/filters.ts';
import { likely, searchableUser, searched } from '../support/searchableUsers.ts';

describe('filters in memory and in the query language', () => {
  it('mean the same', function () {
    this.timeout(60_000);
    let [telling, runs] = [0, 0];
    fc.assert(
      fc.property(fc.noBias(fc.integer()), (seed) => {
        const luck = chance(seed);
        const text = write(luck, syntax(luck, likely));
        const filter = parseFilter(searched.type, text, leniency('strict'));
        // mingo orders strings by their UTF-16 units; the real mongod orders these too (filter.mongod.test.ts).
        fc.pre(!/[\ud800-\uffff]/.test(JSON.stringify(filter)));
        const { indexed, rest } = indexable(filter, searched);
        const split = { $and: [indexed ?? {}, rest ?? {}] };
        const queries = [toMongo(filter, searched), split].map((query) => new Query(query));

        const users = Array.from({ length: 8 }, (_, number) => searchableUser(luck, number));
        const inMemory = users.filter(({ resource }) => matches(filter, resource)).map(({ document }) => document._id);
        for (const query of queries) {
          const found = users.filter(({ document }) => query.test(document)).map(({ document }) => document._id);
          expect(found, text).to.deep.equal(inMemory);
        }
        runs += 1;
        if (inMemory.length > 0 && inMemory.length < users.length) telling += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(telling / runs).to.be.above(0.2);
  });
});
