import mongoose from 'mongoose';
import type { Connection as Database, Model } from 'mongoose';
import type { QuirkCounts, QuirkTally, Tallied } from '../domain/quirkTally.ts';
import type { TenantId } from '../domain/tenants.ts';
import { isOutage } from './connect.ts';
import { modelOf, strictly } from './models.ts';

type Count = Omit<Tallied, 'quirk'>;

/** The counts of one connection as they are kept. */
interface TallyDocument {
  readonly tenant: TenantId;
  readonly connection: string;
  readonly quirks: Readonly<Record<string, Count>>;
}

const schema = new mongoose.Schema<TallyDocument>(
  {
    tenant: { type: String, required: true },
    connection: { type: String, required: true },
    quirks: { type: mongoose.Schema.Types.Mixed, required: true },
  },
  strictly('quirkTally'),
);
schema.index({ tenant: 1, connection: 1 }, { unique: true });

/** The collection of the tally, with its index. */
export const quirkTallyModel = (db: Database): Model<TallyDocument> => modelOf(db, 'QuirkTally', schema);

/** The counts in MongoDB. */
export const quirkCounts = (db: Database): QuirkCounts => ({
  async read(tenant, connection) {
    const found = await quirkTallyModel(db).findOne({ tenant, connection }).lean();
    const rows = Object.entries(found?.quirks ?? {}).map(([quirk, count]) => ({ quirk, ...count }));
    return rows.sort((a, b) => b.times - a.times || a.quirk.localeCompare(b.quirk));
  },
});

/** What is counted of one connection and not yet written. */
interface Waiting {
  readonly tenant: TenantId;
  readonly connection: string;
  readonly counts: Map<string, Count>;
}

const usual = { everyMs: 1_000 };
const writeMs = 5_000;

/**
 * Counts repairs in memory and adds them every second to what is kept, so that several processes add up. What could not
 * be written is tried again; `onFailure` is told of it. Where MongoDB wrote after all and could not say so, it counts
 * twice.
 */
export function quirkTally(db: Database, onFailure: (cause: unknown) => void, { everyMs } = usual): QuirkTally {
  let waiting = new Map<string, Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let write: Promise<void> | undefined;
  let stopped = false;

  function add(tenant: TenantId, connection: string, counts: Iterable<readonly [string, Count]>): void {
    const key = JSON.stringify([tenant, connection]);
    const known = waiting.get(key) ?? { tenant, connection, counts: new Map<string, Count>() };
    waiting.set(key, known);
    for (const [quirk, count] of counts) known.counts.set(quirk, sum(known.counts.get(quirk), count));
  }

  async function writeAll(): Promise<void> {
    const rows = [...waiting.values()];
    waiting = new Map();
    for (const [at, row] of rows.entries()) {
      try {
        await quirkTallyModel(db).collection.updateOne(
          { tenant: row.tenant, connection: row.connection },
          increments(row.counts),
          { upsert: true, timeoutMS: writeMs },
        );
      } catch (cause) {
        onFailure(cause);
        // While the database is away each of the others would wait as long, and closing with them.
        const left = isOutage(cause) ? rows.slice(at) : [row];
        for (const { tenant, connection, counts } of left) add(tenant, connection, counts);
        if (isOutage(cause)) return;
      }
    }
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    write = writeAll().finally(() => {
      write = undefined;
      schedule();
    });
  }

  function schedule(): void {
    if (!stopped && !write && waiting.size > 0) timer ??= setTimeout(flush, everyMs);
  }

  return {
    count(tenant, connection, repaired, at) {
      if (repaired.size === 0) return;
      add(
        tenant,
        connection,
        [...repaired].map(([quirk, times]) => [quirk, { times, since: at, last: at }]),
      );
      schedule();
    },

    async stop() {
      stopped = true;
      clearTimeout(timer);
      await write;
      await writeAll();
    },
  };
}

const sum = (known: Count | undefined, more: Count): Count =>
  known
    ? {
        times: known.times + more.times,
        since: known.since < more.since ? known.since : more.since,
        last: known.last > more.last ? known.last : more.last,
      }
    : more;

/** The update that adds counts to those that are kept, whoever wrote them. */
function increments(counts: ReadonlyMap<string, Count>) {
  const each = <Name extends keyof Count>(name: Name): Record<string, Count[Name]> =>
    Object.fromEntries([...counts].map(([quirk, count]) => [`quirks.${quirk}.${name}`, count[name]]));
  return { $inc: each('times'), $min: each('since'), $max: each('last') };
}
