import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { codeOf, reason } from './errors.ts';
import { newestFirst, probe } from './version.ts';
import type { Environment } from './run.ts';

/** A mongod that was fetched earlier and is as it was then. */
export interface Cached {
  readonly file: string;
  readonly version: string;
}

const staging = '.fetching-';
const abandonedAfterMs = 3_600_000;

/** The user's cache folder: `XDG_CACHE_HOME`, else `.cache` in the home folder (XDG Base Directory Specification). */
export const userCache = (environment: Environment, home: string): string =>
  environment['XDG_CACHE_HOME'] || join(home, '.cache');

/** The folder of fetched mongods within the user's cache folder. */
export const mongodCache = (cacheDir: string): string => join(cacheDir, 'rollcall', 'mongod');

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1_048_576 }), hash);
  return hash.digest('hex');
}

/** The newest cached mongod whose checksum still holds; else what is wrong with each that is there. */
export async function cached(cacheDir: string): Promise<Cached | { readonly refused: string }> {
  const folder = mongodCache(cacheDir);
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith(staging));
  const refused: string[] = [];
  for (const name of names.sort(newestFirst)) {
    const found = await intact(join(folder, name));
    if ('version' in found) return found;
    refused.push(found.refused);
  }
  return { refused: refused.join('; ') || `nothing in ${folder}` };
}

async function intact(folder: string): Promise<Cached | { readonly refused: string }> {
  const file = join(folder, 'mongod');
  try {
    const [expected, actual] = await Promise.all([readFile(`${file}.sha256`, 'utf8'), sha256(file)]);
    if (expected.trim().split(/\s/)[0] !== actual) return { refused: `${file} is not what its checksum says` };
  } catch (cause) {
    return { refused: reason(cause) };
  }
  const probed = await probe(file);
  return 'version' in probed ? { file, version: probed.version } : probed;
}

/**
 * Fetches a mongod into a folder of its own and moves it into the cache in one step, so that nobody ever sees half of
 * one; of two processes that fetch at once the second finds the first one's and uses it.
 *
 * @param fetch puts a mongod somewhere, by choice into the folder it is given, and says where
 */
export async function keep(cacheDir: string, fetch: (folder: string) => Promise<string>): Promise<Cached> {
  const root = mongodCache(cacheDir);
  await mkdir(root, { recursive: true, mode: 0o700 });
  await dropAbandoned(root);
  const work = join(root, `${staging}${randomBytes(6).toString('hex')}`);
  try {
    const into = join(work, 'fetched');
    await mkdir(into, { recursive: true, mode: 0o700 });
    const fetched = await fetch(into);
    await chmod(fetched, 0o755).catch(() => undefined);
    const probed = await probe(fetched);
    if (!('version' in probed)) throw new Error(probed.refused);

    const entry = join(work, 'entry');
    await mkdir(entry, { mode: 0o700 });
    const file = join(entry, 'mongod');
    // What the fetcher put elsewhere (a folder of its own settings) is not ours to move.
    await (fetched.startsWith(into) ? rename(fetched, file) : copyFile(fetched, file));
    const checksum = await sha256(file);
    await writeFile(`${file}.sha256`, `${checksum}  mongod\n`);
    return await place(entry, join(root, `${probed.version}-${checksum.slice(0, 12)}`), probed.version);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function place(entry: string, target: string, version: string): Promise<Cached> {
  try {
    await rename(entry, target);
  } catch (cause) {
    if (codeOf(cause) !== 'ENOTEMPTY' && codeOf(cause) !== 'EEXIST') throw cause;
    const there = await intact(target);
    if ('version' in there) return there;
    await rm(target, { recursive: true, force: true });
    await rename(entry, target);
  }
  return { file: join(target, 'mongod'), version };
}

async function dropAbandoned(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(staging)) continue;
    const age = await stat(join(root, name)).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > abandonedAfterMs) await rm(join(root, name), { recursive: true, force: true });
  }
}
