import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type mongoose from 'mongoose';
import ts from 'typescript';
import type { FirstRun } from '../../src/admin/firstRun.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/schema.ts';
import { ended, ready } from '../support/fleet.ts';
import type { TestMongod } from '../support/mongod.ts';
import { freePort } from '../support/server.ts';
import { seed, type Sizes } from './data.ts';

/** A server that is measured, in a process of its own, with a database of its own. */
export interface Contender {
  readonly name: 'Rollcall' | 'floor';
  readonly pid: number;
  readonly base: string;
  readonly token: string;
  readonly db: mongoose.mongo.Db;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Settings of whoever runs the bench are not those of the servers. */
const bare = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

/** Where a server is to write its CPU profile when it ends, if anywhere. */
type Profile = string | undefined;

const profiling = (folder: Profile): string[] => (folder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', folder]);

async function serve(port: number, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...bare, ...env },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  await ready(`http://127.0.0.1:${port}`, child);
  return child;
}

const pidOf = ({ pid }: ChildProcess): number => {
  if (pid === undefined) throw new Error('a server does not run');
  return pid;
};

const withDatabase = (uri: string, name: string): string => uri.replace('/?', `/${name}?`);

/** Rollcall as it is built and started, with its defaults but for the rate, which is what is measured. */
export async function startRollcall(mongod: TestMongod, sizes: Sizes, profile: Profile): Promise<Contender> {
  const built = spawnSync(process.execPath, ['scripts/build.js'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (built.status !== 0) throw new Error('Rollcall could not be built');
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  process.once('exit', () => {
    rmSync(dataDir, { recursive: true, force: true });
  });
  const uri = withDatabase(mongod.uri, 'rollcall');
  const port = await freePort();
  const child = await serve(port, [...profiling(profile), 'dist/main.js'], {
    MONGODB_URI: uri,
    DATA_DIR: dataDir,
    PORT: String(port),
    SCIM_RATE_LIMIT: '0',
  });
  const { scimBaseUrl, token } = await madeAtFirstRun(dataDir);
  const connection = await connect(uri);
  const db = connection.getClient().db();
  const owner = await db.collection<{ _id: string; tenant: string }>('connections').findOne();
  if (!owner) throw new Error('the first start made no connection');
  await seed(db, owner.tenant, owner._id, sizes, (document) => document);
  return {
    name: 'Rollcall',
    pid: pidOf(child),
    base: scimBaseUrl,
    token,
    db,
    async stop() {
      await ended(child, 'SIGTERM');
      await connection.close();
    },
  };
}

/** A server may be ready a moment before it has written this. */
async function madeAtFirstRun(dataDir: string): Promise<FirstRun> {
  for (let left = 200; ; left -= 1)
    try {
      return JSON.parse(await readFile(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
    } catch (error) {
      if (left === 0) throw error;
      await sleep(50);
    }
}

/** The floor, on a database with the same collections and indexes. */
export async function startFloor(mongod: TestMongod, sizes: Sizes, profile: Profile): Promise<Contender> {
  const uri = withDatabase(mongod.uri, 'floor');
  const connection = await connect(uri);
  const db = connection.getClient().db();
  await migrate(connection);
  // Of the searchable twin it keeps what an index is on.
  await seed(db, 'bench', 'floor', sizes, ({ attributes, fold: _, ...rest }) => {
    const { emails = [] } = attributes as { emails?: { value: string }[] };
    const fold = { emails: emails.map(({ value }) => ({ value: value.toLowerCase() })) };
    return { ...rest, attributes, fold };
  });
  const port = await freePort();
  const token = 'a-token-of-the-floor';
  const child = await serve(port, [...profiling(profile), await compiledFloor(), uri, String(port), token, 'bench']);
  return {
    name: 'floor',
    pid: pidOf(child),
    base: `http://127.0.0.1:${port}/scim/v2`,
    token,
    db,
    async stop() {
      await ended(child, 'SIGTERM');
      await connection.close();
    },
  };
}

/** The floor as plain JavaScript: what tsx adds to a program while it runs would count against it. */
async function compiledFloor(): Promise<string> {
  const source = await readFile(new URL('floor.ts', import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  });
  const folder = join(root, 'node_modules/.cache/bench');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'floor.mjs');
  await writeFile(file, outputText);
  return file;
}
