import { expect } from 'chai';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load, save } from '../src/archive.ts';
import { temporaryFolders } from './support/folders.ts';

async function* some(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a');
  throw new Error('the database is away');
}

const text = async (file: string): Promise<string> => {
  const pieces: Uint8Array[] = [];
  for await (const piece of load(file)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
};

const fault = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );

describe('archive: the file of a backup', () => {
  const folders = temporaryFolders();
  after(() => folders.remove());

  it('holds what was given, compressed, and only its owner can read it', async () => {
    const file = join(await folders.make(), 'backup');
    await save(file, some('a'.repeat(100_000), 'b'));
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect((await readFile(file)).length).to.be.lessThan(2_000);
    expect(await text(file)).to.equal(`${'a'.repeat(100_000)}b`);
  });

  it('takes the place of no other file', async () => {
    const file = join(await folders.make(), 'backup');
    await writeFile(file, 'the last good one');
    expect(await fault(save(file, some('a')))).to.match(/^Refusal: .* is there already/);
    expect(await readFile(file, 'utf8')).to.equal('the last good one');
  });

  it('has its name only once it is whole', async () => {
    const folder = await folders.make();
    expect(await fault(save(join(folder, 'backup'), failing()))).to.equal('Error: the database is away');
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it('where it cannot be made or read, that is said', async () => {
    const file = join(await folders.make(), 'nowhere', 'backup');
    expect(await fault(save(file, some('a')))).to.match(/^Refusal: .* can't be written: ENOENT/);
    expect(await fault(text(file))).to.match(/^Refusal: .* can't be read: ENOENT/);
  });

  it('cut short, changed, or something else, it is refused', async () => {
    const folder = await folders.make();
    const [short, changed, other] = ['short', 'changed', 'other'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await save(short, some('abc'));
    await truncate(short, 15);
    await save(changed, some('abc'));
    const bytes = await readFile(changed);
    bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 1;
    await writeFile(changed, bytes);
    await writeFile(other, 'no archive');
    for (const file of [short, changed, other]) expect(await fault(text(file)), file).to.match(/^Refusal: .*damaged/);
  });
});
