import { expect } from 'chai';
import { clientOf, type Client } from './support/client.ts';
import { endPrograms, runProgram, serve, stop } from './support/process.ts';
import { freshDatabase } from './support/mongod.ts';
import { temporaryFolders } from './support/folders.ts';
import { freePort, startTestServer, type TestServer } from './support/server.ts';

const secret = 'planted-4711';
const user = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe('monitoring', function () {
  this.timeout(60_000);
  const folders = temporaryFolders();
  let server: TestServer;
  let port: number;
  let client: Client & { readonly connectionId: string };

  before(async () => {
    port = await freePort();
    server = await startTestServer({ METRICS_PORT: String(port) });
    const { base, token, connectionId } = await server.tenant();
    client = { ...clientOf([base], token), connectionId };
  });
  after(async () => {
    client.close();
    await server.stop();
    endPrograms();
    await folders.remove();
  });

  const text = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    return answer.text();
  };

  /** The value of a metric with these labels, 0 where there is none. */
  async function value(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const lines = (await text())
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    const found = lines.find((line) => Object.entries(labels).every(([key, is]) => line.includes(`${key}="${is}"`)));
    return Number(found?.split(' ').at(-1) ?? 0);
  }

  it('shows exactly what was asked, by whom, and how it was answered', async () => {
    for (let number = 0; number < 7; number += 1) await client.createUser(`user ${number}`);
    for (let number = 0; number < 5; number += 1) await client.request('GET', '/Users?count=1');
    for (let number = 0; number < 3; number += 1) await client.request('GET', `/Users/nobody-${number}`);
    const connection = client.connectionId;
    const count = (method: string, route: string, status: string) =>
      value('rollcall_http_requests_total', { method, route: `/scim/v2${route}`, status, connection });
    expect(await count('POST', '/Users', '201')).to.equal(7);
    expect(await count('GET', '/Users', '200')).to.equal(5);
    expect(await count('GET', '/Users/:id', '404')).to.equal(3);
    const duration = 'rollcall_http_request_duration_seconds_count';
    expect(await value(duration, { method: 'POST', route: '/scim/v2/Users' })).to.equal(7);
  });

  it('shows store commands and batches of the writes that were committed', async () => {
    const inserts = () => value('rollcall_store_command_duration_seconds_count', { command: 'commitTransaction' });
    const before = { commits: await inserts(), batches: await value('rollcall_commit_batch_size_sum') };
    for (let number = 0; number < 4; number += 1) await client.createUser(`batch ${number}`);
    expect((await inserts()) - before.commits).to.be.at.least(4);
    expect((await value('rollcall_commit_batch_size_sum')) - before.batches).to.equal(4);
    expect(await value('rollcall_mongodb_pool_size')).to.be.at.least(1);
  });

  it('shows what the dialect repaired', async () => {
    const repairs = () =>
      value('rollcall_quirk_repairs_total', { quirk: 'stringScalars', connection: client.connectionId });
    expect(await repairs()).to.equal(0);
    const { status } = await client.request('POST', '/Users', { schemas: [user], userName: 'quirky', active: 'True' });
    expect(status).to.equal(201);
    expect(await repairs()).to.equal(1);
  });

  it('shows nothing that a client sent', async () => {
    const headers = { 'User-Agent': secret, Referer: secret };
    await client.request('POST', '/Users', { userName: secret, password: secret, displayName: secret }, headers);
    await client.request('GET', `/Users/${secret}?filter=userName%20eq%20%22${secret}%22`, undefined, headers);
    await client.request('PATCH', `/${secret}/${secret}`, { [secret]: secret }, headers);
    await fetch(`${server.base}/Users`, { headers: { Authorization: `Bearer ${secret}` } });
    const shown = await text();
    expect(shown).to.include('rollcall_http_requests_total');
    expect(shown).to.not.include(secret);
    expect(shown).to.not.include('scim_');
  });

  it('says beside it whether the server is ready', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(answer.status).to.equal(200);
  });

  it('is not on the port of SCIM', async () => {
    const answer = await fetch(new URL('/metrics', server.base));
    expect(answer.status).to.equal(404);
  });

  it('that cannot be shown keeps the server from starting, which says why; and ends with it', async () => {
    const [database, metricsPort] = [await freshDatabase(), await freePort()];
    const settings = async () => ({
      MONGODB_URI: database.uri,
      PORT: String(await freePort()),
      METRICS_PORT: String(metricsPort),
      DATA_DIR: await folders.make(),
    });
    const first = await serve(await settings());
    const { code, out, err } = await (await runProgram('main', await settings())).ended;
    expect([code, out]).to.deep.equal([1, '']);
    expect(err).to.match(new RegExp(`^rollcall: .*127\\.0\\.0\\.1:${metricsPort}: .*METRICS_PORT`));
    expect((await stop(first)).code).to.equal(0);
    const gone = await fetch(`http://127.0.0.1:${metricsPort}/metrics`).catch((cause: unknown) => cause);
    expect(gone).to.be.instanceOf(Error);
    await database.drop();
  });
});
