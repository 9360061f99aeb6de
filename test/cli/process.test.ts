import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { makePlaces } from '../../src/mongod/files.ts';
import { holder } from '../../src/mongod/lock.ts';
import { noteAddress } from '../../src/storage/address.ts';
import { connect } from '../../src/storage/connect.ts';
import { runScript } from '../support/child.ts';
import { temporaryFolders } from '../support/folders.ts';
import { freshDatabase, testBinary } from '../support/mongod.ts';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** Runs the command as an operator does, in a process of its own. */
function rollcall(
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  return rollcallReading('', settings, ...args);
}

/** As `rollcall`, with something on its standard input. */
async function rollcallReading(
  input: string,
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const { file } = await testBinary();
  const child = spawn(process.execPath, ['--import', 'tsx', cli, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], MONGOD_BINARY: file, ...settings },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(input);
  let out = '';
  let err = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

describe('cli as a process', function () {
  this.timeout(120_000);
  const folders = temporaryFolders();
  after(() => folders.remove());

  it('works without a server, on the embedded database for the time being, several commands at once too', async () => {
    const settings = { DATA_DIR: await folders.make() };
    const names = ['acme', 'globex', 'initech'];
    const made = await Promise.all(names.map((name) => rollcall(settings, 'tenant', 'create', name, '--json')));
    for (const { code, err } of made) expect(code, err).to.equal(0);
    for (const { out } of made) expect(JSON.parse(out)).to.have.property('createdBy').that.matches(/^cli/);
    const { out } = await rollcall(settings, 'tenant', 'list', '--json');
    expect((JSON.parse(out) as { name: string }[]).map(({ name }) => name)).to.deep.equal(names);
  });

  it('works beside a running server on the embedded database', async () => {
    const dataDir = await folders.make();
    const server = runScript('embeddedServer.ts', dataDir);
    try {
      const settings = { DATA_DIR: dataDir, PUBLIC_URL: 'https://scim.example.com/' };
      // The server has the folder, but need not be ready: the command waits for it.
      const { claims } = await makePlaces(dataDir);
      while (!(await holder(claims).catch(() => undefined))) await sleep(10);
      expect((await rollcall(settings, 'tenant', 'create', 'acme')).code).to.equal(0);
      await server.line((line) => line.includes('uri'));
      const made = await rollcall(settings, 'connection', 'create', '--tenant', 'acme', '--name', 'okta', '--json');
      expect(JSON.parse(made.out)).to.include({ scimBaseUrl: 'https://scim.example.com/scim/v2' });
    } finally {
      process.kill(server.pid, 'SIGTERM');
      expect(await server.ended, 'the server goes on until it is told to stop').to.equal(0);
    }
  });

  it('speaks the language of the locale, and the doctor looks without changing anything', async () => {
    const settings = { DATA_DIR: await folders.make(), LANG: 'en_US.UTF-8', LC_ALL: 'fr_FR.UTF-8' };
    const fresh = await rollcall(settings, 'doctor');
    expect(fresh.code, fresh.err).to.equal(1);
    expect(fresh.out).to.match(/^avertissement\u00A0: Il n’y a encore aucune organisation/);
    expect((await rollcall(settings, 'tenant', 'create', 'acme')).out).to.match(
      /^L’organisation «\u00A0acme\u00A0» est créée/,
    );
    const { code, out } = await rollcall(settings, 'doctor', '--json', '--lang', 'en');
    expect(code).to.equal(1);
    expect((JSON.parse(out) as { findings: { code: string }[] }).findings.map((finding) => finding.code)).to.deep.equal(
      ['primary-admin-none', 'connection-none'],
    );
  });

  it('tells the doctor what is wrong with the settings, where every other command ends with 2', async () => {
    const settings = { DATA_DIR: await folders.make(), PORT: 'many' };
    expect((await rollcall(settings, 'tenant', 'list')).code).to.equal(2);
    const { code, out } = await rollcall(settings, 'doctor');
    expect([code, out]).to.deep.equal([1, 'error: A setting is wrong: PORT: must be integer\n1 error, 0 warnings.\n']);
  });

  it('works on the database of MONGODB_URI', async () => {
    const database = await freshDatabase();
    const made = await rollcall({ MONGODB_URI: database.uri }, 'tenant', 'create', 'acme', '--json');
    expect(made.code, made.err).to.equal(0);
    const db = await connect(database.uri);
    const { id } = JSON.parse(made.out) as { id: string };
    expect(await db.collection<{ _id: string }>('tenants').countDocuments({ _id: id })).to.equal(1);
    // The server has told where it is found; the settings of this shell say something else.
    await noteAddress(db, 'https://scim.example.com');
    const given = ['--tenant', 'acme', '--name', 'okta', '--json'];
    const change = JSON.stringify({ timezone: 'Europe/Rome' });
    const told = ['settings', 'set', '--body', '-', '--json'];
    const changed = await rollcallReading(change, { MONGODB_URI: database.uri }, ...told);
    expect(JSON.parse(changed.out), changed.err).to.include({ timezone: 'Europe/Rome' });
    const linked = await rollcall({ MONGODB_URI: database.uri }, 'connection', 'create', ...given);
    expect(JSON.parse(linked.out)).to.include({ scimBaseUrl: 'https://scim.example.com/scim/v2' });
    await db.close();
    await database.drop();
  });

  it('ends with 2 on wrong settings, naming each, but still helps', async () => {
    const [wrong, helping] = await Promise.all([
      rollcall({ PORT: 'many', LOG_LEVEL: 'loud' }, 'tenant', 'list'),
      rollcall({ PORT: 'many' }, '--help'),
    ]);
    expect(wrong.code).to.equal(2);
    expect(wrong.err).to.contain('PORT').and.to.contain('LOG_LEVEL');
    expect(helping.code).to.equal(0);
  });

  it('ends with 1 where the database cannot be reached, and says so', async () => {
    const away = await rollcall({ MONGODB_URI: 'mongodb://127.0.0.1:1/?replicaSet=none' }, 'tenant', 'list');
    expect([away.code, away.out]).to.deep.equal([1, '']);
    expect(away.err).to.match(/^rollcall: /);
  });
});
