import { expect } from 'chai';
import mongoose from 'mongoose';
import { noteAddress, notedAddress } from '../../src/storage/address.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/schema.ts';
import { openedForEach } from './opened.ts';
import { startStandalone } from './servers.ts';

interface Meta {
  _id: string;
  version?: number;
  holder?: mongoose.mongo.ObjectId;
  until?: Date;
}

const failure = (promise: Promise<unknown>): Promise<{ name: string; message: string }> =>
  promise.then(
    () => ({ name: 'none', message: '' }),
    (error: unknown) => error as Error,
  );

describe('Making a database ready', function () {
  this.timeout(60_000);
  const open = openedForEach();

  it('refuses a server that is no replica set, and says how to make it one', async () => {
    const standalone = await startStandalone();
    try {
      const { name, message } = await failure(connect(standalone.uri));
      expect(name).to.equal('UnusableDatabase');
      expect(message).to.include('--replSet').and.include('rs.initiate()').and.include('MONGODB_URI');
    } finally {
      await standalone.stop();
    }
  });

  it('fails fast where nothing listens', async () => {
    const began = Date.now();
    const { name } = await failure(connect('mongodb://127.0.0.1:1/?replicaSet=none'));
    expect(name).to.equal('MongooseServerSelectionError');
    expect(Date.now() - began).to.be.below(4_000);
  });

  it('refuses a database that a newer Rollcall has used, and touches nothing', async () => {
    const db = await open();
    await db.collection<Meta>('meta').insertOne({ _id: 'schema', version: 99 });
    const { name, message } = await failure(migrate(db));
    expect(name).to.equal('UnusableDatabase');
    expect(message).to.include('99');
    expect((await db.listCollections()).map((each) => each.name)).to.deep.equal(['meta']);
    await db.collection<Meta>('meta').updateOne({ _id: 'schema' }, { $set: { version: 1 } });
    await migrate(db);
  });

  it('is done by several processes at once, and again, to the same end', async () => {
    const [db, second, third] = await Promise.all([open(), open(), open()]);
    await Promise.all([db, second, third].map((each) => migrate(each)));
    const indexes = async () => Promise.all((await names(db)).map((name) => db.collection(name).indexes()));
    const before = await indexes();
    expect(before.flat().length).to.be.above(10);
    await migrate(db);
    expect(await indexes()).to.deep.equal(before);
    expect(await db.collection<Meta>('meta').findOne({ _id: 'schema' })).to.include({ version: 2 });
  });

  it('waits for another process that is at it, and goes on where that one died', async () => {
    const db = await open();
    const meta = db.collection<Meta>('meta');
    const holder = new mongoose.mongo.ObjectId();
    await meta.insertOne({ _id: 'lease migration', holder, until: new Date(Date.now() + 700) });
    const began = Date.now();
    await migrate(db);
    expect(Date.now() - began).to.be.within(400, 10_000);
    expect((await meta.findOne({ _id: 'lease migration' }))?.until).to.deep.equal(new Date(0));
  });

  it('notes where its server is found', async () => {
    const db = await open();
    expect(await notedAddress(db)).to.equal(undefined);
    for (const url of ['https://one.example', 'https://two.example']) await noteAddress(db, url);
    expect(await notedAddress(db)).to.equal('https://two.example');
  });
});

const names = async (db: mongoose.Connection): Promise<string[]> =>
  (await db.listCollections()).map(({ name }) => name).sort();
