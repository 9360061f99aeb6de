import type mongoose from 'mongoose';
import { portsOver } from '../../src/protocol.ts';
import type { Ports } from '../../src/admin/ports.ts';
import { adminPorts } from '../../src/administration.ts';
import type { ProvisioningLog } from '../../src/domain/provisioningLog.ts';
import { connect } from '../../src/storage/connect.ts';
import { connectionsModel } from '../../src/storage/connectionDocuments.ts';
import { provisioningLog, provisioningLogModel } from '../../src/storage/provisioningLog.ts';
import { quirkTallyModel } from '../../src/storage/quirkTally.ts';
import { migrate } from '../../src/storage/schema.ts';
import { tenantsModel } from '../../src/storage/tenants.ts';
import { tokensModel } from '../../src/storage/tokens.ts';
import { freshDatabase } from './mongod.ts';
import { testRegistry } from './schemas.ts';

/** Administration of a database of its own, as a process has it. */
export interface Process {
  readonly db: mongoose.Connection;
  readonly ports: Ports;
  readonly log: ProvisioningLog;
  close(): Promise<void>;
}

/** A database for a suite, and the processes that work on it. */
export interface Site {
  readonly uri: string;
  process(): Promise<Process>;
  drop(): Promise<void>;
}

const publicUrl = 'https://scim.example.com';

export const scimBaseUrl = `${publicUrl}/scim/v2`;

export const adminApiUrl = `${publicUrl}/admin/v1`;

/** A fresh database with every collection and index. */
export async function site(): Promise<Site> {
  const database = await freshDatabase();
  const db = await connect(database.uri);
  await migrate(db, [
    tenantsModel(db),
    connectionsModel(db),
    tokensModel(db),
    provisioningLogModel(db),
    quirkTallyModel(db),
  ]);
  await db.close();
  return { uri: database.uri, process: () => openProcess(database.uri), drop: database.drop };
}

async function openProcess(uri: string): Promise<Process> {
  const db = await connect(uri);
  const log = provisioningLog(db, (rows, cause) => {
    throw new Error(`${String(rows)} rows dropped`, { cause });
  });
  return {
    db,
    log,
    ports: {
      ...adminPorts(db, publicUrl, 'test', log, portsOver(db, testRegistry())),
      pause: () => Promise.resolve(),
    },
    close: async () => {
      await log.stop();
      await db.close();
    },
  };
}
