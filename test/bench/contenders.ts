import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
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

/** Rollcall as it is built and started, with its defaults. */
export async function startRollcall(mongod: TestMongod, sizes: Sizes, profile?: string): Promise<Contender> {
  const built = spawnSync(process.execPath, ['scripts/build.js'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (built.status !== 0) throw new Error('Rollcall could not be built');
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const uri = withDatabase(mongod.uri, 'rollcall');
  const port = await freePort();
  const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
  const child = await serve(port, [...profiling, 'dist/main.js'], {
    MONGODB_URI: uri,
    DATA_DIR: dataDir,
    PORT: String(port),
  });
  const { scimBaseUrl, token } = JSON.parse(await readFile(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
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
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The floor, on a database with the same collections and indexes. */
export async function startFloor(mongod: TestMongod, sizes: Sizes): Promise<Contender> {
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
  const child = await serve(port, [await compiledFloor(), uri, String(port), token, 'bench']);
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
