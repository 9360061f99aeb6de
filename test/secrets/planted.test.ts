import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import type mongoose from 'mongoose';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { adminPorts } from '../../src/administration.ts';
import { scopes } from '../../src/domain/connections.ts';
import { connect } from '../../src/storage/connect.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { clientOf } from '../support/client.ts';
import { temporaryFolders } from '../support/folders.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import { endPrograms, firstRunOf, serve, stop, type Ending, type Program } from '../support/process.ts';
import { sendRaw } from '../support/rawRequest.ts';
import { plants, type Planting } from '../support/secrets.ts';
import { freePort } from '../support/server.ts';

/** A secret that was planted, and what was answered. */
interface Planted extends Planting {
  readonly secret: string;
  readonly status: number;
  readonly answer: string;
}

/** What may keep what a person is called: what is provisioned, and its history. */
const resources = new Set(['resources', 'history', 'journal']);

describe(`${plants.length} secrets that clients send wherever they can`, function () {
  this.timeout(120_000);
  const folders = temporaryFolders();
  let database: TestDatabase;
  let program: Program;
  let db: mongoose.Connection;
  let planted: Planted[];
  let tokens: string[];
  let metrics: string;
  let answersOfOthers: string;
  let ending: Ending;
  /** Each document of the database, as its bytes are. */
  let kept: { readonly collection: string; readonly bytes: Buffer }[];

  before(async () => {
    database = await freshDatabase();
    const [dataDir, port, metricsPort] = [await folders.make(), await freePort(), await freePort()];
    program = await serve({
      ...{ MONGODB_URI: database.uri, DATA_DIR: dataDir, PORT: String(port), METRICS_PORT: String(metricsPort) },
      ...{ LOG_LEVEL: 'debug', SCIM_RATE_LIMIT: '0' },
    });
    db = await connect(database.uri);
    const { token } = await firstRunOf(dataDir);
    const others = await other();
    tokens = [token, others];
    planted = await plant(`http://127.0.0.1:${port}/scim/v2`, token);
    answersOfOthers = await asked(`http://127.0.0.1:${port}/scim/v2`, others);
    metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    ending = await stop(program);
    kept = await everything();
  });
  after(async () => {
    endPrograms();
    await db.close();
    await database.drop();
    await folders.remove();
  });

  /** The token of another tenant's connection. */
  async function other(): Promise<string> {
    const ports = adminPorts(
      db,
      'http://127.0.0.1',
      'test',
      provisioningLog(db, () => undefined),
    );
    const { id } = await createTenant(ports, 'another');
    const choice = { tenant: id, name: 'another', kind: 'generic', dialect: 'lenient', adopt: 'none' } as const;
    return (await createConnection(ports, { ...choice, scopes: [...scopes] })).token;
  }

  async function plant(base: string, token: string): Promise<Planted[]> {
    const client = clientOf([base], token);
    const [known, group] = [await client.createUser('known'), await client.createGroup('the group')];
    client.close();
    const agent = new Agent({ keepAlive: true });
    const all: Planted[] = [];
    for (const make of plants) {
      const secret = `canary${randomBytes(8).toString('hex')}`;
      const planting = make(secret, known, group);
      const { method, path, body } = planting;
      const headers = {
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/scim+json' }),
        ...planting.headers,
      };
      const content = body === undefined ? undefined : Buffer.from(body);
      const { status, text } = await sendRaw(method, `${base}${path}`, { headers, body: content, agent });
      all.push({ ...planting, secret, status, answer: text });
    }
    agent.destroy();
    return all;
  }

  /** What somebody else is answered, refusals among it. */
  async function asked(base: string, token: string): Promise<string> {
    const client = clientOf([base], token);
    const requests: [method: string, path: string, body?: object][] = [
      ['GET', '/Users'],
      ['GET', '/Groups'],
      ['POST', '/.search', { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] }],
      ['GET', '/Users?filter=nonsense'],
      ['GET', '/Users/nobody'],
      ['POST', '/Users', { userName: 'known' }],
      ['POST', '/Users', { userName: 'known' }],
      ['POST', '/Users', { userName: ['x'] }],
      ['PATCH', '/Users/nobody', { Operations: [] }],
      ['POST', '/Bulk', { Operations: [{ method: 'POST', path: '/Users', bulkId: 'x', data: {} }] }],
      ['GET', '/Schemas'],
      ['GET', '/nowhere'],
    ];
    const answers = await Promise.all(requests.map((request) => client.request(...request)));
    client.close();
    return JSON.stringify(answers);
  }

  async function everything(): Promise<typeof kept> {
    const collections = (await db.db?.listCollections().toArray()) ?? [];
    const all = collections.map(async ({ name: collection }) => {
      const documents = await db.collection(collection).find({}, { raw: true }).toArray();
      return documents.map((document) => ({ collection, bytes: document as unknown as Buffer }));
    });
    return (await Promise.all(all)).flat();
  }

  const those = (kind: Planted['kind']) => planted.filter((each) => each.kind === kind);
  const found = (text: string) => planted.filter(({ secret }) => text.includes(secret)).map(({ where }) => where);

  it('are many, of both kinds, and some of them are stored', () => {
    expect(planted).to.have.length.of.at.least(100);
    const statuses = new Set(planted.map(({ status }) => status));
    for (const status of [200, 201, 400, 401, 404, 409, 415]) expect(statuses).to.include(status);
    for (const { status, where } of planted) expect(status, where).to.be.below(500);
    expect(kept.some(({ bytes }) => planted.some(({ secret }) => bytes.includes(secret)))).to.equal(true);
  });

  it('are not in the log, which tells of every request', () => {
    expect(ending.err.split('\n').filter((line) => line.includes('"request"'))).to.have.length.of.at.least(
      plants.length,
    );
    expect(found(ending.err)).to.deep.equal([]);
    for (const token of tokens) expect(ending.err).not.to.include(token);
  });

  it('are not in the metrics', () => {
    expect(metrics).to.include('rollcall_http_requests_total');
    expect(found(metrics)).to.deep.equal([]);
    for (const token of tokens) expect(metrics).not.to.include(token);
  });

  it('are in no answer to anybody else', () => {
    expect(found(answersOfOthers)).to.deep.equal([]);
  });

  it('that are passwords or tokens are in no document at all', () => {
    const secrets = [...those('credential'), ...tokens.map((secret) => ({ secret, where: 'the token' }))];
    const leaks = secrets.flatMap(({ secret, where }) =>
      kept.filter(({ bytes }) => bytes.includes(secret)).map(({ collection }) => `${where} in ${collection}`),
    );
    expect(leaks).to.deep.equal([]);
  });

  it('that are passwords come back to nobody, not even in a refusal', () => {
    const told = those('credential').filter(
      ({ where, answer, secret }) => /^a password/.test(where) && answer.includes(secret),
    );
    expect(told.map(({ where, answer }) => `${where}: ${answer}`)).to.deep.equal([]);
  });

  it('that are people’s are kept where people are, and nowhere beside them', () => {
    const leaks = those('personal').flatMap(({ secret, where }) =>
      kept
        .filter(({ collection, bytes }) => !resources.has(collection) && bytes.includes(secret))
        .map(({ collection }) => `${where} in ${collection}`),
    );
    expect(leaks).to.deep.equal([]);
  });
});
