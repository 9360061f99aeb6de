import { spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type mongoose from 'mongoose';
import ts from 'typescript';
import type { FirstRun } from '../../src/admin/firstRun.ts';
import { connect } from '../../src/storage/connect.ts';
import { migrate } from '../../src/storage/schema.ts';
import { ended } from '../support/fleet.ts';
import type { TestMongod } from '../support/mongod.ts';
import { freePort } from '../support/server.ts';
import type { Address } from './client.ts';
import { seed, type Sizes, type Soil } from './data.ts';
import type { Name } from './operation.ts';
import { launch, pidOf, root, serve } from './processes.ts';

/** A server that is measured, in a process of its own. */
export interface Contender extends Address {
  readonly name: Name;
  readonly pid: number;
  /** Where it keeps its data, if in MongoDB: a database of its own. */
  readonly soil?: Soil;
  stop(): Promise<void>;
}

/** A contender that keeps its data in MongoDB. */
export type Storing = Contender & { readonly soil: Soil };

/** Where a server is to write its CPU profile when it ends, if anywhere. */
export type Profile = string | undefined;

const profiling = (folder: Profile): string[] => (folder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', folder]);

const withDatabase = (uri: string, name: string): string => uri.replace('/?', `/${name}?`);

/** What Node is started with by `npm start`. */
function asStarted(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    'scripts',
    { start: string }
  >;
  return scripts.start.split('exec node ')[1]?.split(' ') ?? [];
}

let built = false;

/** Builds Rollcall, once. @throws Error where that fails */
function build(): void {
  if (built) return;
  const { status } = spawnSync(process.execPath, ['scripts/build.js'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error('Rollcall could not be built');
  built = true;
}

/** A folder that goes with the bench. */
export async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A Rollcall that runs, as it is built and started. */
export interface RunningRollcall extends Address {
  readonly child: ChildProcess;
  readonly url: string;
  readonly dataDir: string;
  readonly connection: mongoose.Connection;
}

/** Starts Rollcall on a database with its defaults, but for what is given. */
export async function runRollcall(
  mongod: TestMongod,
  database: string,
  env: NodeJS.ProcessEnv,
  profile?: Profile,
): Promise<RunningRollcall> {
  build();
  const dataDir = env['DATA_DIR'] ?? (await ownFolder());
  const uri = withDatabase(mongod.uri, database);
  const port = await freePort();
  const child = await serve(port, [...profiling(profile), ...asStarted()], {
    MONGODB_URI: uri,
    DATA_DIR: dataDir,
    PORT: String(port),
    ...env,
  });
  const { token } = await madeAtFirstRun(dataDir);
  const url = `http://127.0.0.1:${port}`;
  return { child, url, base: `${url}/scim/v2`, token, dataDir, connection: await connect(uri) };
}

/** Rollcall with its defaults but for the rate, which is what is measured. */
export async function startRollcall(
  mongod: TestMongod,
  database: string,
  sizes: Sizes,
  profile?: Profile,
): Promise<Storing & Pick<RunningRollcall, 'dataDir'>> {
  const { child, base, token, dataDir, connection } = await runRollcall(
    mongod,
    database,
    { SCIM_RATE_LIMIT: '0' },
    profile,
  );
  const db = connection.getClient().db();
  const owner = await db.collection<{ _id: string; tenant: string }>('connections').findOne();
  if (!owner) throw new Error('the first start made no connection');
  const soil = { db, tenant: owner.tenant, owner: owner._id, trim: (document) => document } satisfies Soil;
  await seed(soil, sizes);
  return { name: 'Rollcall', pid: pidOf(child), base, token, dataDir, soil, stop: stopping(child, connection) };
}

const stopping = (child: ChildProcess, connection: mongoose.Connection) => async (): Promise<void> => {
  await ended(child, 'SIGTERM');
  await connection.getClient().db().dropDatabase();
  await connection.close();
};

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

/** The floor, which counts its people when it starts: to see more of them it has to be started again. */
interface Floor extends Storing {
  again(): Promise<Floor>;
}

/** The floor, on a database with the same collections and indexes. */
export async function startFloor(
  mongod: TestMongod,
  database: string,
  sizes: Sizes,
  profile?: Profile,
): Promise<Floor> {
  const uri = withDatabase(mongod.uri, database);
  const connection = await connect(uri);
  const db = connection.getClient().db();
  await migrate(connection);
  // Of the searchable twin it keeps what an index is on.
  const trim: Soil['trim'] = ({ attributes, fold: _, ...rest }) => {
    const { emails = [] } = attributes as { emails?: { value: string }[] };
    const fold = { emails: emails.map(({ value }) => ({ value: value.toLowerCase() })) };
    return { ...rest, attributes, fold };
  };
  const soil: Soil = { db, tenant: 'bench', owner: 'floor', trim };
  await seed(soil, sizes);

  async function run(): Promise<Floor> {
    const port = await freePort();
    const token = 'a-token-of-the-floor';
    const program = await compiled(new URL('floor.ts', import.meta.url));
    const child = await serve(port, [...profiling(profile), program, uri, String(port), token, soil.tenant]);
    return {
      name: 'floor',
      pid: pidOf(child),
      base: `http://127.0.0.1:${port}/scim/v2`,
      token,
      soil,
      stop: stopping(child, connection),
      async again() {
        await ended(child, 'SIGTERM');
        return run();
      },
    };
  }
  return run();
}

/** The ceilings: what Express 5, and Node's own server, cost for the least of answers. */
export async function startHello(name: 'Express' | 'node:http'): Promise<Contender> {
  const port = await freePort();
  const child = await serve(port, [await compiled(new URL('hello.ts', import.meta.url)), name, String(port)]);
  const base = `http://127.0.0.1:${port}`;
  return { name, pid: pidOf(child), base, token: '', stop: () => ended(child, 'SIGTERM') };
}

/** A program of this folder as plain JavaScript: what tsx adds to one while it runs would count against it. */
async function compiled(program: URL): Promise<string> {
  const source = await readFile(program, 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext },
  });
  const folder = join(root, 'node_modules/.cache/bench');
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${basename(program.pathname, '.ts')}.mjs`);
  await writeFile(file, outputText);
  return file;
}

/** How long a Rollcall with an embedded database takes from its start to its first answer, in seconds. */
export async function secondsToAnswer(dataDir: string, mongodBinary: string): Promise<number> {
  build();
  const port = await freePort();
  const began = performance.now();
  const child = launch(asStarted(), { DATA_DIR: dataDir, PORT: String(port), MONGOD_BINARY: mongodBinary });
  const { token } = await madeAtFirstRun(dataDir);
  const headers = { Authorization: `Bearer ${token}` };
  for (let left = 6_000; left > 0; left -= 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/scim/v2/Users?count=1`, { headers }).catch(() => undefined);
    if (answer?.status === 200) {
      const seconds = (performance.now() - began) / 1_000;
      await ended(child, 'SIGTERM');
      return seconds;
    }
    await sleep(10);
  }
  throw new Error('the server did not answer');
}
