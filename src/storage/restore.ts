import mongoose from 'mongoose';
import type { BackedUp, Restoring, Unfit, Wanted } from '../domain/backup.ts';
import { nameKey, type TenantId } from '../domain/tenants.ts';
import { UnusableDatabase, type Database } from './connect.ts';
import { kept, keptCollections, type Kept } from './kept.ts';
import { isDuplicateKey } from './models.ts';
import { schemaVersion } from './schema.ts';

/** Says that a restore is under way, or was when its process died. */
interface Mark {
  readonly _id: 'restore';
  /** The one tenant that is restored; absent where it is the whole database. */
  readonly tenant?: TenantId;
  readonly holder: mongoose.mongo.ObjectId;
  readonly until: Date;
}

const marks = (db: Database) => db.collection<Mark>('meta');

/** Whoever restores and dies keeps others from it for so long. */
const leaseMs = 30_000;

const leased = { $add: ['$$NOW', leaseMs] };

/** How long showing what was restored may take, retries included. */
const publishMs = 60_000;

/** Whether anything is being restored, or was left half done. */
export const isMarked = async (db: Database, options: mongoose.mongo.FindOptions): Promise<boolean> =>
  (await marks(db).findOne({ _id: 'restore' }, options)) !== null;

/** @throws UnusableDatabase where the restore of the whole database is not done */
export async function requireRestored(db: Database): Promise<void> {
  const mark = await marks(db).findOne({ _id: 'restore' });
  if (mark && mark.tenant === undefined)
    throw new UnusableDatabase(
      'A restore of this database is under way, or was broken off: wait for its end, or run `rollcall restore` again, which takes away what the other left.',
    );
}

/**
 * Begins to restore. Until it is published nobody can sign in to what is restored: tokens, connections and tenants come
 * last, all in one transaction.
 */
export async function restore(db: Database, wanted: Wanted): Promise<Restoring | Unfit> {
  const { schema, tenant } = wanted;
  if (schema > schemaVersion) return 'newer';
  if (tenant && schema < schemaVersion) return 'older';
  const holder = new mongoose.mongo.ObjectId();
  await takeAwayRemains(db, holder);
  const unfit = (await unfitness(db, wanted, holder)) ?? (await mark(db, tenant, holder));
  if (unfit) return unfit;
  // A server may have begun to fill the database before it could see the mark.
  const unfitNow = await unfitness(db, wanted, holder);
  if (!unfitNow) return restoring(db, wanted, holder);
  await unmark(db, holder);
  return unfitNow;
}

/** Takes away what a restore left whose process died. */
async function takeAwayRemains(db: Database, holder: Mark['holder']): Promise<void> {
  const left = await marks(db).findOneAndUpdate({ _id: 'restore', $expr: { $lt: ['$until', '$$NOW'] } }, [
    { $set: { holder, until: leased } },
  ]);
  if (!left) return;
  const hold = keepMark(db, holder);
  try {
    await clear(db, left.tenant);
    await unmark(db, holder);
  } finally {
    hold.stop();
  }
}

async function unfitness(db: Database, { tenant }: Wanted, holder: Mark['holder']): Promise<Unfit | undefined> {
  if (await marks(db).findOne({ _id: 'restore', holder: { $ne: holder } })) return 'under-way';
  if (tenant) return unfitnessFor(db, tenant);
  for (const collection of keptCollections)
    if (await db.collection(collection).findOne({}, { projection: { _id: 1 } })) return 'not-empty';
  return undefined;
}

async function unfitnessFor(db: Database, { id, name }: BackedUp): Promise<Unfit | undefined> {
  const tenants = db.collection<{ _id: string; nameKey: string }>('tenants');
  if (await tenants.findOne({ _id: id })) return 'tenant-there';
  return (await tenants.findOne({ nameKey: nameKey(name) })) ? 'name-taken' : undefined;
}

async function mark(
  db: Database,
  tenant: BackedUp | undefined,
  holder: Mark['holder'],
): Promise<'under-way' | undefined> {
  try {
    await marks(db).updateOne(
      { _id: 'restore', holder },
      [{ $set: { ...(tenant && { tenant: tenant.id }), until: leased } }],
      { upsert: true },
    );
    return undefined;
  } catch (cause) {
    if (isDuplicateKey(cause)) return 'under-way';
    throw cause;
  }
}

const unmark = (db: Database, holder: Mark['holder']) => marks(db).deleteOne({ _id: 'restore', holder });

/** Whether the mark is still the holder's, now and for so long again. */
async function renewed(db: Database, holder: Mark['holder']): Promise<boolean> {
  const { matchedCount } = await marks(db).updateOne({ _id: 'restore', holder }, [{ $set: { until: leased } }]);
  return matchedCount > 0;
}

/** Renews the mark until it is told to stop. */
function keepMark(db: Database, holder: Mark['holder']): { stop(): void } {
  const timer = setInterval(() => {
    // While the database is away nobody else takes it either.
    renewed(db, holder).catch(() => undefined);
  }, leaseMs / 6);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
    },
  };
}

const takenOver = 'another restore has taken this one over';

/** Nobody is let in, and nothing is listed, without these. */
const last: ReadonlySet<string> = new Set<Kept | 'meta'>(['connections', 'tokens', 'tenants', 'meta']);

/** Takes away what was put. Tenants come last, so what belongs to one that is there was put by nobody who restores. */
async function clear(db: Database, tenant: TenantId | undefined): Promise<void> {
  const there = await db.collection<{ _id: string }>('tenants').distinct('_id');
  for (const collection of keptCollections)
    if (!last.has(collection))
      await db.collection(collection).deleteMany({ [kept[collection]]: tenant ?? { $nin: there } });
}

type Row = mongoose.mongo.Document;

function restoring(db: Database, { schema, tenant }: Wanted, holder: Mark['holder']): Restoring {
  const hold = keepMark(db, holder);
  const toShow = new Map<string, Row[]>();
  let writing: Promise<unknown> = Promise.resolve();

  const isWanted = (collection: string, row: Row): boolean => {
    if (collection === 'meta') return tenant === undefined && row['_id'] === 'secret';
    const field = fieldOf(collection);
    return tenant === undefined || row[field] === tenant.id;
  };

  /** All of a transaction. */
  async function show(session: mongoose.mongo.ClientSession): Promise<void> {
    const { deletedCount } = await marks(db).deleteOne({ _id: 'restore', holder }, { session });
    if (deletedCount === 0) throw new Error(takenOver);
    if (tenant === undefined) await showMeta(db, schema, session);
    for (const [collection, rows] of toShow) await db.collection(collection).insertMany(rows, { session });
  }

  return {
    async put({ collection, documents }) {
      const rows = documents.map(exactly).filter((row) => isWanted(collection, row));
      if (rows.length === 0) return 0;
      if (last.has(collection)) {
        toShow.set(collection, [...(toShow.get(collection) ?? []), ...rows]);
        return rows.length;
      }
      // While one portion is written the next is read. Who was stopped for long may have lost the mark meanwhile.
      const [isHeld] = await Promise.all([renewed(db, holder), writing]);
      if (!isHeld) throw new Error(takenOver);
      writing = db.collection(collection).insertMany(rows, { ordered: false });
      writing.catch(() => undefined);
      return rows.length;
    },

    async publish() {
      await writing;
      hold.stop();
      await db.getClient().withSession((session) => session.withTransaction(show, { timeoutMS: publishMs }));
    },

    async abandon() {
      await writing.catch(() => undefined);
      // Once it is published, or another has taken it over, there is no such mark.
      if (await renewed(db, holder)) {
        await clear(db, tenant?.id);
        await unmark(db, holder);
      }
      hold.stop();
    },
  };
}

/** Makes room for the secret of the backup, and says how old its documents are. */
async function showMeta(db: Database, schema: number, session: mongoose.mongo.ClientSession): Promise<void> {
  if (await db.collection('tenants').findOne({}, { session }))
    throw new Error('a server has begun to use this database while it was restored');
  const meta = db.collection<{ _id: string; version: number }>('meta');
  await meta.deleteOne({ _id: 'secret' }, { session });
  await meta.updateOne({ _id: 'schema' }, { $set: { version: schema } }, { session, upsert: true });
}

function fieldOf(collection: string): string {
  if (Object.hasOwn(kept, collection)) return kept[collection as Kept];
  throw new TypeError(`no backup holds '${collection}'`);
}

/** The document with each number of the type that it was kept as. */
const exactly = (document: Uint8Array): Row =>
  mongoose.mongo.BSON.deserialize(document, { promoteValues: false, promoteBuffers: false, promoteLongs: false });
