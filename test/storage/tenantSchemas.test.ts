import { expect } from 'chai';
import type mongoose from 'mongoose';
import { tenantId, type TenantId } from '../../src/domain/tenants.ts';
import type { OwnSchema } from '../../src/domain/tenantSchemas.ts';
import { protocolOver } from '../../src/protocol.ts';
import { registries } from '../../src/provisioning/registries.ts';
import type { Json, ScimRequest } from '../../src/scim/types.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/schema.ts';
import { sequence } from '../../src/storage/sequencer.ts';
import { tenantSchemas } from '../../src/storage/tenantSchemas.ts';
import { testCaller } from '../support/callers.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import { badge, device } from '../support/ownSchemas.ts';
import { testRegistry } from '../support/schemas.ts';
import { commandsSent } from './commandsSent.ts';

describe("Tenants' own schemas in MongoDB", function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let db: mongoose.Connection;
  let tenant: TenantId;
  let made = 0;
  let sent: string[];

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri, { monitorCommands: true });
    await migrate(db);
    sent = commandsSent(db);
  });
  beforeEach(() => {
    made += 1;
    tenant = tenantId(`tenant-${String(made)}`);
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  const put = async (...schemas: readonly OwnSchema[]) => {
    const { version } = await tenantSchemas(db).read(tenant);
    expect(await tenantSchemas(db).replace(tenant, version, schemas)).to.equal('replaced');
  };

  /** A process on that database, with a clock that a test sets. */
  function process(on: mongoose.Connection = db) {
    const clock = { now: 0 };
    const known = registries(testRegistry(), tenantSchemas(on), () => clock.now);
    const handle = protocolOver(on, testRegistry(), 'http://127.0.0.1', {}, known);
    const ask = async (
      method: ScimRequest['method'],
      path: string,
      body?: Json,
      query: Record<string, string> = {},
    ) => {
      sent.length = 0;
      const caller = testCaller({ tenant, deadline: Date.now() + 20_000 });
      const request = { method, path: path.split('/').slice(1), query, caller };
      const answer = await handle({ ...request, ...(body !== undefined && { body }) });
      const shown = answer.body as { readonly id?: string; readonly totalResults?: number } | undefined;
      return { status: answer.status, id: String(shown?.id), total: shown?.totalResults, commands: [...sent] };
    };
    const found = async (filter: string, path = '/Users') => (await ask('GET', path, undefined, { filter })).total;
    return { clock, ask, found };
  }

  it('are replaced as a set, by whoever knows the newest', async () => {
    const store = tenantSchemas(db);
    expect(await store.read(tenant)).to.deep.equal({ version: 0, schemas: [] });
    const firsts = await Promise.all([store.replace(tenant, 0, [badge]), store.replace(tenant, 0, [device])]);
    expect([...firsts].sort()).to.deep.equal(['changed', 'replaced']);
    expect(await store.replace(tenant, 0, [])).to.equal('changed');
    expect(await store.replace(tenant, 1, [badge, device])).to.equal('replaced');
    expect(await store.read(tenant)).to.deep.equal({ version: 2, schemas: [badge, device] });
    expect(await store.read(tenantId('another'))).to.deep.equal({ version: 0, schemas: [] });
  });

  it('cost a request no command while they are fresh, and one when they are not', async () => {
    await put(badge, device);
    const { ask, clock } = process();
    const user = { userName: 'ann', [badge.id]: { number: 'A7' } };
    expect((await ask('POST', '/Users', user)).commands).to.deep.equal([
      'find tenantSchemas',
      'insert resources',
      'insert journal',
      'commitTransaction 1',
    ]);
    const { id, commands } = await ask('POST', '/Devices', { assetTag: 'PC-1', price: 1 });
    expect(commands).to.deep.equal(['insert resources', 'insert journal', 'commitTransaction 1']);
    expect((await ask('GET', `/Devices/${id}`)).commands).to.deep.equal(['find resources']);
    const patch = { Operations: [{ op: 'replace', path: 'price', value: 2 }] };
    expect((await ask('PATCH', `/Devices/${id}`, patch)).commands).to.deep.equal([
      'find resources',
      'update resources',
      'insert history',
      'insert journal',
      'commitTransaction 1',
    ]);
    clock.now = 1_000;
    expect((await ask('GET', `/Devices/${id}`)).commands).to.deep.equal(['find tenantSchemas', 'find resources']);
  });

  it('are served by a process a second after another one has added them', async () => {
    const second = await connect(database.uri);
    try {
      const [one, other] = [process(), process(second)];
      expect((await other.ask('GET', '/Devices')).status).to.equal(404);
      await put(device);
      expect((await one.ask('POST', '/Devices', { assetTag: 'PC-1' })).status).to.equal(201);
      other.clock.now = 1_000;
      expect(await other.found('assetTag eq "pc-1"', '/Devices')).to.equal(1);
      expect((await other.ask('POST', '/Devices', { assetTag: 'pc-1' })).status).to.equal(409);
    } finally {
      await second.close();
    }
  });

  it('count what holds values of them, of the tenant alone', async () => {
    const store = tenantSchemas(db);
    await put(badge, device);
    const { ask } = process();
    const { id } = await ask('POST', '/Users', { userName: 'ann', [badge.id]: { number: 'A7' } });
    await ask('POST', '/Users', { userName: 'bob' });
    await ask('POST', '/Devices', { assetTag: 'PC-1' });
    expect(await store.holders(tenant, badge)).to.equal(1);
    expect(await store.holders(tenant, device)).to.equal(1);
    expect([await store.count(tenant, 'User'), await store.count(tenant, 'Device')]).to.deep.equal([2, 1]);
    while (await sequence(db, tenant));
    expect([await store.count(tenant, 'User'), await store.count(tenant, 'Device')]).to.deep.equal([2, 1]);
    expect(await store.holders(tenantId('another'), badge)).to.equal(0);
    await ask('PATCH', `/Users/${id}`, { Operations: [{ op: 'remove', path: badge.id }] });
    expect(await store.holders(tenant, badge)).to.equal(0);
    expect((await db.collection('resources').findOne({ tenant, name: 'ann' }))?.['custom']).to.equal(undefined);
  });

  it('keep the history and the journal of resources of their types', async () => {
    await put(device);
    const { ask } = process();
    const { id } = await ask('POST', '/Devices', { assetTag: 'PC-1', model: 'Nova' });
    await ask('PUT', `/Devices/${id}`, { assetTag: 'PC-2' });
    await ask('DELETE', `/Devices/${id}`);
    const versions = await db.collection('history').find({ tenant, resource: id }).sort({ revision: 1 }).toArray();
    expect(versions.map(({ type, name }) => [type as string, name as string])).to.deep.equal([
      ['Device', 'PC-1'],
      ['Device', 'PC-2'],
    ]);
    const entries = await db.collection('journal').find({ tenant, resource: id }).sort({ version: 1 }).toArray();
    expect(entries.map(({ kind, operation }) => `${String(kind)} ${String(operation)}`)).to.deep.equal([
      'Device create',
      'Device revise',
      'Device remove',
    ]);
  });

  it('share one index, by which a filter examines what it finds', async () => {
    await put(badge, device);
    const { ask, found } = process();
    for (let at = 0; at < 3; at += 1)
      await ask('POST', '/Users', { userName: `a${String(at)}`, [badge.id]: { number: `N${String(at)}`, level: at } });
    const crowd = Array.from({ length: 4_000 }, (_, at) => ({
      _id: `${tenant} ${String(at)}` as never,
      ...{ tenant, type: 'User', key: `User:x${String(at)}`, name: 'x', version: 1, fold: {}, attributes: {} },
      custom: [{ k: `${badge.id}:level`, v: 1_000 + at }],
    }));
    await db.collection('resources').insertMany(crowd);

    const filters: readonly [filter: string, finds: number, examines: number][] = [
      [`${badge.id}:number eq "N1"`, 1, 2],
      [`${badge.id}:level le 1`, 2, 4],
      [`${badge.id}:level eq 1 or ${badge.id}:level eq 2`, 2, 8],
      [`${badge.id}:number sw "N" and ${badge.id}:level gt 0`, 2, 8],
    ];
    await db.db?.command({ profile: 2 });
    try {
      for (const [filter, finds, examines] of filters) {
        await db.db?.command({ profile: 0 });
        await db.db
          ?.collection('system.profile')
          .drop()
          .catch(() => false);
        await db.db?.command({ profile: 2 });
        expect(await found(filter), filter).to.equal(finds);
        const profiled = await db
          .collection('system.profile')
          .find({ ns: /resources$/ })
          .toArray();
        expect(profiled.length, filter).to.be.above(0);
        for (const { docsExamined } of profiled) expect(docsExamined, filter).to.be.at.most(examines);
      }
    } finally {
      await db.db?.command({ profile: 0 });
    }
  });
});
