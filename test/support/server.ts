import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type mongoose from 'mongoose';
import { createConnection } from '../../src/admin/connections.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { adminPorts, start } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { scopes } from '../../src/domain/connections.ts';
import { createLog } from '../../src/log.ts';
import { connect } from '../../src/storage/connect.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { freshDatabase } from './mongod.ts';
import type { Setup, World } from './transcript.ts';

/** A whole server of this process, on a database of its own. */
export interface TestServer {
  /** Its SCIM base URL. */
  readonly base: string;
  /** A connection to its database, for looking at what it wrote. */
  readonly db: mongoose.Connection;
  /** A tenant of its own, with connections as the setup says. */
  tenant(setup?: Partial<Setup>): Promise<World & { readonly tenantId: string; readonly connectionId: string }>;
  stop(): Promise<void>;
}

/** Starts the server as `npm start` does, but for the database: one of the tests' own. */
export async function startTestServer(): Promise<TestServer> {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-server-'));
  const port = await freePort();
  const settings = loadConfig({ PORT: String(port), MONGODB_URI: database.uri, DATA_DIR: dataDir, LOG_LEVEL: 'error' });
  const server = await start(settings, createLog('error', process.stderr));
  const db = await connect(database.uri);
  const admin = adminPorts(
    db,
    settings.publicUrl,
    'test',
    provisioningLog(db, () => undefined),
  );
  let made = 0;

  const connection = async (tenant: string, setup: Partial<Setup>) => {
    made += 1;
    return createConnection(admin, {
      tenant,
      name: `connection ${made}`,
      kind: 'generic',
      dialect: setup.dialect ?? 'lenient',
      scopes: [...(setup.scopes ?? scopes)],
      adopt: setup.options?.['adopt'] === 'userName' ? 'userName' : 'none',
    });
  };

  return {
    base: server.scimBaseUrl,
    db,
    async tenant(setup = {}) {
      made += 1;
      const { id } = await createTenant(admin, `tenant ${made}`);
      const first = await connection(id, setup);
      const world = { base: server.scimBaseUrl, token: first.token, tenantId: id, connectionId: first.id };
      if (setup.connections !== 'two') return world;
      made += 1;
      const foreign = await createTenant(admin, `tenant ${made}`);
      const second = await connection(id, { ...setup, scopes });
      const other = await connection(foreign.id, { ...setup, scopes });
      return { ...world, token2: second.token, foreignToken: other.token };
    },
    async stop() {
      await server.close();
      await db.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });
}
