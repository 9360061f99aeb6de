import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import type mongoose from 'mongoose';
import { backup, restore } from '../../src/admin/backup.ts';
import { opened } from '../../src/admin/backupFile.ts';
import { inputOf } from '../../src/admin/backupInput.ts';
import type { Ports } from '../../src/admin/ports.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import type { BackedUp, Restoring } from '../../src/domain/backup.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { kept } from '../../src/storage/kept.ts';
import { requireRestored } from '../../src/storage/restore.ts';
import { schemaVersion } from '../../src/storage/schema.ts';
import { secret } from '../../src/storage/secrets.ts';
import { faultsWithin, readTenant } from '../support/checker.ts';
import { clientOf, type Client } from '../support/client.ts';
import { exportHash } from '../support/exportHash.ts';
import { emptyPlace, portsOn, type Place } from '../support/places.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { makeCommon, randomFrom, recorder, worker } from '../support/workload.ts';

/** The bytes of a backup, what was told of it, and its instant. */
async function backedUp(ports: Ports, tenant?: string) {
  const all: Uint8Array[] = [];
  const told = await backup(ports, tenant, async (bytes) => {
    for await (const piece of bytes) all.push(Buffer.from(piece));
  });
  const bytes = Buffer.concat(all);
  const { clusterTime } = await opened(inputOf(pieces(bytes)));
  return { told, bytes, clusterTime };
}

/** Bytes in pieces of no particular size. */
async function* pieces(bytes: Uint8Array, size = 10_007): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What `exportHash` says of so many documents. */
const countOf = (count = 0): RegExp => new RegExp(`^${count} `);

const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

describe('admin: backup and restore', function () {
  this.timeout(60_000);
  let server: TestServer;
  let source: Ports;
  let acme: Client & { readonly id: string; readonly name: string };
  let globex: { readonly id: string; readonly name: string };
  const places: Place[] = [];

  before(async () => {
    server = await startTestServer();
    source = portsOn(server.db);
    const [first, second] = [await server.tenant({ schemas: ['badge'] }), await server.tenant()];
    const nameOf = async (id: string) => (await source.tenants.find(tenantId(id)))?.name ?? '';
    acme = { ...clientOf([first.base], first.token), id: first.tenantId, name: await nameOf(first.tenantId) };
    globex = { id: second.tenantId, name: await nameOf(second.tenantId) };
    const ann = await acme.createUser('ann', { password: 'correct horse battery', title: 'Engineer' });
    const ops = await acme.createGroup('Ops', [ann]);
    await acme.createGroup('All', [ops]);
    await acme.patch(`/Users/${ann}`, [{ op: 'replace', path: 'title', value: 'Head' }]);
    await acme.request('DELETE', `/Users/${await acme.createUser('bob')}`);
    await acme.request('PATCH', `/Groups/${ops}`, { Operations: [{ op: 'remove', path: 'members' }] });
    const other = clientOf([second.base], second.token);
    await other.createGroup('Ops', [await other.createUser('ann')]);
    other.close();
    await secret(server.db)();
  });
  after(async () => {
    acme.close();
    await server.stop();
  });
  afterEach(async () => {
    for (const place of places.splice(0)) await place.close();
  });

  async function empty(): Promise<Place> {
    const place = await emptyPlace();
    places.push(place);
    return place;
  }

  const hash = (db: mongoose.Connection, which = {}) => exportHash(db.getClient(), which);
  const secretIn = (db: mongoose.Connection) => db.collection<{ _id: string }>('meta').findOne({ _id: 'secret' });
  const marksIn = (db: mongoose.Connection) =>
    db.collection<{ _id: string }>('meta').countDocuments({ _id: 'restore' });

  it('everything that a server keeps is backed up, but for what is listed here', async () => {
    const names = (await server.db.listCollections()).map(({ name }) => name);
    const notKept = names.filter((name) => !Object.hasOwn(kept, name));
    // Of `meta` the secret alone: the rest is about the processes. A rate is refilled after four seconds.
    expect(notKept.filter((name) => !['meta', 'rates'].includes(name))).to.deep.equal([]);
  });

  it('a backup taken under writes shows one instant, byte for byte, and all that was acknowledged before', async () => {
    const recording = recorder(acme);
    const common = await makeCommon(recording, 'load', 40, 4);
    let state: 'running' | 'over' = 'running';
    const work = Array.from({ length: 4 }, async (_, at) => {
      const step = worker(`load${String(at)}`, recording, common, randomFrom(at));
      while (state === 'running') await step();
    });
    while (recording.attempts.length < 100) await sleep(5);
    const before = await acme.createUser('acknowledged');
    const { bytes, told, clusterTime } = await backedUp(source);
    state = 'over';
    await Promise.all(work);

    const place = await empty();
    expect(await restore(place.ports, undefined, pieces(bytes))).to.deep.equal(told);
    const restored = await hash(place.db);
    expect(restored).to.deep.equal(await hash(server.db, { clusterTime }));
    expect(restored).not.to.deep.equal(await hash(server.db));
    const found = await readTenant(place.db.getClient(), acme.id);
    expect(faultsWithin(found)).to.deep.equal([]);
    expect(found.resources.map(({ _id }) => _id)).to.include(before);
    expect(await secretIn(place.db)).to.deep.equal(await secretIn(server.db));
    expect(await marksIn(place.db)).to.equal(0);
  });

  it('one tenant is restored beside others, from its own backup or from one of everything', async () => {
    const ownSecret = async (place: Place) => Buffer.from(await secret(place.db)()).toString('hex');
    const whole = await backedUp(source);
    const one = await backedUp(source, acme.name);
    expect(one.told.tenants.map(({ id }) => id)).to.deep.equal([acme.id]);
    expect(one.bytes.includes(globex.id)).to.equal(false);
    for (const { bytes, clusterTime } of [whole, one]) {
      const place = await empty();
      const other = await createTenant(place.ports, 'initech');
      const [before, known] = [await hash(place.db, { tenant: other.id }), await ownSecret(place)];
      const { counts, tenants } = await restore(place.ports, acme.name.toUpperCase(), pieces(bytes));
      expect(tenants).to.deep.equal([{ id: acme.id, name: acme.name }]);
      const restored = await hash(place.db, { tenant: acme.id });
      expect(restored).to.deep.equal(await hash(server.db, { tenant: acme.id, clusterTime }));
      for (const [name, text] of Object.entries(restored)) expect(text, name).to.match(countOf(counts[name]));
      expect(await hash(place.db, { tenant: other.id })).to.deep.equal(before);
      expect(await ownSecret(place)).to.equal(known);
      expect((await place.ports.tenants.list('', 10)).map(({ name }) => name)).to.have.members(['initech', acme.name]);
    }
  });

  it("one tenant's backup fills an empty database, which gets a secret of its own", async () => {
    const { bytes, clusterTime } = await backedUp(source, acme.id);
    const place = await empty();
    await restore(place.ports, undefined, pieces(bytes));
    expect(await hash(place.db)).to.deep.equal(await hash(server.db, { tenant: acme.id, clusterTime }));
    expect(await secretIn(place.db)).to.equal(null);
  });

  it('what is not fit for it is refused, and stays as it is', async () => {
    const { bytes } = await backedUp(source);
    const place = await empty();
    await createTenant(place.ports, acme.name);
    const before = await hash(place.db);
    const ending = (named?: string) => refusal(restore(place.ports, named, pieces(bytes)));
    expect(await ending()).to.match(/^Refusal: The database is not empty/);
    expect(await ending('nobody')).to.match(/^Refusal: The backup has no tenant 'nobody'/);
    expect(await ending(acme.id)).to.match(/^Refusal: Another tenant is named/);
    expect(await refusal(restore(source, acme.id, pieces(bytes)))).to.match(/^Refusal: The tenant .* is there already/);
    expect(await hash(place.db)).to.deep.equal(before);
    expect(await marksIn(place.db)).to.equal(0);
  });

  it('a backup of another version of the collections is restored, or refused with what to do', async () => {
    const place = await empty();
    const tenant: BackedUp = { id: tenantId(acme.id), name: acme.name };
    expect(await place.ports.backups.restore({ schema: schemaVersion + 1, tenant: undefined })).to.equal('newer');
    expect(await place.ports.backups.restore({ schema: schemaVersion - 1, tenant })).to.equal('older');
    const restoring = begun(await place.ports.backups.restore({ schema: schemaVersion - 1, tenant: undefined }));
    await restoring.publish();
    const schema = await place.db.collection<{ _id: string }>('meta').findOne({ _id: 'schema' });
    // The next start brings it up to date.
    expect(schema).to.include({ version: schemaVersion - 1 });
  });

  const begun = (restoring: Restoring | string): Restoring => {
    if (typeof restoring === 'string') throw new Error(restoring);
    return restoring;
  };

  /** Puts all of a backup and does not publish it. */
  async function half(place: Place, bytes: Uint8Array): Promise<Restoring> {
    const restoring = begun(await place.ports.backups.restore({ schema: schemaVersion, tenant: undefined }));
    for await (const portion of (await opened(inputOf(pieces(bytes)))).portions()) await restoring.put(portion);
    return restoring;
  }

  it('until it is published nobody can sign in, no server starts, and no other restore or backup begins', async () => {
    const { bytes, clusterTime } = await backedUp(source);
    const place = await empty();
    const restoring = await half(place, bytes);
    for (const name of ['tenants', 'connections', 'tokens'])
      expect(await place.db.collection(name).countDocuments(), name).to.equal(0);
    expect(await refusal(requireRestored(place.db))).to.match(/^UnusableDatabase: A restore/);
    expect(await refusal(restore(place.ports, undefined, pieces(bytes)))).to.match(/another restore is under way/i);
    expect(await refusal(backedUp(place.ports))).to.match(/^Refusal: A restore is under way/);
    await restoring.publish();
    await requireRestored(place.db);
    const published = await hash(place.db);
    expect(published).to.deep.equal(await hash(server.db, { clusterTime }));
    await restoring.abandon();
    expect(await hash(place.db), 'what is published stays').to.deep.equal(published);
  });

  it('the restore of one tenant keeps no server from starting for the others', async () => {
    const place = await empty();
    const tenant: BackedUp = { id: tenantId(acme.id), name: acme.name };
    const restoring = begun(await place.ports.backups.restore({ schema: schemaVersion, tenant }));
    await requireRestored(place.db);
    await restoring.abandon();
    expect(await marksIn(place.db)).to.equal(0);
  });

  it('what a restore left whose process was killed is taken away by the next', async () => {
    const { bytes, clusterTime } = await backedUp(source);
    const place = await empty();
    await half(place, bytes);
    // As if it had been killed half a minute ago.
    await place.db.collection<{ _id: string }>('meta').updateOne({ _id: 'restore' }, { $set: { until: new Date(0) } });
    expect(await place.db.collection('journal').countDocuments()).to.be.greaterThan(5);
    await restore(place.ports, undefined, pieces(bytes));
    expect(await hash(place.db)).to.deep.equal(await hash(server.db, { clusterTime }));
    expect(await marksIn(place.db)).to.equal(0);
  });

  it('a server that began to use the database meanwhile is not overruled', async () => {
    const { bytes } = await backedUp(source);
    const place = await empty();
    const restoring = await half(place, bytes);
    const demo = await createTenant(place.ports, 'demo');
    await place.db.collection('resources').insertOne({ _id: 'ann' as never, tenant: demo.id, key: 'User:ann' });
    const before = await hash(place.db, { tenant: demo.id });
    expect(await refusal(restoring.publish())).to.match(/a server has begun to use this database/);
    expect(await place.db.collection('tokens').countDocuments()).to.equal(0);
    await restoring.abandon();
    expect(await hash(place.db), 'what was put is gone, what the server made is there').to.deep.equal(before);
    expect(await marksIn(place.db)).to.equal(0);
  });

  it('a backup with any byte changed, or its end missing, is refused and leaves nothing', async () => {
    const { bytes } = await backedUp(source);
    const place = await empty();
    const random = randomFrom(bytes.length);
    const lastLine = bytes.lastIndexOf('\n', bytes.length - 2);
    const places = [0, 20, bytes.indexOf('\n'), lastLine + 20, bytes.length - 1];
    for (const at of [...places, ...Array.from({ length: 10 }, () => Math.floor(random() * bytes.length))]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await refusal(restore(place.ports, undefined, pieces(changed))), `byte ${at}`).to.match(/^Refusal: /);
    }
    for (const length of [0, 1, bytes.indexOf('\n') + 1, lastLine + 1, bytes.length - 1])
      expect(
        await refusal(restore(place.ports, undefined, pieces(bytes.subarray(0, length)))),
        `${length} bytes`,
      ).to.match(/^Refusal: /);
    expect(await refusal(restore(place.ports, undefined, pieces(Buffer.concat([bytes, bytes]))))).to.match(/^Refusal/);
    for (const [name, count] of Object.entries(await hash(place.db))) expect(count, name).to.match(/^0 /);
    expect(await marksIn(place.db)).to.equal(0);
  });

  it('a backup that took longer than MongoDB keeps an instant readable says so', async () => {
    const keepInstants = (seconds: number) =>
      server.db.getClient().db('admin').command({ setParameter: 1, minSnapshotHistoryWindowInSeconds: seconds });
    await keepInstants(0);
    try {
      const outcome = refusal(
        backup(source, undefined, async (bytes) => {
          for await (const piece of bytes) {
            await sleep(piece.length > 0 ? 300 : 0);
            await acme.createUser(`late ${String(Math.random())}`);
          }
        }),
      );
      expect(await outcome).to.match(/minSnapshotHistoryWindowInSeconds/);
    } finally {
      await keepInstants(300);
    }
  });
});
