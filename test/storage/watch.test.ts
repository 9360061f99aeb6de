import { expect } from 'chai';
import { connect, type Database } from '../../src/storage/connect.ts';
import { watchCommands, watchPool, type CommandDone, type Pool } from '../../src/storage/watch.ts';
import { until } from '../http/front.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';

describe('Watching the database', () => {
  let database: TestDatabase;
  let db: Database;
  let pool: () => Pool;
  const done: CommandDone[] = [];

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri, { monitorCommands: true });
    watchCommands(db, (command) => done.push(command));
    pool = watchPool(db);
    await db.collection('things').insertOne({ name: 'one' });
  });
  after(async () => {
    await db.close();
    await database.drop();
  });
  beforeEach(() => {
    done.length = 0;
  });

  it('tells of each command, how it ended and how long it took', async () => {
    await db.collection('things').findOne({});
    await db
      .collection('things')
      .findOne({ $nonsense: 1 })
      .catch(() => undefined);
    expect(done.map(({ name, outcome }) => ({ name, outcome }))).to.deep.equal([
      { name: 'find', outcome: 'succeeded' },
      { name: 'find', outcome: 'failed' },
    ]);
    for (const { seconds } of done) expect(seconds).to.be.within(0, 5);
  });

  it('counts connections, those in use, and who waits for one', async () => {
    const busy = Array.from({ length: 20 }, () => db.collection('things').findOne({ $where: 'sleep(1000) || true' }));
    await until(() => pool().inUse + pool().waiting === 20);
    await until(() => pool().inUse > 1);
    expect(pool().size).to.be.within(pool().inUse, 50);
    await Promise.all(busy);
    const { size, ...rest } = pool();
    expect(rest).to.deep.equal({ inUse: 0, waiting: 0 });
    expect(size).to.be.within(2, 50);
  });

  it('knows that connections were closed', async () => {
    await db.close();
    expect(pool()).to.deep.equal({ size: 0, inUse: 0, waiting: 0 });
  });
});
