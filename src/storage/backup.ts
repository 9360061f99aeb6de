import mongoose from 'mongoose';
import type { BackedUp, Backups, Portion, Taken } from '../domain/backup.ts';
import { tenantId, type TenantId } from '../domain/tenants.ts';
import type { Database } from './connect.ts';
import { keptCollections, ofTenant } from './kept.ts';
import { atSnapshot, instantOf } from './members.ts';
import { isMarked, restore } from './restore.ts';
import { schemaVersion } from './schema.ts';

type Session = mongoose.mongo.ClientSession;

/** Documents read at a time; MongoDB ends an answer at 16 MB. */
const most = 2_000;

/**
 * Backups of what MongoDB keeps. All of one is read in one snapshot, so it shows one instant, whatever is written
 * meanwhile, and no write waits for it. MongoDB keeps an instant readable for five minutes by default.
 */
export function backups(db: Database): Backups {
  return {
    async take(tenant) {
      const session = db.getClient().startSession({ snapshot: true });
      try {
        // The first read decides on the instant.
        const tenants = await readTenants(db, session, tenant);
        const taken = takenBy(db, session, tenant, tenants, await expectedOf(db, tenant));
        if (!(await isMarked(db, { session, ...atSnapshot }))) return taken;
      } catch (error) {
        await session.endSession();
        throw error;
      }
      await session.endSession();
      return 'half-restored';
    },
    restore: (wanted) => restore(db, wanted),
  };
}

/** What MongoDB counts by itself; of one tenant only where that is found out soon. */
async function expectedOf(db: Database, tenant: TenantId | undefined): Promise<number | undefined> {
  const counts = keptCollections.map((collection) =>
    tenant === undefined
      ? db.collection(collection).estimatedDocumentCount()
      : db.collection(collection).countDocuments(ofTenant(collection, tenant), { maxTimeMS: soonMs }),
  );
  return Promise.all(counts).then(
    (all) => all.reduce((sum, count) => sum + count, 0),
    () => undefined,
  );
}

const soonMs = 1_000;

function takenBy(
  db: Database,
  session: Session,
  tenant: TenantId | undefined,
  tenants: readonly BackedUp[],
  expected: number | undefined,
): Taken {
  const { snapshotTime } = instantOf(session);
  return {
    instant: new Date(snapshotTime.t * 1_000),
    clusterTime: `${snapshotTime.t}:${snapshotTime.i}`,
    schema: schemaVersion,
    scope: tenant === undefined ? 'all' : 'tenant',
    tenants,
    expected,
    portions: () => portions(db, session, tenant),
  };
}

async function readTenants(db: Database, session: Session, tenant: TenantId | undefined): Promise<readonly BackedUp[]> {
  const rows = await db
    .collection<{ _id: string; name: string }>('tenants')
    .find(tenant === undefined ? {} : { _id: tenant }, { session, ...atSnapshot })
    .project<{ _id: string; name: string }>({ name: 1 })
    .toArray();
  return rows.map(({ _id, name }) => ({ id: tenantId(_id), name }));
}

async function* portions(
  db: Database,
  session: Session,
  tenant: TenantId | undefined,
): AsyncGenerator<Portion, undefined> {
  try {
    // The secret belongs to the whole installation, and goes with no single tenant.
    if (tenant === undefined) yield* portionsOf(db, session, 'meta', { _id: 'secret' });
    for (const collection of keptCollections) yield* portionsOf(db, session, collection, ofTenant(collection, tenant));
  } catch (cause) {
    throw isTooOld(cause) ? new Error(tooSlow, { cause }) : cause;
  } finally {
    await session.endSession();
  }
  return undefined;
}

async function* portionsOf(
  db: Database,
  session: Session,
  collection: string,
  filter: object,
): AsyncGenerator<Portion, undefined> {
  const cursor = db.collection(collection).find(filter, { session, ...atSnapshot, batchSize: most, raw: true });
  try {
    while (await cursor.hasNext()) yield { collection, documents: rawly(cursor.readBufferedDocuments()) };
  } finally {
    await cursor.close();
  }
  return undefined;
}

/** What a cursor with `raw` gives; the driver's types leave that out. */
const rawly = (documents: readonly mongoose.mongo.Document[]): readonly Uint8Array[] =>
  documents as readonly object[] as readonly Uint8Array[];

/** SnapshotTooOld. */
const isTooOld = (cause: unknown): boolean => cause instanceof mongoose.mongo.MongoServerError && cause.code === 239;

const tooSlow =
  'The backup was not read within the time for which MongoDB keeps an instant readable, five minutes by default: ' +
  'write it to a fast disk, or raise minSnapshotHistoryWindowInSeconds on each node';
