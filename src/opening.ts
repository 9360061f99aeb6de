import type { Config } from './config.ts';
import { findRunning, type Status } from './mongod/embedded.ts';
import { startOwn, type OwnSettings } from './mongod/own.ts';
import { connect, watchPrimary, type Database } from './storage/connect.ts';
import { connectionsModel } from './storage/connectionDocuments.ts';
import { provisioningLogModel } from './storage/provisioningLog.ts';
import { quirkTallyModel } from './storage/quirkTally.ts';
import { migrate, type Indexed } from './storage/schema.ts';
import { tenantsModel } from './storage/tenants.ts';
import { tokensModel } from './storage/tokens.ts';

/** The database, ready for use: connected, with the collections and indexes this version needs. */
export interface Store {
  readonly db: Database;
  /** Whether the database can be written to now. */
  readonly reachable: () => boolean;
  close(): Promise<void>;
}

type Settings = OwnSettings & Pick<Config, 'mongodbUri' | 'metrics'>;

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
export async function openOwn(settings: Settings, say: (line: string) => void): Promise<Store> {
  const { mongodbUri, metrics } = settings;
  const watching = { monitorCommands: metrics !== undefined };
  if (mongodbUri !== undefined) return open(mongodbUri, watching);
  let status: Status = 'up';
  const embedded = await startOwn(settings, say, (now) => {
    status = now;
  });
  try {
    const store = await open(embedded.uri, watching);
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

async function open(uri: string, options?: Parameters<typeof connect>[1]): Promise<Store> {
  const db = await connect(uri, options);
  let primary: 'reachable' | 'away' = 'reachable';
  watchPrimary(db, (now) => {
    primary = now;
  });
  try {
    await migrate(db, indexed(db));
  } catch (error) {
    await db.close();
    throw error;
  }
  return { db, reachable: () => primary === 'reachable', close: () => db.close() };
}

/** The collections of administration, each with its indexes. */
export const indexed = (db: Database): readonly Indexed[] => [
  tenantsModel(db),
  connectionsModel(db),
  tokensModel(db),
  provisioningLogModel(db),
  quirkTallyModel(db),
];

/** Where the database is that `openStore` would open; it runs until it is closed. Nothing is changed in it. */
export async function located(
  settings: OwnSettings & Pick<Config, 'mongodbUri'>,
  say: (line: string) => void,
): Promise<{ readonly uri: string; close(): Promise<void> }> {
  const running = settings.mongodbUri === undefined ? await findRunning(settings.dataDir) : undefined;
  const uri = settings.mongodbUri ?? running?.uri;
  if (uri !== undefined) return { uri, close: () => Promise.resolve() };
  const embedded = await startOwn(settings, say);
  return { uri: embedded.uri, close: () => embedded.stop() };
}
