import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type mongoose from 'mongoose';
import { createConnection } from '../../src/admin/connections.ts';
import { addSchema } from '../../src/admin/schemas.ts';
import { createKey } from '../../src/admin/operatorKeys.ts';
import { createTenant } from '../../src/admin/tenants.ts';
import { createToken } from '../../src/admin/tokens.ts';
import { adminPorts } from '../../src/administration.ts';
import { start } from '../../src/compose.ts';
import { loadConfig } from '../../src/config.ts';
import { connectionOptions, scopes } from '../../src/domain/connections.ts';
import type { Permission } from '../../src/domain/permissions.ts';
import { createLog } from '../../src/log.ts';
import { connect } from '../../src/storage/connect.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { keep, keptFile } from './kept.ts';
import { freshDatabase } from './mongod.ts';
import type { Setup, World } from './transcript.ts';

/** A whole server of this process, on a database of its own. */
export interface TestServer {
  /** Its SCIM base URL. */
  readonly base: string;
  /** Of its database. */
  readonly uri: string;
  /** A connection to its database, for looking at what it wrote. */
  readonly db: mongoose.Connection;
  /** Where its admin API is. */
  readonly adminApiUrl: string;
  /** A key of the admin API for a tenant, for everything where nothing else is said. */
  adminKey(tenant: string, permissions?: readonly Permission[]): Promise<string>;
  /** A tenant of its own, with connections as the setup says. */
  tenant(setup?: Partial<Setup>): Promise<World & { readonly tenantId: string; readonly connectionId: string }>;
  stop(): Promise<void>;
}

/** Starts the server as `npm start` does, but for the database, one of the tests' own, and without a limit of the rate. */
export async function startTestServer(env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-server-'));
  const port = await freePort();
  const settings = loadConfig({
    PORT: String(port),
    MONGODB_URI: database.uri,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    SCIM_RATE_LIMIT: '0',
    ...env,
  });
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
      options: connectionOptions.filter((option) => Object.hasOwn(setup.options ?? {}, option)),
    });
  };

  return {
    base: server.scimBaseUrl,
    uri: database.uri,
    db,
    adminApiUrl: admin.adminApiUrl,
    adminKey: async (id, permissions) => (await createKey(admin, { tenant: id, label: 'test', permissions })).key,
    async tenant(setup = {}) {
      made += 1;
      const { id } = await createTenant(admin, `tenant ${made}`);
      for (const name of setup.schemas ?? []) await addSchema(admin, { tenant: id, content: schemaFile(name) });
      for (const name of setup.kept ?? []) await keep(db, id, keptFile(name));
      const first = await connection(id, setup);
      const tokenFor = async (user: string) =>
        (await createToken(admin, { tenant: id, connection: first.id, user })).token;
      const world = { base: server.scimBaseUrl, token: first.token, tokenFor, tenantId: id, connectionId: first.id };
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

/** A schema that transcripts let their tenant make. */
const schemaFile = (name: string): string =>
  readFileSync(new URL(`../transcripts/custom/${name}.json`, import.meta.url), 'utf8');

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
