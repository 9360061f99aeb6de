import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { cached, keep, mongodCache, sha256 } from '../../src/mongod/cache.ts';
import { temporaryFolders } from '../support/folders.ts';

const folders = temporaryFolders();

/** Writes a mongod without its run bit, as a wheel does, in two halves. */
const fetching = (version: string) => async (into: string) => {
  const file = join(into, 'mongod');
  await writeFile(file, '#!/bin/sh\n');
  await sleep(20);
  await writeFile(file, `#!/bin/sh\necho "db version v${version}"\n`);
  return file;
};

describe('keeping a fetched mongod', () => {
  let cacheDir: string;
  beforeEach(async () => (cacheDir = await folders.make()));
  afterEach(() => folders.remove());

  it('sets the run bit and writes the checksum beside it', async () => {
    const kept = await keep(cacheDir, fetching('6.0.5'));

    expect(kept.version).to.equal('6.0.5');
    expect((await stat(kept.file)).mode & 0o777).to.equal(0o755);
    expect(await readFile(`${kept.file}.sha256`, 'utf8')).to.include(await sha256(kept.file));
    expect(await cached(cacheDir)).to.deep.equal(kept);
  });

  it('leaves one whole mongod when several fetch at once', async () => {
    const kept = await Promise.all(Array.from({ length: 8 }, () => keep(cacheDir, fetching('6.0.5'))));

    expect(new Set(kept.map(({ file }) => file))).to.have.property('size', 1);
    expect(await readdir(mongodCache(cacheDir))).to.have.length(1);
    expect(await cached(cacheDir)).to.deep.equal(kept[0]);
  });

  it('replaces one that was damaged', async () => {
    const { file } = await keep(cacheDir, fetching('6.0.5'));
    await writeFile(file, 'damaged');
    expect(await cached(cacheDir))
      .to.have.property('refused')
      .that.includes('is not what its checksum says');

    await keep(cacheDir, fetching('6.0.5'));

    expect(await cached(cacheDir)).to.have.property('version', '6.0.5');
  });

  it('keeps nothing of a fetch that failed', async () => {
    const attempt = await keep(cacheDir, async (into) => {
      await fetching('6.0.5')(into);
      throw new Error('the line broke');
    }).catch((cause: unknown) => cause);

    expect(attempt).to.be.an('error').with.property('message', 'the line broke');
    expect(await readdir(mongodCache(cacheDir))).to.deep.equal([]);
  });

  it('takes no mongod older than 6.0 in', async () => {
    const attempt = await keep(cacheDir, fetching('4.4.29')).catch((cause: unknown) => cause);

    expect(attempt).to.be.an('error').with.property('message').that.includes('older than 6.0');
    expect(await readdir(mongodCache(cacheDir))).to.deep.equal([]);
  });
});
