import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { findMongod } from '../../src/mongod/binary.ts';
import { userCache } from '../../src/mongod/cache.ts';
import type { Mongod } from '../../src/mongod/binary.ts';

/** A throw-away single-node replica set, open to whoever reaches its loopback port. */
export interface TestMongod {
  /** Without a database's name: `mongodb://127.0.0.1:1234/?replicaSet=test`. */
  readonly uri: string;
  stop(): Promise<void>;
}

/** A database that no other suite uses. */
export interface TestDatabase {
  /** Names the database too. */
  readonly uri: string;
  readonly name: string;
  drop(): Promise<void>;
}

let found: Promise<Mongod> | undefined;
let shared: Promise<TestMongod> | undefined;

/** The mongod that tests run on, found as the server finds it. */
export function testBinary(): Promise<Mongod> {
  found ??= findMongod({
    explicit: process.env['MONGOD_BINARY'] || process.env['MONGOMS_SYSTEM_BINARY'],
    path: process.env['PATH'] ?? '',
    cacheDir: userCache(process.env, homedir()),
    environment: process.env,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  return found;
}

/** The mongod of this run, started by whoever asks first; it ends with the process, however that ends. */
export function startTestMongod(): Promise<TestMongod> {
  shared ??= start();
  return shared;
}

/** A database of its own for a suite, on the mongod of this run. */
export async function freshDatabase(): Promise<TestDatabase> {
  const { uri } = await startTestMongod();
  const name = `t_${randomBytes(6).toString('hex')}`;
  return {
    uri: uri.replace('/?', `/${name}?`),
    name,
    drop: () =>
      onServer(uri, async (client) => {
        await client.db(name).dropDatabase();
      }),
  };
}

// The shell outlives its parent by a moment: when the pipe to it closes, because the tests are done or were killed, it
// ends mongod and takes the files away.
const watchdog = 'trap "" INT TERM HUP; "$@" >/dev/null 2>&1 </dev/null & read -r _; kill -9 $!; wait; rm -rf "$HERE"';

async function start(): Promise<TestMongod> {
  const { host, stop } = await run('--replSet', 'test', '--oplogSize', '256');
  await onServer(`mongodb://${host}/?directConnection=true`, async (client) => {
    const admin = client.db('admin');
    await admin.command({ replSetInitiate: { _id: 'test', members: [{ _id: 0, host }] } });
    while ((await admin.command({ hello: 1 }))['isWritablePrimary'] !== true) await sleep(5);
  });
  return {
    uri: `mongodb://${host}/?replicaSet=test`,
    stop: () => {
      shared = undefined;
      return stop();
    },
  };
}

/** A mongod that is no replica set, as its packages start it. */
export async function standaloneMongod(): Promise<TestMongod> {
  const { host, stop } = await run();
  return { uri: `mongodb://${host}/`, stop };
}

/** Runs a mongod on files of its own. */
async function run(...more: readonly string[]): Promise<{ readonly host: string; stop(): Promise<void> }> {
  const { file } = await testBinary();
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-test-mongod-'));
  const log = join(folder, 'log');
  const args = [
    ...['--dbpath', folder, '--logpath', log, '--bind_ip', '127.0.0.1', '--port', '0', '--nounixsocket'],
    ...['--wiredTigerCacheSizeGB', '1', '--networkMessageCompressors', 'disabled'],
    ...['--setParameter', 'diagnosticDataCollectionEnabled=false', ...more],
  ];
  const shell = spawn('/bin/sh', ['-c', watchdog, 'sh', file, ...args], {
    detached: true,
    env: { ...process.env, HERE: folder },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.unref();
  const ended = new Promise<void>((resolve) =>
    shell.once('close', () => {
      resolve();
    }),
  );
  return {
    host: `127.0.0.1:${String(await listeningPort(log))}`,
    stop: () => {
      shell.ref();
      shell.stdin.end();
      return ended;
    },
  };
}

async function listeningPort(log: string): Promise<number> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const text = await readFile(log, 'utf8').catch(() => '');
    const port = /"Waiting for connections","attr":\{"port":(\d+)/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
    await sleep(10);
  }
  throw new Error(`The test mongod did not start; its log: ${await readFile(log, 'utf8').catch(() => 'none')}`);
}

async function onServer(uri: string, work: (client: mongoose.mongo.MongoClient) => Promise<void>): Promise<void> {
  const client = await new mongoose.mongo.MongoClient(uri).connect();
  try {
    await work(client);
  } finally {
    await client.close();
  }
}
