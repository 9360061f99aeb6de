import { expect } from 'chai';
import { isDeepStrictEqual } from 'node:util';
import type mongoose from 'mongoose';
import type { Directory } from '../../src/provisioning/ports.ts';
import type { Json, Page as StorePage } from '../../src/scim/types.ts';
import { connect } from '../../src/storage/connect.ts';
import { directory } from '../../src/storage/directory.ts';
import { migrate } from '../../src/storage/schema.ts';
import { chance } from '../support/filters.ts';
import { freshDatabase } from '../support/mongod.ts';
import type { TestDatabase } from '../support/mongod.ts';
import { searched } from '../support/searchableUsers.ts';
import { connectionAsking, dataSet } from './dataSets.ts';
import type { DataSet } from './dataSets.ts';
import { faultsInMemory, faultsInMongo } from './faults.ts';
import { answer, cut, faithful, wholeList } from './inMemory.ts';
import type { Page, Question, Row } from './inMemory.ts';
import { question } from './questions.ts';
import type { Asked } from './questions.ts';

/** How many questions are asked: 100,000 in `npm run test:filters`. */
const total = Number(process.env['FILTER_CASES'] ?? 6_000);
const setSize = 12;
const sets = 40;
const atOnce = 12;

/** A question and what MongoDB answered. */
interface Case {
  readonly set: DataSet;
  readonly asked: Asked;
  /** Whom it finds, by the interpreter in memory. */
  readonly rows: readonly Row[];
  readonly found: readonly string[];
}

/** A page in the words of the store: a cursor is the position of the user that the page before ended with. */
function asQuery(page: Page, rows: readonly Row[]): StorePage {
  const { count } = page;
  if (page.by === 'index') return { startIndex: page.startIndex, count };
  const { towards, place = Infinity } = page;
  const row = rows[place];
  const from = row && { id: row.id, ...(isScalar(row.key) && { key: row.key }) };
  return { count, cursor: { towards, ...(from && { from }) } };
}

const isScalar = (key: Json | undefined): key is string | number | boolean =>
  key !== undefined && key !== null && typeof key !== 'object';

describe('filters and sort orders in MongoDB and in memory', function () {
  this.timeout(1_200_000);
  let database: TestDatabase;
  let db: mongoose.Connection;
  let searching: Directory;
  let data: readonly DataSet[];
  const cases: Case[] = [];

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri);
    await migrate(db);
    searching = directory(db);
    data = await Promise.all(Array.from({ length: sets }, (_, number) => dataSet(db, chance(number), number, setSize)));
  });

  after(async () => {
    await db.close();
    await database.drop();
  });

  async function ask({ tenant }: DataSet, question: Question, rows: readonly Row[]): Promise<readonly string[]> {
    const view = { tenant, connection: connectionAsking };
    const { filter, sort, page } = question;
    const query = { filter, ...(sort && { sort }), wanted: { members: false, groups: false } };
    const { states } = await searching.query(view, searched.type, { ...query, ...asQuery(page, rows) });
    return states.map(({ id }) => id);
  }

  /** The same for a seed, whenever it is asked. */
  function drawn(seed: number): { readonly set: DataSet; readonly asked: Asked } {
    const luck = chance(seed);
    const set = luck.one(data);
    return { set, asked: question(luck, set) };
  }

  it(`answer ${total.toLocaleString('en')} random questions alike`, async () => {
    const different: string[] = [];
    let telling = 0;
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let seed = next++; seed < total; seed = next++) {
        const { set, asked } = drawn(seed);
        const rows = wholeList(faithful, set.users, asked);
        const expected = cut(rows, asked.page).map(({ id }) => id);
        const found = await ask(set, asked, rows);
        if (String(found) !== String(expected))
          different.push(`${seed}: ${asked.text}: ${String(found)} instead of ${String(expected)}`);
        if (rows.length > 0 && rows.length < set.users.length) telling += 1;
        if (seed < 6_000) cases.push({ set, asked, rows, found });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    expect(different.slice(0, 5)).to.deep.equal([]);
    expect(telling / total, 'share of questions that some users, not all, are the answer to').to.be.above(0.2);
  });

  for (const [fault, faulty] of Object.entries(faultsInMemory))
    it(`differ where memory has a fault: ${fault}`, () => {
      const differs = ({ set, asked, found }: Case) => String(answer(faulty, set.users, asked)) !== String(found);
      expect(cases.some(differs)).to.equal(true);
    });

  for (const [fault, faulty] of Object.entries(faultsInMongo))
    it(`differ where MongoDB is asked with a fault: ${fault}`, async () => {
      const differing = async (): Promise<boolean> => {
        for (const { set, asked, rows, found } of cases) {
          const question = faulty(asked);
          if (isDeepStrictEqual(question, asked)) continue;
          if (String(await ask(set, question, rows)) !== String(found)) return true;
        }
        return false;
      };
      expect(await differing()).to.equal(true);
    });
});
