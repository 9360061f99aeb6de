import { expect } from 'chai';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { diagnose, type Facts } from '../../src/admin/doctor/doctor.ts';
import { severities, type Code, type Finding } from '../../src/admin/doctor/finding.ts';
import { machineFindings, type MachineFacts } from '../../src/admin/doctor/installation.ts';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { primaryAdmins, queueOf, seatsOf } from '../../src/domain/accounts.ts';
import type { DatabaseFacts } from '../../src/domain/diagnosis.ts';
import { loadConfig } from '../../src/config.ts';
import { examine } from '../../src/examination.ts';
import { indexed } from '../../src/opening.ts';
import { noteAddress } from '../../src/storage/address.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate, schemaVersion } from '../../src/storage/schema.ts';
import { tell } from '../../src/words/say.ts';
import { temporaryFolders } from '../support/folders.ts';
import { freshDatabase } from '../support/mongod.ts';
import { emptyPlace, type Place } from '../support/places.ts';
import { startTestServer } from '../support/server.ts';
import { startStandalone } from '../storage/servers.ts';

type Row = Record<string, unknown> & { _id: string };

const day = 86_400_000;
const publicUrl = 'https://scim.example.com';
const usual = { PUBLIC_URL: publicUrl, TRUST_PROXY: 'loopback' };

describe('The doctor', function () {
  this.timeout(60_000);
  const folders = temporaryFolders();
  let place: Place;
  let dataDir: string;
  let tenant: string;
  let okta: string;

  const rows = (name: string) => place.db.collection<Row>(name);

  /** An installation without a fault, with one organization that an identity provider keeps up to date. */
  async function healthy(): Promise<void> {
    for (const name of ['tenants', 'connections', 'tokens', 'accounts', 'resources', 'tenantSchemas'])
      await rows(name).deleteMany({});
    await rows('meta').deleteMany({ _id: { $in: ['address', 'restore'] } });
    ({ id: tenant } = await createTenant(place.ports, 'acme'));
    const wish = { tenant, name: 'okta', kind: 'okta', dialect: 'lenient', adopt: 'none' } as const;
    ({ id: okta } = await createConnection(place.ports, { ...wish, scopes: ['users:read'] }));
    await rows('tokens').updateMany({ tenant }, { $set: { lastUsedAt: new Date() } });
    await account(primaryAdmins, 1);
    await noteAddress(place.db, publicUrl);
    await chmod(dataDir, 0o700);
  }

  const account = (name: string, value: number, most?: number) =>
    rows('accounts').updateOne(
      { _id: `${tenant} ${name}` },
      { $set: { tenant, name, value, ...(most !== undefined && { most }) } },
      { upsert: true },
    );

  const resource = (type: string, name: string, attributes: object, more: object = {}) =>
    rows('resources').insertOne({
      _id: `${type} ${name}`,
      tenant,
      type,
      name,
      key: `${type}:${name}`,
      attributes,
      ...more,
    });

  async function pool(name: string, taken: number, most: number | undefined, waiting = 0): Promise<void> {
    await resource('Entitlement', name, { totalAssignmentsPermitted: most });
    await account(seatsOf(`Entitlement ${name}`), taken, most);
    await account(queueOf(`Entitlement ${name}`), waiting);
  }

  const rule = (name: string, more: object) =>
    resource('MappingRule', name, { connection: okta, position: 1, gives: { what: 'team' }, ...more });

  async function facts(
    env: Readonly<Record<string, string>> = {},
    more: { token?: string; url?: string } = {},
  ): Promise<Facts> {
    const settings = () => loadConfig({ MONGODB_URI: place.uri, DATA_DIR: dataDir, ...usual, ...env });
    const find = ({ mongodbUri = '' }) => Promise.resolve({ uri: mongodbUri, close: () => Promise.resolve() });
    return examine(settings, find, { noted: () => undefined, ...more });
  }

  const codes = (found: readonly Finding[]): Code[] => found.map(({ code }) => code);

  before(async () => {
    place = await emptyPlace();
    dataDir = await folders.make();
  });
  beforeEach(healthy);
  after(async () => {
    await place.close();
    await folders.remove();
  });

  it('finds nothing where nothing is wrong', async () => {
    await pool('premium', 3, 10);
    await pool('free', 5, undefined);
    await resource('Group', 'Sales', {}, { owner: okta });
    await rule('by name', { match: { by: 'name', value: 'sales' } });
    await rule('by pattern', {
      match: { by: 'pattern', value: 'sa*' },
      gives: { what: 'license', id: 'Entitlement free' },
    });
    await resource('Settings', 'settings', { downgradeTo: 'free', defaultLicense: 'Entitlement premium' });
    expect(codes(diagnose(await facts(), new Date()))).to.deep.equal([]);
  });

  /** What is wrong with the settings. */
  const set: Readonly<Partial<Record<Code, Readonly<Record<string, string>>>>> = {
    settings: { PORT: 'many' },
    'database-away': { MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=none' },
    'rate-unlimited': { SCIM_RATE_LIMIT: '0' },
    'workers-above-cores': { WORKERS: '256' },
    'metrics-open': { METRICS_PORT: '9090', METRICS_HOST: '0.0.0.0' },
    'url-underscore': { PUBLIC_URL: 'https://my_scim.example.com' },
    'url-plain': { PUBLIC_URL: 'http://scim.example.com' },
    'url-loopback': { PUBLIC_URL: 'http://127.0.0.1:8080', HOST: '0.0.0.0' },
  };

  /** What is wrong in the database and the files. */
  const seeded: Readonly<Partial<Record<Code, () => Promise<unknown>>>> = {
    'schema-newer': () => rows('meta').updateOne({ _id: 'schema' }, { $set: { version: 99 } }),
    'half-restored': () => rows('meta').insertOne({ _id: 'restore', until: new Date() }),
    'index-missing': async () => {
      const last = (await rows('history').indexes()).at(-1);
      await rows('history').dropIndex(String(last?.name));
    },
    'url-other': () => noteAddress(place.db, 'https://elsewhere.example.com'),
    'folder-open': async () => {
      await writeFile(join(dataDir, 'first-run.json'), '{}');
      await chmod(join(dataDir, 'first-run.json'), 0o644);
    },
    'tenant-none': () => rows('tenants').deleteMany({}),
    'primary-admin-none': () => account(primaryAdmins, 0),
    'connection-none': () => rows('connections').deleteMany({}),
    'connection-paused': () => rows('connections').updateOne({ _id: okta }, { $set: { paused: true } }),
    'connection-unused': async () => {
      await rows('connections').updateOne({ _id: okta }, { $set: { createdAt: new Date(Date.now() - 2 * day) } });
      await rows('tokens').updateMany({ tenant }, { $unset: { lastUsedAt: 1 } });
    },
    'connection-silent': () =>
      rows('tokens').updateMany({ tenant }, { $set: { lastUsedAt: new Date(Date.now() - 40 * day) } }),
    'token-none': () => rows('tokens').updateMany({ tenant }, { $set: { expiresAt: new Date(Date.now() - day) } }),
    'token-expiring': () =>
      rows('tokens').updateMany({ tenant }, { $set: { expiresAt: new Date(Date.now() + 29 * day) } }),
    'seats-exhausted': () => pool('premium', 10, 10),
    'people-waiting': () => pool('premium', 9, 10, 2),
    'rule-idle': () => rule('idle', { match: { by: 'pattern', value: 'okta-*' } }),
    'rule-void': async () => {
      await resource('Group', 'Sales', {}, { owner: okta });
      await rule('void', { match: { by: 'name', value: 'Sales' }, gives: { what: 'role', id: 'nothing' } });
    },
    'pool-unknown': () => resource('Settings', 'settings', { downgradeTo: 'gold' }),
    'language-unknown': () => resource('Settings', 'settings', { defaultLanguage: 'de-DE' }),
    'schema-withdrawn': () =>
      rows('tenantSchemas').insertOne({ _id: tenant, version: 1, schemas: [{ id: 'urn:x:y', state: 'withdrawn' }] }),
  };

  const repaired: Readonly<Record<string, () => Promise<unknown>>> = {
    'schema-newer': () => rows('meta').updateOne({ _id: 'schema' }, { $set: { version: schemaVersion } }),
    'index-missing': () => migrate(place.db, indexed(place.db)),
    'folder-open': () => chmod(join(dataDir, 'first-run.json'), 0o600),
  };

  for (const [code, env] of Object.entries(set))
    it(`finds ${code}, and nothing else`, async () => {
      if (env['PUBLIC_URL']) await noteAddress(place.db, env['PUBLIC_URL']);
      expect(codes(diagnose(await facts(env), new Date()))).to.deep.equal([code]);
    });

  for (const [code, seed] of Object.entries(seeded))
    it(`finds ${code}, and nothing else`, async () => {
      await seed();
      const found = diagnose(await facts(), new Date());
      await repaired[code]?.();
      expect(codes(found)).to.deep.equal([code]);
    });

  it('finds a standalone server', async () => {
    const alone = await startStandalone();
    try {
      const found = diagnose(await facts({ MONGODB_URI: alone.uri }), new Date());
      expect(codes(found)).to.deep.equal(['standalone', 'tenant-none']);
    } finally {
      await alone.stop();
    }
  });

  it('finds the clock of the database apart from its own, be it ahead or behind', async () => {
    const settings = () => loadConfig({ MONGODB_URI: place.uri, DATA_DIR: dataDir, ...usual });
    const find = () => Promise.resolve({ uri: place.uri, close: () => Promise.resolve() });
    for (const [off, expected] of [
      [-5_000, ['clock-apart']],
      [5_000, ['clock-apart']],
      [500, []],
    ] as const) {
      const seen = await examine(settings, find, { noted: () => undefined }, () => Date.now() + off);
      expect(codes(diagnose(seen, new Date())), String(off)).to.deep.equal(expected);
    }
  });

  it('finds an old MongoDB and members that are away', async () => {
    const seen = await facts();
    const database = { ...(seen.database as DatabaseFacts), version: '5.0.9', unreachable: ['b:27017'] };
    expect(codes(diagnose({ ...seen, database }, new Date()))).to.deep.equal(['mongodb-old', 'member-away']);
  });

  it('finds a certificate that ends, and a disk that is full', () => {
    const now = new Date('2026-06-01T00:00:00Z');
    const machine: MachineFacts = {
      ...{ publicUrl, listens: 'here', rateLimit: 250, workers: 1, cores: 2, metrics: 'nowhere', open: [] },
      certificateUntil: undefined,
      disk: undefined,
    };
    const until = (days: number) =>
      codes(machineFindings({ ...machine, certificateUntil: new Date(now.getTime() + days * day) }, now));
    expect([-1, 10, 40].map(until)).to.deep.equal([['certificate-expired'], ['certificate-expiring'], []]);
    const disk = (free: number, size: number) =>
      codes(
        machineFindings({ ...machine, disk: { folder: '/data', free: free * 2 ** 30, size: size * 2 ** 30 } }, now),
      );
    expect([disk(1, 10), disk(3, 10), disk(9, 100), disk(25, 1_000)]).to.deep.equal([
      ['disk-full'],
      [],
      ['disk-full'],
      [],
    ]);
  });

  it('looks at the folder of the embedded database, and how much room its disk has', async () => {
    await chmod(dataDir, 0o755);
    const seen = await examine(
      () => loadConfig({ DATA_DIR: dataDir, ...usual }),
      () => Promise.resolve({ uri: place.uri, close: () => Promise.resolve() }),
      { noted: () => undefined },
    );
    expect(seen.machine).to.have.property('disk').that.includes.keys('free', 'size');
    expect(codes(diagnose(seen, new Date()))).to.deep.equal(['folder-open']);
  });

  it('changes nothing, not even where much is missing', async () => {
    const looked = await freshDatabase();
    const db = await connect(looked.uri);
    try {
      const seen = await facts({ MONGODB_URI: looked.uri });
      expect(codes(diagnose(seen, new Date()))).to.deep.equal(['tenant-none']);
      expect(await db.listCollections()).to.deep.equal([]);
    } finally {
      await db.close();
      await looked.drop();
    }
  });

  it('asks a running server what Entra and Okta ask it first', async () => {
    const server = await startTestServer();
    try {
      const { token } = await server.tenant();
      expect(codes(diagnose(await facts({}, { token, url: server.base }), new Date()))).to.deep.equal([]);
      const wrong = diagnose(await facts({}, { token: 'scim_wrong_token', url: server.base }), new Date());
      expect(codes(wrong)).to.deep.equal(['entra-test', 'okta-test']);
      const away = diagnose(await facts({}, { token, url: 'http://127.0.0.1:1' }), new Date());
      expect(codes(away)).to.deep.equal(['server-away']);
    } finally {
      await server.stop();
    }
  });

  it('takes no other list than an empty one where it asked for nobody', async () => {
    const other: Server = createServer((_, answer) => answer.end(JSON.stringify({ totalResults: 3, Resources: [] })));
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    try {
      const url = `http://127.0.0.1:${String((other.address() as AddressInfo).port)}`;
      expect(codes(diagnose(await facts({}, { token: 't', url }), new Date()))).to.deep.equal(['entra-test']);
    } finally {
      other.close();
    }
  });

  it('says of everything that it can find what to do, in both languages, and every one is found in a test', async () => {
    const elsewhere = [
      ...['standalone', 'clock-apart', 'mongodb-old', 'member-away', 'certificate-expired', 'certificate-expiring'],
      ...['disk-full', 'entra-test', 'okta-test', 'server-away'],
    ];
    expect([...Object.keys(set), ...Object.keys(seeded), ...elsewhere]).to.have.members(Object.keys(severities));
    const [finding] = diagnose(await facts({ SCIM_RATE_LIMIT: '0' }), new Date());
    for (const language of ['en', 'fr'] as const)
      expect(tell(language, finding?.said ?? { key: 'word.none', values: {} })).to.match(/SCIM_RATE_LIMIT.*250/);
  });
});
