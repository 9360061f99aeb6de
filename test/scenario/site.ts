import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FirstRun } from '../../src/admin/firstRun.ts';
import { adminPorts } from '../../src/administration.ts';
import { start } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { connect } from '../../src/storage/connect.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { typed } from '../cli/typed.ts';
import { clientOf, type Client } from '../support/client.ts';
import { freshDatabase } from '../support/mongod.ts';
import { freePort } from '../support/server.ts';

/** What a request of the admin API was answered. */
export interface Answered {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** A server on an empty database, as it starts for the first time, and all its interfaces. */
export interface Site {
  /** What the first start wrote to its file. */
  readonly first: FirstRun;
  /** Asks the admin API with a key. */
  ask(key: string, method: string, path: string, body?: object): Promise<Answered>;
  /** What a command answers to programs; it speaks of the organization of the first start. */
  command(line: string): Promise<unknown>;
  /** An identity provider with this token. */
  provider(token: string): Client;
  stop(): Promise<void>;
}

/** Starts the server as `npm start` does, but for the database, one of the tests' own, and without a limit of the rate. */
export async function firstStart(): Promise<Site> {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-scenario-'));
  const settings = loadConfig({
    PORT: String(await freePort()),
    MONGODB_URI: database.uri,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    SCIM_RATE_LIMIT: '0',
  });
  const server = await start(settings, createLog('error', process.stderr));
  const first = JSON.parse(await readFile(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
  const db = await connect(database.uri);
  const rows = provisioningLog(db, () => undefined);
  const ports = adminPorts(db, settings.publicUrl, 'cli (ann)', rows);
  const { json } = typed(() => ports);
  const providers: Client[] = [];

  return {
    first,
    async ask(key, method, path, body) {
      const answer = await fetch(first.adminApiUrl + path, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, json: text === '' ? {} : (JSON.parse(text) as Answered['json']) };
    },
    command: (line) => json(`${line} --tenant demo`),
    provider(token) {
      const client = clientOf([first.scimBaseUrl], token);
      providers.push(client);
      return client;
    },
    async stop() {
      for (const provider of providers) provider.close();
      await server.close();
      await rows.stop();
      await db.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks again and again until it is so. @throws AssertionError where it is not within forty seconds */
export async function eventually<T>(look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T> {
  const until = Date.now() + 40_000;
  for (;;) {
    const seen = await look();
    if (isSo(seen)) return seen;
    if (Date.now() > until) expect.fail(`still ${JSON.stringify(seen).slice(0, 1_000)}`);
    await sleep(50);
  }
}
