import type mongoose from 'mongoose';
import type { Ports } from '../../src/admin/ports.ts';
import { adminPorts } from '../../src/administration.ts';
import { openStore } from '../../src/opening.ts';
import { provisioningLog } from '../../src/storage/provisioningLog.ts';
import { freshDatabase } from './mongod.ts';

/** A database of its own, with all that a server's has and nothing in it yet. */
export interface Place {
  readonly uri: string;
  readonly db: mongoose.Connection;
  readonly ports: Ports;
  close(): Promise<void>;
}

/** Administration of a database, as the command line has it. */
export const portsOn = (db: mongoose.Connection): Ports =>
  adminPorts(
    db,
    'https://scim.example.com',
    'test',
    provisioningLog(db, () => undefined),
  );

/** Makes an empty database. */
export async function emptyPlace({ monitorCommands = false } = {}): Promise<Place> {
  const database = await freshDatabase();
  const settings = { mongodbUri: database.uri, dataDir: '', mongodBinary: undefined, cacheDir: '', inherited: {} };
  // Where there are metrics, each command is told of.
  const metrics = monitorCommands ? { host: '127.0.0.1', port: 0 } : undefined;
  const { db, close } = await openStore({ ...settings, metrics }, () => undefined);
  return {
    uri: database.uri,
    db,
    ports: portsOn(db),
    async close() {
      await close();
      await database.drop();
    },
  };
}
