import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type mongoose from 'mongoose';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { adminPorts } from '../../src/administration.ts';
import { scopes } from '../../src/domain/connections.ts';
import { connect } from '../../src/storage/connect.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { clientOf, type Client } from './client.ts';
import { freshDatabase } from './mongod.ts';
import { freePort } from './server.ts';

/** Server processes on one database, as behind a load balancer. */
export interface Fleet {
  readonly db: mongoose.Connection;
  readonly processes: readonly ChildProcess[];
  /** Kills a process (-9), the first where none is named, and starts another where it was. */
  restart(at?: number): Promise<void>;
  /** After how many seconds MongoDB ends what a killed process had begun, which keeps names and documents from others. */
  limitTransactions(seconds: number): Promise<void>;
  /** A client of a new tenant, whose requests go to the processes in turn. */
  tenant(
    dialect?: 'lenient' | 'strict',
  ): Promise<Client & { readonly tenantId: string; readonly connectionId: string }>;
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts so many server processes on a database of their own, without a limit of the rate where none is given. */
export async function startFleet(size: number, env: Readonly<Record<string, string>> = {}): Promise<Fleet> {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-fleet-'));
  const start = (port: number) => startProcess(database.uri, dataDir, port, env);
  const servers = await Promise.all(Array.from({ length: size }, async () => start(await freePort())));
  const db = await connect(database.uri);
  const admin = adminPorts(
    db,
    'http://127.0.0.1',
    'test',
    provisioningLog(db, () => undefined),
  );
  let made = 0;
  return {
    db,
    get processes() {
      return servers.map(({ child }) => child);
    },
    async restart(at = 0) {
      const victim = servers[at];
      if (!victim) throw new Error('no such process');
      await ended(victim.child, 'SIGKILL');
      servers[at] = await start(Number(new URL(victim.url).port));
    },
    async limitTransactions(seconds) {
      await db.getClient().db('admin').command({ setParameter: 1, transactionLifetimeLimitSeconds: seconds });
    },
    async tenant(dialect = 'lenient') {
      made += 1;
      const { id } = await createTenant(admin, `tenant ${made}`);
      const request = {
        tenant: id,
        name: 'connection',
        kind: 'generic',
        dialect,
        scopes: [...scopes],
        adopt: 'none',
      } as const;
      const connection = await createConnection(admin, request);
      const client = clientOf(
        servers.map(({ url }) => `${url}/scim/v2`),
        connection.token,
      );
      return { ...client, tenantId: id, connectionId: connection.id };
    },
    async stop() {
      await Promise.all(servers.map(({ child }) => ended(child, 'SIGTERM')));
      await db.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One server process, ready. */
async function startProcess(
  uri: string,
  dataDir: string,
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: {
      ...process.env,
      MONGODB_URI: uri,
      DATA_DIR: dataDir,
      PORT: String(port),
      PUBLIC_URL: 'http://127.0.0.1',
      LOG_LEVEL: 'error',
      SCIM_RATE_LIMIT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const url = `http://127.0.0.1:${port}`;
  // With several workers the first is ready before the others.
  const announced = new Promise<void>((resolve) => {
    child.stdout.on('data', (said: Buffer) => {
      if (said.includes('SCIM base URL')) resolve();
    });
  });
  await ready(url, child);
  await announced;
  return { child, url };
}

/** Waits until a server says that it is ready; at most 30 s. */
export async function ready(url: string, child?: ChildProcess): Promise<void> {
  for (let left = 600; left > 0; left -= 1) {
    if (child && child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server did not become ready');
}

/** Sends a signal and waits for the end. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
