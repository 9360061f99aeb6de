import mongoose from 'mongoose';
import type { Connection as Database, Model, Types } from 'mongoose';
import { logDays, outcomeOf } from '../domain/provisioningLog.ts';
import type { LoggedRow, LogOutcome, LogQuery, LogRow, ProvisioningLog } from '../domain/provisioningLog.ts';
import type { TenantId } from '../domain/tenants.ts';
import { isDuplicateKey, modelOf, strictly } from './models.ts';

/** A row as it is kept. */
interface RowDocument extends Omit<LogRow, 'repaired' | 'refusedMembers'> {
  readonly _id: Types.ObjectId;
  readonly tenant: TenantId;
  readonly outcome: LogOutcome;
  readonly repaired?: readonly { readonly what: string; readonly times: number }[];
  readonly refusedMembers?: readonly string[];
  readonly refusedMemberCount?: number;
}

const schema = new mongoose.Schema<RowDocument>(
  {
    tenant: { type: String, required: true },
    time: { type: Date, required: true },
    requestId: { type: String, required: true },
    connection: { type: String, required: true },
    operation: { type: String, required: true },
    resourceType: String,
    resourceId: String,
    part: Number,
    outcome: { type: String, required: true },
    status: { type: Number, required: true },
    scimType: String,
    rule: String,
    attribute: String,
    repaired: [{ _id: false, what: String, times: Number }],
    refusedMembers: [String],
    refusedMemberCount: Number,
    durationMs: Number,
  },
  strictly('provisioningLog'),
);
schema.index({ tenant: 1, connection: 1, time: -1, _id: -1 });
schema.index({ tenant: 1, requestId: 1 });
schema.index(
  { tenant: 1, resourceId: 1, time: -1, _id: -1 },
  { partialFilterExpression: { resourceId: { $exists: true } } },
);
// What went wrong is what is looked for, and rare: found without walking over what went well.
schema.index(
  { tenant: 1, connection: 1, outcome: 1, time: -1, _id: -1 },
  { partialFilterExpression: { status: { $gte: 400 } } },
);
schema.index({ time: 1 }, { expireAfterSeconds: logDays * 86_400 });

/** The collection of the provisioning log's rows, with its indexes. */
export const provisioningLogModel = (db: Database): Model<RowDocument> => modelOf(db, 'ProvisioningLog', schema);

/** How the log is written. */
interface Writing {
  /** Rows are written together, this long after the first of them, */
  readonly everyMs: number;
  /** or when there are so many. */
  readonly batch: number;
  /** So many may wait; what comes then is dropped. */
  readonly waiting: number;
  /** How long after a failed write the next is tried. */
  readonly retryMs: number;
}

const usual: Writing = { everyMs: 250, batch: 500, waiting: 10_000, retryMs: 1_000 };

const namedMembers = 100;
const longestText = 200;
const readMs = 5_000;
const writeMs = 5_000;

const bounded = (text: string): string => text.slice(0, longestText);

const toDocument = (tenant: TenantId, row: LogRow): RowDocument => ({
  _id: new mongoose.Types.ObjectId(),
  tenant,
  time: row.time,
  requestId: bounded(row.requestId),
  connection: row.connection,
  operation: row.operation,
  ...(row.resourceType !== undefined && { resourceType: bounded(row.resourceType) }),
  ...(row.resourceId !== undefined && { resourceId: bounded(row.resourceId) }),
  ...(row.part !== undefined && { part: row.part }),
  outcome: outcomeOf(row.status),
  status: row.status,
  ...(row.scimType !== undefined && { scimType: row.scimType }),
  ...(row.rule !== undefined && { rule: bounded(row.rule) }),
  ...(row.attribute !== undefined && { attribute: bounded(row.attribute) }),
  ...listed(
    'repaired',
    Object.entries(row.repaired).map(([what, times]) => ({ what: bounded(what), times })),
  ),
  ...listed('refusedMembers', row.refusedMembers.map(bounded)),
  ...(row.refusedMembers.length > 0 && { refusedMemberCount: row.refusedMembers.length }),
  durationMs: row.durationMs,
});

/** The field with as much of the list as is kept, or no field for an empty one. */
const listed = <T>(field: string, list: readonly T[]): Readonly<Record<string, readonly T[]>> =>
  list.length > 0 ? { [field]: list.slice(0, namedMembers) } : {};

const toRow = ({ _id, tenant: _tenant, repaired = [], ...row }: RowDocument): LoggedRow => ({
  id: `${row.time.getTime().toString(36)}-${_id.toHexString()}`,
  ...row,
  repaired: Object.fromEntries(repaired.map(({ what, times }) => [what, times])),
  refusedMembers: row.refusedMembers ?? [],
  refusedMemberCount: row.refusedMemberCount ?? 0,
});

const idShape = /^([\da-z]{1,9})-([\da-f]{24})$/;

/** The condition "older than the row of that id", none where no id is given, undefined where it is no row's. */
function olderThan(id: string | undefined): object | undefined {
  if (id === undefined) return {};
  const [, at, unique] = idShape.exec(id) ?? [];
  if (at === undefined || unique === undefined) return undefined;
  const instant = new Date(Number.parseInt(at, 36));
  const before = new mongoose.Types.ObjectId(unique);
  return {
    $or: [{ time: mongoose.trusted({ $lt: instant }) }, { time: instant, _id: mongoose.trusted({ $lt: before }) }],
  };
}

/**
 * The provisioning log in MongoDB, written in batches behind the requests. `onDropped` is told how many rows were
 * lost, and why.
 */
export function provisioningLog(
  db: Database,
  onDropped: (rows: number, cause: unknown) => void,
  writing: Writing = usual,
): ProvisioningLog {
  const model = provisioningLogModel(db);
  let waiting: RowDocument[] = [];
  let dropped = 0;
  let timer: NodeJS.Timeout | undefined;
  let write: Promise<void> | undefined;
  let failing = false;
  let stopped = false;

  function drop(rows: number, cause: unknown): void {
    dropped = 0;
    onDropped(rows, cause);
  }

  // What could not be written waits for the next attempt, before what came meanwhile.
  function keep(rows: readonly RowDocument[], cause: unknown): void {
    const all = [...rows, ...waiting];
    waiting = stopped ? [] : all.slice(0, writing.waiting);
    const lost = all.length - waiting.length + dropped;
    if (lost > 0) drop(lost, cause);
  }

  async function writeWaiting(): Promise<void> {
    const rows = waiting.splice(0, writing.batch);
    try {
      // Straight to the driver: the rows are made above, and casting them again would cost more than sending them.
      await model.collection.insertMany(rows, { ordered: false, timeoutMS: writeMs });
      failing = false;
      if (dropped > 0) drop(dropped, 'more rows came than could be written');
    } catch (cause) {
      // Rows keep their ids: one that an earlier attempt wrote after all is there already.
      failing = !isDuplicateKey(cause);
      if (failing) keep(rows, cause);
    }
  }

  function schedule(): void {
    if (write || waiting.length === 0) return;
    if (stopped || (waiting.length >= writing.batch && !failing)) flush();
    else timer ??= setTimeout(flush, failing ? writing.retryMs : writing.everyMs);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    write = writeWaiting().finally(() => {
      write = undefined;
      schedule();
    });
  }

  return {
    record(tenant, row) {
      if (stopped) {
        drop(1, 'the log is stopped');
        return;
      }
      if (waiting.length < writing.waiting) waiting.push(toDocument(tenant, row));
      else dropped += 1;
      schedule();
    },

    async read(tenant, connection, query) {
      const older = olderThan(query.before);
      if (!older) return undefined;
      const found = await model
        .find({ tenant, connection, ...wanted(query), ...older })
        .sort({ time: -1, _id: -1 })
        .limit(query.limit)
        .maxTimeMS(readMs)
        .lean();
      return found.map(toRow);
    },

    async stop() {
      stopped = true;
      schedule();
      while (write) await write;
    },
  };
}

const wanted = ({ outcome, resourceId, requestId }: LogQuery) => ({
  ...(outcome !== undefined && { outcome }),
  // Says no more than the outcome does; it lets MongoDB use the index that only what went wrong is in.
  ...(outcome !== undefined && outcome !== 'done' && { status: mongoose.trusted({ $gte: 400 }) }),
  ...(resourceId !== undefined && { resourceId }),
  ...(requestId !== undefined && { requestId }),
});
