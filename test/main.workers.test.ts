import { expect } from 'chai';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FirstRun } from '../src/admin/firstRun.ts';
import { clientOf, type Answer, type Client } from './support/client.ts';
import { mongodsOn } from './support/embedded.ts';
import { temporaryFolders } from './support/folders.ts';
import { freshDatabase } from './support/mongod.ts';
import { createWhile, endPrograms, firstRunOf, runProgram, serve, stop, type Program } from './support/process.ts';
import { freePort } from './support/server.ts';

/** Does it again and again until it comes out as it is wanted. */
async function until<Result>(work: () => Promise<Result>, wanted: (result: Result) => boolean): Promise<Result> {
  for (;;) {
    const result = await work();
    if (wanted(result)) return result;
    await sleep(50);
  }
}

/** The lines of a server's log with this message. */
const logged = (server: Program, message: string) =>
  server
    .err()
    .split('\n')
    .filter((line) => line.includes(`"message":"${message}"`))
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

/** The workers that ever served, in the order in which they began to. */
const workersOf = (server: Program) => logged(server, 'a worker serves').map(({ pid }) => Number(pid));

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').map(Number);

const gone = (pids: readonly number[]) =>
  until(
    () => Promise.resolve(pids.filter(isAlive)),
    (alive) => alive.length === 0,
  );

describe('two workers on the embedded default', function () {
  this.timeout(120_000);
  const folders = temporaryFolders();
  let dataDir: string;
  let settings: Readonly<Record<string, string>>;
  let server: Program;
  let first: FirstRun;

  before(async () => {
    dataDir = await folders.make();
    const [port, metricsPort] = [await freePort(), await freePort()];
    settings = { DATA_DIR: dataDir, PORT: String(port), METRICS_PORT: String(metricsPort), WORKERS: '2' };
    server = await serve(settings);
    first = await firstRunOf(dataDir);
  });
  after(async () => {
    endPrograms();
    for (const pid of mongodsOn(dataDir)) process.kill(pid, 'SIGKILL');
    await folders.remove();
  });

  /** A request over a connection of its own. */
  async function ask(method: string, path: string, body?: object): Promise<Answer> {
    const client = clientOf([first.scimBaseUrl], first.token);
    try {
      return await client.request(method, path, body);
    } finally {
      client.close();
    }
  }

  const metricsText = async () => (await fetch(`http://127.0.0.1:${settings['METRICS_PORT'] ?? ''}/metrics`)).text();

  /** How many reads of users each worker has answered, by its number. */
  async function reads(): Promise<Record<string, number>> {
    const lines = (await metricsText()).matchAll(
      /^rollcall_http_requests_total\{method="GET",route="\/scim\/v2\/Users",.*worker="(\d+)"\} (\d+)$/gm,
    );
    return Object.fromEntries([...lines].map(([, worker = '', count]) => [worker, Number(count)]));
  }

  it('tell their URL and the first token once, and share one mongod', async () => {
    expect(server.out().match(/SCIM base URL|Token: /g)).to.deep.equal(['SCIM base URL', 'Token: ']);
    expect(server.out()).to.contain(first.token);
    expect(workersOf(server)).to.have.length(2);
    expect(mongodsOn(dataDir)).to.have.length(1);
    const { out } = await (await runProgram('cli', { DATA_DIR: dataDir }, 'tenant', 'list', '--json')).ended;
    expect(JSON.parse(out)).to.have.length(1);
  });

  it('take turns on one port, know what the other wrote, and show the metrics of both, each metric once', async () => {
    const { body } = await ask('POST', '/Users', { userName: 'kim@corp.example' });
    for (let turn = 0; turn < 10; turn += 1) {
      const { body: list } = await ask('GET', '/Users');
      expect(list['Resources']).to.have.nested.property('[0].id', body.id);
    }
    expect(await reads()).to.deep.equal({ 1: 5, 2: 5 });
    const heads = (await metricsText()).match(/^# TYPE .*/gm) ?? [];
    expect(heads).to.include('# TYPE rollcall_http_requests_total counter');
    expect(new Set(heads)).to.have.length(heads.length);
  });

  it('serve again by themselves after their mongod died', async () => {
    for (const pid of mongodsOn(dataDir)) process.kill(pid, 'SIGKILL');
    await until(
      () => Promise.all([ask('GET', '/Users'), ask('GET', '/Users')]),
      (answers) => {
        for (const { status } of answers) expect(status).to.be.oneOf([200, 503]);
        return answers.every(({ status }) => status === 200) && mongodsOn(dataDir).length === 1;
      },
    );
    expect(workersOf(server)).to.have.length(2);
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    it(`are two again when one was ended by ${signal}, and the other serves meanwhile`, async () => {
      const before = workersOf(server);
      const [victim = 0] = before.slice(-2);
      process.kill(victim, signal);
      await gone([victim]);
      const answers = await Promise.all([ask('GET', '/Users'), ask('GET', '/Users')]);
      expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
      await until(
        () => Promise.resolve(workersOf(server)),
        (now) => now.length === before.length + 1,
      );
      const [told] = logged(server, 'a worker ended; another takes its place').filter(({ pid }) => pid === victim);
      expect(told).to.include(signal === 'SIGKILL' ? { level: 'warn', signal } : { level: 'warn', exitCode: 0 });
      await Promise.all([ask('GET', '/Users'), ask('GET', '/Users')]);
      expect(await reads()).to.have.all.keys('1', '2');
    });

  it('end when their supervisor is killed, and the next start finds everything', async () => {
    const [pids, ended] = [workersOf(server), stop(server, 'SIGKILL')];
    await gone(pids);
    await ended;
    server = await serve(settings);
    expect((await ask('GET', '/Users')).body).to.deep.include({ totalResults: 1 });
    expect(server.out()).to.equal(`Rollcall is ready.\n  SCIM base URL: ${first.scimBaseUrl}\n`);
  });

  it('finish what runs when the terminal tells all of them to end, and leave no mongod', async () => {
    const pids = workersOf(server);
    const status = await createWhile(first, 'ana@corp.example', async () => {
      for (const pid of [...pids, server.pid]) process.kill(pid, 'SIGINT');
      // One ends at once, the other when it has answered.
      await until(
        () => Promise.resolve(pids.filter(isAlive)),
        (alive) => alive.length === 1,
      );
    });
    expect(status).to.equal(201);
    expect((await server.ended).code).to.equal(0);
    expect(pids.filter(isAlive)).to.deep.equal([]);
    expect(mongodsOn(dataDir)).to.deep.equal([]);
  });

  it('end as cleanly while one of them is only just begun', async () => {
    server = await serve(settings);
    const [victim = 0, other = 0] = workersOf(server);
    process.kill(victim, 'SIGKILL');
    const [begun = 0] = await until(
      async () => (await childrenOf(server.pid)).filter((pid) => ![victim, other, ...mongodsOn(dataDir)].includes(pid)),
      (found) => found.length > 0,
    );
    for (const pid of [begun, other, server.pid]) process.kill(pid, 'SIGINT');
    expect((await server.ended).code).to.equal(0);
    expect(mongodsOn(dataDir)).to.deep.equal([]);
  });

  it('are not waited for by who tells their supervisor twice', async () => {
    server = await serve(settings);
    const pids = workersOf(server);
    const { port } = new URL(first.scimBaseUrl);
    const waiting = request({ port, method: 'POST', path: '/scim/v2/Users', headers: { 'Content-Length': 9 } });
    waiting.on('error', () => undefined).flushHeaders();
    await sleep(300);
    process.kill(server.pid, 'SIGTERM');
    await server.says('stopping');
    expect((await stop(server)).code).to.equal(1);
    await gone([...pids, ...mongodsOn(dataDir)]);
    waiting.destroy();
  });
});

describe('two workers that cannot start', function () {
  this.timeout(60_000);
  const folders = temporaryFolders();
  after(() => {
    endPrograms();
    return folders.remove();
  });

  it('are not even begun with where settings are wrong, which is said once', async () => {
    for (const wrong of [{ WORKERS: '0' }, { WORKERS: '2', PORT: 'many' }]) {
      const { code, out, err } = await (await runProgram('main', wrong)).ended;
      expect([code, out]).to.deep.equal([2, '']);
      expect(err).to.match(/^rollcall: (WORKERS|PORT): [^\n]+\n$/);
    }
  });

  it('say once what is in their way, leave nothing behind and make nothing', async () => {
    const database = await freshDatabase();
    const dataDir = await folders.make();
    const settings = { MONGODB_URI: database.uri, DATA_DIR: dataDir, PORT: String(await freePort()), WORKERS: '2' };
    const other = await serve({ ...settings, DATA_DIR: await folders.make(), WORKERS: '1' });
    const { code, out, err } = await (await runProgram('main', settings)).ended;
    expect([code, out]).to.deep.equal([1, '']);
    expect(err.match(/Cannot listen/g)).to.have.length(1);
    expect(await readdir(dataDir)).to.deep.equal([]);
    await stop(other);
    await database.drop();
  });
});

describe('two workers under load', function () {
  this.timeout(60_000);
  const folders = temporaryFolders();
  after(() => {
    endPrograms();
    return folders.remove();
  });

  it('answer every request that reached them when they are told to end', async () => {
    const database = await freshDatabase();
    const dataDir = await folders.make();
    const server = await serve({
      MONGODB_URI: database.uri,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      WORKERS: '2',
      SCIM_RATE_LIMIT: '0',
    });
    const { scimBaseUrl, token } = await firstRunOf(dataDir);
    const client = clientOf([scimBaseUrl], token);
    let answered = 0;
    const write = async (writer: number) => {
      for (let at = 0; ; at += 1) {
        const answer = await post(client, `user ${writer} ${at}`);
        if (!answer) return;
        expect(answer.status).to.equal(201);
        answered += 1;
      }
    };
    const writing = Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(write));
    await until(
      () => Promise.resolve(answered),
      (count) => count >= 100,
    );
    const { code } = await stop(server);
    await writing;
    client.close();
    expect(code).to.equal(0);
    const lines = logged(server, 'request');
    expect(lines.filter(({ aborted }) => aborted !== undefined)).to.deep.equal([]);
    expect(lines).to.have.length(answered);
    await database.drop();
  });
});

/** Undefined where the server is no longer there. */
const post = (client: Client, userName: string): Promise<Answer | undefined> =>
  client.request('POST', '/Users', { userName }).catch(() => undefined);
