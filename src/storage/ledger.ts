import { createHash, createHmac, randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { tenantId, type TenantId } from '../domain/tenants.ts';
import { conflict } from '../scim/errors.ts';
import type { Ledger, Run, Settled } from '../scim/ports.ts';
import type { Caller, Json } from '../scim/types.ts';
import { isOutage, type Database } from './connect.ts';
import type { JournalDocument } from './documents.ts';
import { isDuplicateKey } from './models.ts';

/** What a connection sent under a key. The body itself is not kept: it may hold passwords. */
interface BulkDocument {
  _id: mongoose.mongo.ObjectId;
  tenant: TenantId;
  connection: string;
  /** A digest of the key. */
  key: string;
  run: string;
  /** Of the body, made with the key, without which it tells nothing of the body. */
  digest: string;
  created: Date;
  /** Who goes on with it, until then. */
  holder: string;
  until: Date;
}

/** What became of an operation that left no entry in the journal. */
interface NoteDocument {
  _id: mongoose.mongo.ObjectId;
  tenant: TenantId;
  run: string;
  index: number;
  settled: Settled;
  created: Date;
}

/** Whoever holds a run and dies keeps others from it for so long at most. */
const leaseSeconds = 10;

/**
 * What Bulks with an `Idempotency-Key` have done (MongoDB): the journal has what was written, notes have the rest. One
 * process at a time goes on with a run, under a lease by the server's clock; should it be thought dead and is not, the
 * journal takes no operation of a run twice.
 *
 * @param seconds how long a lease lasts that is not renewed
 */
export function ledger(db: Database, seconds = leaseSeconds): Ledger {
  const bulks = () => db.collection<BulkDocument>('bulks');
  const notes = () => db.collection<NoteDocument>('bulkNotes');
  const leased = { $add: ['$$NOW', seconds * 1_000] };

  type Named = Pick<BulkDocument, 'tenant' | 'connection' | 'key'>;

  /** The record of that key, made where there is none; its holder is ours where nobody else's lease is running. */
  async function take(named: Named, fresh: Pick<BulkDocument, 'run' | 'digest' | 'holder'>): Promise<BulkDocument> {
    const ours = {
      $and: [
        { $eq: [{ $ifNull: ['$digest', fresh.digest] }, fresh.digest] },
        { $lt: [{ $ifNull: ['$until', new Date(0)] }, '$$NOW'] },
      ],
    };
    const taking = [
      {
        $set: {
          run: { $ifNull: ['$run', fresh.run] },
          digest: { $ifNull: ['$digest', fresh.digest] },
          created: { $ifNull: ['$created', '$$NOW'] },
          holder: { $cond: [ours, fresh.holder, '$holder'] },
          until: { $cond: [ours, leased, '$until'] },
        },
      },
    ];
    for (;;)
      try {
        const found = await bulks().findOneAndUpdate(named, taking, { upsert: true, returnDocument: 'after' });
        if (found) return found;
      } catch (error) {
        // Somebody else made it at the same moment: it is there now.
        if (!isDuplicateKey(error)) throw error;
      }
  }

  async function doneIn(tenant: TenantId, run: string): Promise<Map<number, Settled>> {
    const [noted, entries] = await Promise.all([
      notes().find({ tenant, run }).project<NoteDocument>({ _id: 0, index: 1, settled: 1 }).toArray(),
      db
        .collection<JournalDocument>('journal')
        .find({ tenant, 'part.run': run })
        .project<JournalDocument>({ _id: 0, part: 1, resource: 1, version: 1, operation: 1 })
        .toArray(),
    ]);
    // What is written is so, whatever was noted of it: that a commit's outcome was not known, perhaps.
    return new Map([
      ...noted.map(({ index, settled }) => [index, settled] as const),
      ...entries.flatMap((entry) => (entry.part ? [[entry.part.index, settledBy(entry)] as const] : [])),
    ]);
  }

  /** Keeps the lease while the run goes on; what it returns ends that, and the lease. */
  function hold(named: Named, holder: string): () => Promise<void> {
    const mine = { ...named, holder };
    let last: Promise<unknown> = Promise.resolve();
    const timer = setInterval(
      () => {
        // One that failed is tried again at the next turn; the lease lasts for three.
        last = bulks()
          .updateOne(mine, [{ $set: { until: leased } }])
          .catch(() => undefined);
      },
      (seconds * 1_000) / 3,
    );
    timer.unref();
    return async () => {
      clearInterval(timer);
      await last;
      try {
        await bulks().updateOne(mine, { $set: { until: new Date(0) } });
      } catch (error) {
        // It runs out by itself.
        if (!isOutage(error)) throw error;
      }
    };
  }

  return {
    async open({ tenant, connection }: Caller, key: string, body: Json): Promise<Run> {
      const named = { tenant: tenantId(tenant), connection, key: createHash('sha256').update(key).digest('hex') };
      const digest = createHmac('sha256', key).update(canonical(body)).digest('hex');
      const fresh = { run: randomUUID(), digest, holder: randomUUID() };
      const found = await take(named, fresh);
      if (found.digest !== digest)
        throw conflict('This Idempotency-Key was used with another body within 24 hours: use a new one', {
          rule: 'key-reused',
        });
      if (found.holder !== fresh.holder)
        throw conflict('A Bulk with this Idempotency-Key is under way: wait for its end, then send it again', {
          headers: { 'Retry-After': String(Math.ceil(seconds)) },
          rule: 'bulk-under-way',
        });
      const close = hold(named, fresh.holder);
      const { run, created } = found;
      try {
        const done = run === fresh.run ? new Map<number, Settled>() : await doneIn(named.tenant, run);
        return {
          id: run,
          done,
          close,
          async note(index, settled) {
            const which = { tenant: named.tenant, run, index };
            await notes().updateOne(which, { $setOnInsert: { settled, created } }, { upsert: true });
          },
        };
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

/** A removal leaves no version that anybody could ask for. */
const settledBy = ({ resource, version, operation }: JournalDocument): Settled =>
  operation === 'remove' ? { id: resource } : { id: resource, version };

/** The one text of a JSON value, in whatever order its keys came. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
