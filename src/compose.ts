import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { access } from './admin/access.ts';
import { firstRun, type FirstRun } from './admin/firstRun.ts';
import type { Ports as AdminPorts } from './admin/ports.ts';
import { tenantId } from './domain/tenants.ts';
import type { Config } from './config.ts';
import { tokenFormat } from './credentials/tokens.ts';
import { app } from './http/app.ts';
import type { Ready } from './http/health.ts';
import { listen } from './http/server.ts';
import { basePath } from './http/target.ts';
import type { Log } from './log.ts';
import { findMongod } from './mongod/binary.ts';
import { findRunning, startEmbedded, type Status } from './mongod/embedded.ts';
import { unavailable } from './scim/errors.ts';
import { resolvePath } from './scim/schema/path.ts';
import type { Registry } from './scim/schema/registry.ts';
import { protocolOver, schemas } from './protocol.ts';
import { noteAddress } from './storage/address.ts';
import { connect, isOutage, watchPrimary, type Database } from './storage/connect.ts';
import { connectionsModel } from './storage/connectionDocuments.ts';
import { connections } from './storage/connections.ts';
import { housekeeping } from './storage/housekeeping.ts';
import { provisioningLog, provisioningLogModel } from './storage/provisioningLog.ts';
import { migrate } from './storage/schema.ts';
import { tenants, tenantsModel } from './storage/tenants.ts';
import { tokens, tokensModel } from './storage/tokens.ts';

/** The database, ready for use: connected, with the collections and indexes this version needs. */
export interface Store {
  readonly db: Database;
  /** Whether the database can be written to now. */
  readonly reachable: () => boolean;
  close(): Promise<void>;
}

type Settings = Pick<Config, 'mongodbUri' | 'dataDir' | 'mongodBinary' | 'cacheDir' | 'inherited'>;

/**
 * Opens the database that the settings name, or the embedded one: beside a running server that one's, else one of its
 * own for the time being.
 *
 * @throws UnusableDatabase, MongodError with what to do
 */
export async function openStore(settings: Settings, say: (line: string) => void): Promise<Store> {
  const running = settings.mongodbUri === undefined ? await findRunning(settings.dataDir) : undefined;
  return running ? open(running.uri) : openOwn(settings, say);
}

/** As `openStore`, but never shares another server's embedded database: two servers on one data folder are refused. */
async function openOwn(
  { mongodbUri, dataDir, mongodBinary, cacheDir, inherited }: Settings,
  say: (line: string) => void,
): Promise<Store> {
  if (mongodbUri !== undefined) return open(mongodbUri);
  let status: Status = 'up';
  const embedded = await startEmbedded({
    dataDir,
    say,
    findBinary: () =>
      findMongod({ explicit: mongodBinary, path: inherited['PATH'] ?? '', cacheDir, environment: inherited, say }),
    onStatus: (now) => {
      status = now;
    },
  });
  try {
    const store = await open(embedded.uri);
    return {
      db: store.db,
      reachable: () => status === 'up' && store.reachable(),
      async close() {
        await store.close();
        await embedded.stop();
      },
    };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}

async function open(uri: string): Promise<Store> {
  const db = await connect(uri);
  let primary: 'reachable' | 'away' = 'reachable';
  watchPrimary(db, (now) => {
    primary = now;
  });
  try {
    await migrate(db, [tenantsModel(db), connectionsModel(db), tokensModel(db), provisioningLogModel(db)]);
  } catch (error) {
    await db.close();
    throw error;
  }
  return { db, reachable: () => primary === 'reachable', close: () => db.close() };
}

/** What administration is done with, over an open database. */
export function adminPorts(db: Database, publicUrl: string, by: string, log: AdminPorts['log']): AdminPorts {
  return {
    tenants: tenants(db),
    connections: connections(db),
    tokens: tokens(db),
    log,
    tokenFormat,
    now: () => new Date(),
    newId: randomUUID,
    scimBaseUrl: publicUrl + basePath,
    by,
  };
}

/** A server that answers. */
export interface Rollcall {
  readonly url: string;
  readonly scimBaseUrl: string;
  /** What was made because the database was empty. */
  readonly firstRun: FirstRun | undefined;
  /** Stops accepting, finishes what runs, ends the embedded database. */
  close(): Promise<void>;
}

/** Joins all parts and listens. */
export async function start(settings: Config, log: Log): Promise<Rollcall> {
  const store = await openOwn(settings, (line) => {
    log.info(line);
  });
  try {
    return await serve(settings, log, store);
  } catch (error) {
    // Harmless where it is closed already.
    await store.close();
    throw error;
  }
}

async function serve(settings: Config, log: Log, store: Store): Promise<Rollcall> {
  const { db } = store;
  const rows = provisioningLog(db, (lost) => {
    log.error(`${lost} rows of the provisioning log were lost`);
  });
  const admin = adminPorts(db, settings.publicUrl, 'server', rows);
  const keeping = housekeeping(db, (error) => {
    if (!isOutage(error)) log.error('housekeeping failed; it is tried again', { error });
  });
  const credentials = access({
    tokens: admin.tokens,
    tokenFormat,
    now: admin.now,
    elapsed: () => performance.now(),
    onUnnoted: () => {
      log.debug("a token's use could not be noted");
    },
  });
  let draining = false;
  const types = schemas();
  const protocol = protocolOver(db, types, settings.publicUrl, keeping.noted);
  const server = await listen(
    app({
      handle: (request) => duringOutages(protocol(request)),
      authenticate: (token) => duringOutages(credentials.authenticate(token)),
      ready: () => (draining ? shuttingDown : store.reachable() ? ready : databaseAway),
      log,
      record: ({ tenant, ...row }) => {
        rows.record(tenantId(tenant), row);
      },
      attributeNamed: attributeNamed(types),
      clock: Date.now,
      publicUrl: settings.publicUrl,
      trustProxy: settings.trustProxy,
      corsOrigins: settings.corsOrigins,
    }),
    { host: settings.host, port: settings.port, tls: settings.tls },
  );
  const close = async () => {
    draining = true;
    await server.close();
    await Promise.all([keeping.stop(), credentials.settled()]);
    await rows.stop();
    await store.close();
  };
  try {
    await noteAddress(db, settings.publicUrl);
    // Only now: where nobody can listen, nothing is made that is shown just once.
    const made = await firstRun(admin);
    await noteFirstRun(settings.dataDir, admin.scimBaseUrl, made);
    return { url: server.url, scimBaseUrl: admin.scimBaseUrl, firstRun: made, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The attribute that a word of an error's detail names, if any schema has it. */
const attributeNamed =
  ({ types }: Registry) =>
  (word: string): string | undefined =>
    types.map((type) => resolvePath(type, word)?.keys.join('.')).find((name) => name !== undefined);

const ready: Ready = { status: 'ready' };
const shuttingDown: Ready = { status: 'waiting', reason: 'shutting down' };
const databaseAway: Ready = { status: 'waiting', reason: 'the database cannot be reached' };

/** While the database is away a client is told to come back, whatever it asked: never that something does not exist. */
async function duringOutages<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw isOutage(error) ? unavailable('The database cannot be reached: try again', 15, { cause: error }) : error;
  }
}

/** Keeps what the first start made; at later ones, where the server is found now. */
async function noteFirstRun(dataDir: string, scimBaseUrl: string, made: FirstRun | undefined): Promise<void> {
  const file = join(dataDir, 'first-run.json');
  const kept = made ?? (await readFirstRun(file));
  if (!kept || (!made && kept.scimBaseUrl === scimBaseUrl)) return;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify({ ...kept, scimBaseUrl })}\n`, { mode: 0o600 });
}

/** What an earlier start kept; undefined where it was taken away, or is no longer what it was. */
async function readFirstRun(file: string): Promise<FirstRun | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as FirstRun;
  } catch {
    return undefined;
  }
}
