import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { listsOver, portsOver } from '../../src/protocol.ts';
import type { Ports } from '../../src/admin/ports.ts';
import { builtIn } from '../../src/administration.ts';
import { keyFormat } from '../../src/credentials/keys.ts';
import { seals } from '../../src/credentials/seals.ts';
import { tokenFormat } from '../../src/credentials/tokens.ts';
import type { ProvisioningLog } from '../../src/domain/provisioningLog.ts';
import { backups } from '../../src/storage/backup.ts';
import { connect } from '../../src/storage/connect.ts';
import { connectionsModel } from '../../src/storage/connectionDocuments.ts';
import { connections } from '../../src/storage/connections.ts';
import { quirkMeaning } from '../../src/scim/dialects.ts';
import { history } from '../../src/storage/history.ts';
import { creditLedger } from '../../src/storage/creditLedger.ts';
import { holders } from '../../src/storage/holders.ts';
import { jobs } from '../../src/storage/jobs.ts';
import { keys } from '../../src/storage/keys.ts';
import { people } from '../../src/storage/people.ts';
import { provisioningLog, provisioningLogModel } from '../../src/storage/provisioningLog.ts';
import { quirkCounts, quirkTallyModel } from '../../src/storage/quirkTally.ts';
import { migrate } from '../../src/storage/schema.ts';
import { secret } from '../../src/storage/secrets.ts';
import { tenantSchemas } from '../../src/storage/tenantSchemas.ts';
import { tenants, tenantsModel } from '../../src/storage/tenants.ts';
import { walks } from '../../src/storage/walks.ts';
import { tokens, tokensModel } from '../../src/storage/tokens.ts';
import { freshDatabase } from './mongod.ts';
import { testInternal, testRegistry } from './schemas.ts';

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

export const scimBaseUrl = 'https://scim.example.com/scim/v2';

export const adminApiUrl = 'https://scim.example.com/admin/v1';

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
      tenants: tenants(db),
      connections: connections(db),
      tokens: tokens(db),
      people: people(db),
      log,
      quirks: quirkCounts(db),
      quirkMeaning,
      schemas: tenantSchemas(db),
      backups: backups(db),
      deciding: portsOver(db, testRegistry()),
      lists: listsOver(db),
      holders: holders(db),
      creditLedger: creditLedger(db),
      history: history(db),
      walks: walks(db),
      jobs: jobs(db),
      builtIn: () => builtIn(testRegistry(), testInternal()),
      tokenFormat,
      keys: keys(db),
      keyFormat,
      seals: seals(secret(db), 'admin'),
      pause: () => Promise.resolve(),
      now: () => new Date(),
      newId: randomUUID,
      scimBaseUrl,
      adminApiUrl,
      by: 'test',
    },
    close: async () => {
      await log.stop();
      await db.close();
    },
  };
}
