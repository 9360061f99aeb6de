import { expect } from 'chai';
import mongoose from 'mongoose';
import { connect } from '../../src/storage/connect.ts';
import type { Database } from '../../src/storage/connect.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';

interface Thing {
  readonly tenant: string;
  readonly name: string;
}

/** A model that says nothing of how it is to be asked. */
const model = (db: Database) =>
  db.model('Thing', new mongoose.Schema<Thing>({ tenant: String, name: String }), 'things');

describe('storage: the connection', () => {
  let database: TestDatabase;
  let db: Database;
  let things: ReturnType<typeof model>;

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri);
    things = model(db);
    await db.collection('things').insertMany([
      { tenant: 'acme', name: 'a' },
      { tenant: 'globex', name: 'b' },
    ]);
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  const count = () => db.collection('things').countDocuments();

  /** How a command ends: with an error's name, or with what it found. */
  const outcome = (work: () => Promise<unknown>): Promise<unknown> =>
    work().catch((error: unknown) => (error instanceof Error ? error.name : error));

  it('reads from the primary what a majority has, and writes to it, whatever the address says', async () => {
    const weaker = 'readPreference=secondaryPreferred&readConcernLevel=local&w=1&journal=false&retryWrites=false';
    const other = await connect(`${database.uri}&${weaker}`);
    const { readPreference, readConcern, writeConcern, retryWrites } = other.getClient().options;
    await other.close();
    expect(readPreference.mode).to.equal('primary');
    expect(readConcern.level).to.equal('majority');
    expect(writeConcern).to.include({ w: 'majority', journal: true });
    expect(retryWrites).to.equal(true);
  });

  it('refuses a filter on what no schema has, rather than finding everything', async () => {
    const filter = { company: 'acme' } as object;
    expect(await outcome(() => things.find(filter).lean().exec())).to.equal('StrictModeError');
    expect(await outcome(() => things.deleteMany(filter).exec())).to.equal('StrictModeError');
    expect(await count()).to.equal(2);
  });

  it('refuses operators in place of values, and code above all', async () => {
    for (const injected of [{ tenant: { $ne: null } }, { tenant: { $gt: '' } }, { $where: 'true' }] as object[]) {
      expect(await outcome(() => things.find(injected).lean().exec()))
        .to.be.a('string')
        .that.matches(/Error$/);
      expect(await outcome(() => things.deleteMany(injected).exec()))
        .to.be.a('string')
        .that.matches(/Error$/);
    }
    expect(await count()).to.equal(2);
  });

  it('sends what is undefined as null, and never leaves it out', async () => {
    const lost = { tenant: undefined } as object;
    expect(await things.find(lost).lean().exec()).to.deep.equal([]);
    expect(await db.collection('things').find(lost).toArray()).to.deep.equal([]);
    expect(await db.collection('things').deleteMany(lost)).to.include({ deletedCount: 0 });
    expect(await count()).to.equal(2);
  });
});
