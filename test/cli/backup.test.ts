import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { temporaryFolders } from '../support/folders.ts';
import { emptyPlace, type Place } from '../support/places.ts';
import { runProgram, serve, stop } from '../support/process.ts';
import { freePort } from '../support/server.ts';
import { typed } from './typed.ts';

describe('cli: backup and restore', function () {
  this.timeout(60_000);
  const folders = temporaryFolders();
  let [source, target]: Place[] = [];
  let folder: string;
  let token: string;
  let ports: Place['ports'];
  const { rollcall, json } = typed(() => ports);

  const placed = (place: Place | undefined): Place => {
    if (!place) throw new Error('no database');
    return place;
  };

  before(async () => {
    source = await emptyPlace();
    ports = source.ports;
    for (const name of ['acme', 'globex']) {
      const { id } = await createTenant(ports, name);
      const okta = { tenant: id, name: 'okta', kind: 'okta', dialect: 'lenient', scopes: ['users:read'] } as const;
      ({ token } = await createConnection(ports, { ...okta, scopes: [...okta.scopes], adopt: 'none' }));
    }
  });
  after(async () => {
    await placed(source).close();
    await folders.remove();
  });
  beforeEach(async () => {
    folder = await folders.make();
    target = await emptyPlace();
    ports = placed(source).ports;
  });
  afterEach(() => placed(target).close());

  it('tell what was backed up and restored, and the same digest', async () => {
    const file = join(folder, 'backup');
    const { code, out } = await rollcall(`backup ${file}`);
    expect(code).to.equal(0);
    expect(out).to.match(/^Backed up: 6 documents, 2 tenants\.\n {2}As of +\d{4}-.*Z\n {2}Digest +[\da-f]{64}\n/);
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    ports = placed(target).ports;
    const restored = await json(`restore ${file}`);
    expect(restored).to.have.property('digest', /Digest +(\w+)/.exec(out)?.[1]);
    expect(restored).to.have.property('counts').that.deep.equals({ connections: 2, tokens: 2, tenants: 2 });
    expect(await rollcall(`restore ${file}`)).to.deep.include({ code: 1, out: '' });
  });

  it('take one tenant', async () => {
    const file = join(folder, 'acme');
    expect((await rollcall(`backup ${file} --tenant acme`)).out).to.match(/3 documents, 1 tenant\./);
    ports = placed(target).ports;
    expect((await rollcall(`restore ${file} --tenant globex`)).err).to.equal(
      "rollcall: The backup has no tenant 'globex'.\n",
    );
    expect((await rollcall(`restore ${file} --tenant acme`)).out).to.match(/^Restored: 3 documents, 1 tenant\./);
  });

  it('refuse a tenant that is not there, and write nothing', async () => {
    const { code, err } = await rollcall(`backup ${join(folder, 'backup')} --tenant initech`);
    expect([code, err]).to.deep.equal([
      1,
      "rollcall: There is no tenant 'initech': list the tenants to see their names.\n",
    ]);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('work through pipes, and a server starts on what was restored, with the same tokens', async () => {
    const cli = (uri: string, ...args: string[]) =>
      spawn(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], {
        env: { PATH: process.env['PATH'], MONGODB_URI: uri },
      });
    const [from, to] = [cli(placed(source).uri, 'backup', '-'), cli(placed(target).uri, 'restore', '-', '--json')];
    from.stdout.pipe(to.stdin);
    let [said, told] = ['', ''];
    from.stderr.on('data', (text: Buffer) => (said += text.toString()));
    to.stdout.on('data', (text: Buffer) => (told += text.toString()));
    const codes = await Promise.all([once(from, 'close'), once(to, 'close')]);
    expect(codes.map(([code]: unknown[]) => code)).to.deep.equal([0, 0]);
    expect(said).to.contain((JSON.parse(told) as { digest: string }).digest);

    const port = String(await freePort());
    const server = await serve({ MONGODB_URI: placed(target).uri, DATA_DIR: folder, PORT: port });
    const { status } = await fetch(`http://127.0.0.1:${port}/scim/v2/Users`, {
      headers: { Authorization: `Bearer ${token}` },
    });
    expect(status).to.equal(200);
    const { code, out } = await stop(server);
    expect(code).to.equal(0);
    expect(out, 'nothing was made as on an empty database').not.to.contain('Token:');
  });

  it('a database that is half restored is refused by the server and by every other command', async () => {
    const place = placed(target);
    await place.ports.backups.restore({ schema: 2, tenant: undefined });
    const settings = { MONGODB_URI: place.uri, DATA_DIR: folder };
    for (const program of [await runProgram('main', settings), await runProgram('cli', settings, 'tenant', 'list')]) {
      const { code, err } = await program.ended;
      expect([code, err]).to.deep.equal([
        1,
        'rollcall: A restore of this database is under way, or was broken off: wait for its end, or run `rollcall restore` again, which takes away what the other left.\n',
      ]);
    }
  });
});
