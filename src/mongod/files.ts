import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './errors.ts';
import type { ProcessIdentity } from './processes.ts';

/** Where the embedded server keeps what it keeps, under `DATA_DIR`. */
export interface Places {
  readonly dataDir: string;
  /** WiredTiger's files. */
  readonly db: string;
  /** Claims to run the mongod of this folder: see `lock`. */
  readonly claims: string;
  /** The key that mongod's own connections show (`--keyFile`). */
  readonly keyFile: string;
  readonly credentials: string;
  readonly runtime: string;
  readonly log: string;
}

/** What a started mongod leaves for the next start, and for the CLI beside it. */
export interface Runtime {
  readonly mongod: ProcessIdentity;
  readonly port: number;
  readonly version: string;
}

/** User and password of the server's own account in the embedded mongod. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Names the places of a data folder; an absolute one with links resolved where it exists. */
export async function placesOf(dataDir: string): Promise<Places> {
  const root = await realpath(dataDir);
  const own = join(root, 'mongod');
  return {
    dataDir: root,
    db: join(own, 'db'),
    claims: join(own, 'claims'),
    keyFile: join(own, 'keyfile'),
    credentials: join(own, 'credentials.json'),
    runtime: join(own, 'runtime.json'),
    log: join(own, 'mongod.log'),
  };
}

/** Makes the folders of the embedded server, closed to other users of the machine. */
export async function makePlaces(dataDir: string): Promise<Places> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const places = await placesOf(dataDir);
  await mkdir(places.db, { recursive: true, mode: 0o700 });
  await chmod(join(places.db, '..'), 0o700);
  return places;
}

/** The key of the key file, made on first use. */
export async function keyOf(places: Places): Promise<string> {
  const kept = await readText(places.keyFile);
  // MongoDB takes keys of 6 to 1,024 characters of base64.
  if (kept !== undefined && /^[A-Za-z0-9+/=]{64,1024}$/.test(kept.trim())) {
    await chmod(places.keyFile, 0o600);
    return kept.trim();
  }
  const key = randomBytes(96).toString('base64');
  await writePrivate(places.keyFile, key);
  return key;
}

/** The server's account, made on first use. */
export async function credentialsOf(places: Places): Promise<Credentials> {
  const kept = await readCredentials(places);
  if (kept) {
    await chmod(places.credentials, 0o600);
    return kept;
  }
  const made = { user: 'rollcall', password: randomBytes(24).toString('base64url') };
  await writePrivate(places.credentials, JSON.stringify(made));
  return made;
}

/** The server's account, if there is one already. */
export async function readCredentials(places: Places): Promise<Credentials | undefined> {
  const kept = asRecord(await readText(places.credentials));
  const { user, password } = kept;
  return typeof user === 'string' && typeof password === 'string' ? { user, password } : undefined;
}

/** What the mongod that ran last left behind. */
export async function readRuntime(places: Places): Promise<Runtime | undefined> {
  const { mongod, port, version } = asRecord(await readText(places.runtime));
  if (typeof port !== 'number' || typeof version !== 'string' || !isRecord(mongod)) return undefined;
  const { pid, started } = mongod;
  if (typeof pid !== 'number' || typeof started !== 'string') return undefined;
  return { mongod: { pid, started }, port, version };
}

/** Writes down what a started mongod leaves for the next start. */
export const writeRuntime = (places: Places, runtime: Runtime): Promise<void> =>
  writePrivate(places.runtime, JSON.stringify(runtime));

/** Writes a file that only this user reads, whole or not at all. */
async function writePrivate(file: string, text: string): Promise<void> {
  const half = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(half, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(half, file);
  } catch (cause) {
    await rm(half, { force: true });
    throw cause;
  }
}

/** The text of a file; none when it does not exist. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function asRecord(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isRecord(value) ? value : {};
  } catch {
    return {}; // Not ours, or damaged: made anew, mongod's own key opens the way.
  }
}
