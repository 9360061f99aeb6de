import { expect } from 'chai';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FirstRun } from '../src/admin/firstRun.ts';
import { clientOf, type Client } from './support/client.ts';
import { mongodsOn } from './support/embedded.ts';
import { temporaryFolders } from './support/folders.ts';
import { createWhile, endPrograms, firstRunOf, isId, runProgram, serve, type Program } from './support/process.ts';
import { freePort } from './support/server.ts';

/** Whether nobody listens on a port any more. */
const isClosed = (port: number) =>
  new Promise<boolean>((resolve) => {
    request({ host: '127.0.0.1', port, agent: false }, (answer) => {
      answer.resume();
      resolve(false);
    })
      .on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code === 'ECONNREFUSED');
      })
      .end();
  });

/** Does it again and again until it comes out as it is wanted. */
async function until<Result>(work: () => Promise<Result>, wanted: (result: Result) => boolean): Promise<Result> {
  for (;;) {
    const result = await work();
    if (wanted(result)) return result;
    await sleep(50);
  }
}

describe('the server process on the embedded default', function () {
  this.timeout(120_000);
  const folders = temporaryFolders();
  let dataDir: string;
  let port: number;
  let url: string;
  let server: Program;
  let first: FirstRun;
  let client: Client;
  let probe: Client;
  const settings = () => ({ DATA_DIR: dataDir, PORT: String(port) });

  before(async () => {
    dataDir = await folders.make();
    port = await freePort();
    url = `http://127.0.0.1:${port}`;
    server = await serve(settings());
    first = await firstRunOf(dataDir);
    client = clientOf([first.scimBaseUrl], first.token);
    probe = clientOf([url], 'none');
  });
  after(async () => {
    client.close();
    probe.close();
    endPrograms();
    for (const pid of mongodsOn(dataDir)) process.kill(pid, 'SIGKILL');
    await folders.remove();
  });

  it('tells its base URL and a token at its first start, keeps them for its owner alone, and has nobody yet', async () => {
    expect(first).to.have.all.keys('scimBaseUrl', 'token', 'adminApiUrl', 'adminApiKey');
    expect(first.scimBaseUrl).to.equal(`${url}/scim/v2`);
    await server.says(first.token);
    expect(server.out()).to.contain(`SCIM base URL: ${first.scimBaseUrl}\n`);
    expect(server.err()).not.to.contain(first.token);
    expect((await stat(join(dataDir, 'first-run.json'))).mode & 0o777).to.equal(0o600);
    for (const path of ['/Users', '/Groups'])
      expect((await client.request('GET', path)).body).to.include({ totalResults: 0, itemsPerPage: 0 });
    for (const path of ['/health/live', '/health/ready'])
      expect((await probe.request('GET', path)).status).to.equal(200);
  });

  it('is alone on its data folder: a second one ends with 1 and says whose it is', async () => {
    const second = await runProgram('main', { DATA_DIR: dataDir, PORT: String(await freePort()) });
    const { code, out, err } = await second.ended;
    expect([code, out]).to.deep.equal([1, '']);
    expect(err).to.contain(`Another Rollcall server (process ${server.pid}) is using ${dataDir}.`);
    expect((await client.request('GET', '/Users')).status).to.equal(200);
  });

  it('is administered by the command line beside it, which is told where the server is and makes tokens that work', async () => {
    const made = await runProgram(
      'cli',
      { DATA_DIR: dataDir },
      ...'connection create okta --kind okta --json'.split(' '),
    );
    const { code, out, err } = await made.ended;
    expect(code, err).to.equal(0);
    const connection = JSON.parse(out) as { id: string; scimBaseUrl: string; token: string };
    expect(connection.id).to.match(isId);
    expect(connection.scimBaseUrl).to.equal(first.scimBaseUrl);
    const okta = clientOf([connection.scimBaseUrl], connection.token);
    expect(await okta.createUser('kim@corp.example')).to.match(isId);
    const refused = await okta.request('POST', '/Users', { userName: 'KIM@corp.example' });
    expect(refused.status).to.equal(409);
    okta.close();

    const requestId = String(refused.headers['x-request-id']);
    const told = await runProgram(
      'cli',
      { DATA_DIR: dataDir },
      'connection',
      'log',
      'okta',
      '--request',
      requestId,
      '--json',
    );
    const rows = JSON.parse((await told.ended).out) as object[];
    expect(rows).to.have.length(1);
    expect(rows[0]).to.include({ operation: 'POST', status: 409, scimType: 'uniqueness', connection: connection.id });
  });

  it('answers 503 with Retry-After while its mongod is dead, lives on, and serves again by itself', async () => {
    const user = await client.createUser('ana@corp.example');
    const [dead] = mongodsOn(dataDir);
    const read = () => client.request('GET', `/Users/${user}`);
    const state = () => probe.request('GET', '/health/ready');
    // A first one would be back before anybody noticed: whoever comes back is killed too, until a client was told.
    const [refused, waiting] = await until(
      async () => {
        for (const pid of mongodsOn(dataDir)) process.kill(pid, 'SIGKILL');
        expect((await probe.request('GET', '/health/live')).status).to.equal(200);
        return Promise.all([read(), state()]);
      },
      ([answer, ready]) => answer.status === 503 && ready.status === 503,
    );
    expect(refused.headers['retry-after']).to.match(/^\d+$/);
    expect(refused.body).to.include({ status: '503' });
    expect(waiting.body).to.deep.equal({ status: 'waiting', reason: 'the database cannot be reached' });

    const found = await until(read, ({ status }) => {
      expect(status).to.be.oneOf([200, 503]);
      return status === 200;
    });
    expect(found.body.id).to.equal(user);
    expect((await state()).status).to.equal(200);
    expect(await client.createUser('tom@corp.example')).to.match(isId);
    expect(mongodsOn(dataDir)).to.have.length(1).and.not.include(dead);
  });

  it('told to stop while it is still starting, ends with 0 and leaves no mongod', async () => {
    const other = await folders.make();
    const starting = await runProgram('main', { DATA_DIR: other, PORT: String(await freePort()) });
    await until(
      () => Promise.resolve(mongodsOn(other)),
      (pids) => pids.length > 0,
    );
    process.kill(starting.pid, 'SIGTERM');
    expect((await starting.ended).code).to.equal(0);
    expect(mongodsOn(other)).to.deep.equal([]);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    it(`on ${signal} finishes what runs, ends with 0, leaves no mongod, and tells its URL only when it starts again`, async () => {
      const userName = `${signal.toLowerCase()}@corp.example`;
      const status = await createWhile(first, userName, async () => {
        process.kill(server.pid, signal);
        while (!(await isClosed(port))) await sleep(10);
      });
      expect(status).to.equal(201);
      expect((await server.ended).code).to.equal(0);
      expect(mongodsOn(dataDir)).to.deep.equal([]);

      server = await serve(settings());
      expect(server.out()).to.equal(`Rollcall is ready.\n  SCIM base URL: ${first.scimBaseUrl}\n`);
      expect(server.err()).not.to.contain('scim_');
      expect(await firstRunOf(dataDir)).to.deep.equal(first);
      const { body: found } = await client.request('GET', `/Users?filter=userName+eq+%22${userName}%22`);
      expect(found).to.include({ totalResults: 1 });
    });
});
