import { readFile, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import mongoose from 'mongoose';
import { findRunning, startEmbedded } from '../../src/mongod/embedded.ts';
import { identify } from '../../src/mongod/processes.ts';
import { temporaryFolders } from '../support/folders.ts';
import { testBinary } from '../support/mongod.ts';
import { mongodsOn, onDatabase, remember, remembered, without } from '../support/embedded.ts';
import type { Embedded, Status } from '../../src/mongod/embedded.ts';

const folders = temporaryFolders();

describe('the embedded MongoDB server', function () {
  this.timeout(60_000);

  let dataDir: string;
  let embedded: Embedded;
  let said: string[];
  let statuses: Status[];

  const start = () =>
    startEmbedded({
      dataDir,
      findBinary: testBinary,
      say: (line) => said.push(line),
      onStatus: (status) => statuses.push(status),
    });

  const until = async (status: Status) => {
    while (statuses.at(-1) !== status) await sleep(10);
  };

  before(async () => {
    dataDir = join(await folders.make(), 'data');
    said = [];
    embedded = await start();
  });
  beforeEach(() => {
    said = [];
    statuses = [];
  });
  after(async () => {
    await embedded.stop();
    await folders.remove();
  });

  it('takes transactions', async () => {
    await onDatabase(embedded.uri, async (client) => {
      const notes = client.db().collection('notes');
      await client.withSession((session) =>
        session.withTransaction(() => notes.insertOne({ text: 'hello' }, { session })),
      );
      expect(await notes.countDocuments()).to.equal(1);
      expect(client.db().databaseName).to.equal('rollcall');
    });
  });

  it('lets nobody read without its credentials', async () => {
    const refusal = await onDatabase(without(embedded.uri), (client) =>
      client.db('rollcall').collection('x').findOne(),
    ).catch((cause: unknown) => cause);
    expect(refusal).to.be.instanceOf(mongoose.mongo.MongoServerError).with.property('codeName', 'Unauthorized');
  });

  it('gives its own account no more than its database', async () => {
    const refusal = await onDatabase(embedded.uri, (client) => client.db('other').collection('x').insertOne({})).catch(
      (cause: unknown) => cause,
    );
    expect(refusal).to.be.instanceOf(mongoose.mongo.MongoServerError).with.property('codeName', 'Unauthorized');
  });

  it('listens on loopback only, without compression, with access control, on WiredTiger', async () => {
    await onDatabase(embedded.uri, async (client) => {
      const { parsed } = await client.db('admin').command({ getCmdLineOpts: 1 });
      expect(parsed).to.have.nested.property('net.bindIp', '127.0.0.1');
      expect(parsed).to.have.nested.property('net.compression.compressors', 'disabled');
      expect(parsed).to.have.nested.property('security.authorization', 'enabled');
      expect(parsed).to.have.nested.property('net.unixDomainSocket.enabled', false);
      const { storageEngine } = await client.db('admin').command({ serverStatus: 1 });
      expect(storageEngine).to.have.property('name', 'wiredTiger');
    });
  });

  it('keeps its secrets from other users of the machine', async () => {
    const modeOf = async (...path: string[]) => (await stat(join(dataDir, ...path))).mode & 0o777;
    expect(await modeOf()).to.equal(0o700);
    expect(await modeOf('mongod')).to.equal(0o700);
    for (const name of await readdir(join(dataDir, 'mongod'))) {
      expect((await modeOf('mongod', name)) & 0o077, name).to.equal(0);
    }
    expect(await modeOf('mongod', 'credentials.json')).to.equal(0o600);
    expect(await modeOf('mongod', 'keyfile')).to.equal(0o600);
  });

  it('runs mongod in a process group of its own', async function () {
    if (process.platform !== 'linux') this.skip();
    const [mongod = 0] = mongodsOn(dataDir);
    const status = await readFile(`/proc/${String(mongod)}/stat`, 'utf8');
    expect(Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[2])).to.equal(mongod);
  });

  it('is found by another program through the data folder', async () => {
    expect(await findRunning(dataDir)).to.deep.equal({ uri: embedded.uri });
    expect(await findRunning(join(dataDir, 'nowhere'))).to.equal(undefined);
  });

  it('is alone on its data folder', async () => {
    const refusal = await start().catch((cause: unknown) => cause);
    expect(refusal)
      .to.be.an('error')
      .with.property('message')
      .that.matches(/^Another Rollcall server \(process \d+\) is using /);
    expect(mongodsOn(dataDir)).to.have.length(1);
    await onDatabase(embedded.uri, (client) => client.db().command({ ping: 1 }));
  });

  it('brings mongod back after a kill -9, with all that was acknowledged', async () => {
    await remember(embedded.uri, 'before the kill');
    const [killed = 0] = mongodsOn(dataDir);

    process.kill(killed, 'SIGKILL');
    await until('down');
    expect(embedded.status()).to.equal('down');
    await until('up');

    expect(embedded.status()).to.equal('up');
    expect(await remembered(embedded.uri)).to.include('before the kill');
    expect(mongodsOn(dataDir)).to.have.length(1).and.not.include(killed);
    expect(await findRunning(dataDir)).to.deep.equal({ uri: embedded.uri });
    expect(said.join('\n')).to.match(/mongod ended .*\n?.*running again/);
  });

  it('stops while mongod is being brought back', async () => {
    const [killed = 0] = mongodsOn(dataDir);
    process.kill(killed, 'SIGKILL');
    await until('down');
    await sleep(250);

    await embedded.stop();

    expect(mongodsOn(dataDir)).to.deep.equal([]);
    embedded = await start();
  });

  it('leaves no process when it stops, and comes back on the same port with the same data', async () => {
    await remember(embedded.uri, 'before the stop');
    const [mongod = 0] = mongodsOn(dataDir);
    const { uri } = embedded;

    await Promise.all([embedded.stop(), embedded.stop()]);

    expect(await identify(mongod)).to.equal(undefined);
    expect(await findRunning(dataDir)).to.equal(undefined);
    expect(await readFile(join(dataDir, 'mongod', 'db', 'mongod.lock'), 'utf8')).to.equal('');
    expect(await readdir(join(dataDir, 'mongod', 'claims'))).to.deep.equal([]);
    embedded = await start();
    expect(embedded.uri).to.equal(uri);
    expect(await remembered(embedded.uri)).to.include('before the stop');
  });

  it('moves to another port when its own is taken', async () => {
    await remember(embedded.uri, 'before the move');
    const before = embedded.uri;
    await embedded.stop();
    const taking = createServer();
    await new Promise<void>((resolve) => taking.listen(Number(new URL(before).port), '127.0.0.1', resolve));
    try {
      embedded = await start();
    } finally {
      taking.close();
    }

    expect(new URL(embedded.uri).port).not.to.equal(new URL(before).port);
    expect(await remembered(embedded.uri)).to.include('before the move');
  });

  it('gives the data folder free, and says why, when mongod does not start', async () => {
    const other = await folders.make();
    const options = { dataDir: other, say: () => undefined };
    const message = async (file: string) => {
      const refusal: unknown = await startEmbedded({
        ...options,
        findBinary: () => Promise.resolve({ file, version: '6.0.5' }),
      }).catch((cause: unknown) => cause);
      return refusal instanceof Error ? refusal.message : 'started';
    };

    expect(await message('/bin/false')).to.match(/did not start on .*: exit code 1\. Its log: /);
    expect(await message('/nowhere/mongod')).to.match(/did not start.*ENOENT/);
    expect(await readdir(join(other, 'mongod', 'claims'))).to.deep.equal([]);
  });
});
