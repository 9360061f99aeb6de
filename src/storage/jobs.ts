import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { settledMs, type Held, type Job, type JobKind, type JobQueue, type Jobs, type NewJob } from '../domain/jobs.ts';
import type { Order } from '../domain/journal.ts';
import type { TenantId } from '../domain/tenants.ts';

/** A job as MongoDB keeps it. */
export interface JobDocument {
  _id: string;
  tenant: TenantId;
  kind: JobKind;
  argument: string;
  state: 'open' | 'done' | 'failed' | 'cancelled';
  connection: string;
  request: string;
  pass: 1 | 2;
  position?: string;
  done: number;
  total?: number;
  created: Date;
  /** Not taken before. */
  due: Date;
  begun?: Date;
  ended?: Date;
  holder?: string;
  /** Its holder's until then, by the database's clock. */
  until: Date;
  attempts: number;
  error?: string;
}

/** The document of a job that a change leaves at that instant. */
export const newJobDocument = (
  tenant: TenantId,
  { id, kind, argument }: NewJob,
  order: Order,
  at: Date,
): JobDocument => ({
  _id: id,
  tenant,
  kind,
  argument,
  state: 'open',
  connection: order.connection,
  request: order.request,
  pass: 1,
  done: 0,
  created: at,
  due: at,
  until: new Date(0),
  attempts: 0,
});

/** A holder that shows no sign for so long, in milliseconds, has died. */
const leaseMs = 10_000;

/** So often a job is taken up again after it failed, ever later. */
const mostAttempts = 10;

/** Jobs in MongoDB. What happens to one that was lost or cancelled meanwhile is nothing. */
export function jobs(
  connection: mongoose.Connection,
  timing: { readonly settledMs: number; readonly leaseMs: number } = { settledMs, leaseMs },
): Jobs & JobQueue {
  const rows = () => connection.collection<JobDocument>('jobs');
  const mine = ({ tenant, id, holder }: Held) => ({ _id: id, tenant, holder, state: 'open' as const });
  const lease = { $add: ['$$NOW', timing.leaseMs] };

  const nextPass = {
    $set: { pass: 2, due: { $add: ['$created', timing.settledMs] }, until: new Date(0), position: '$$REMOVE' },
  };
  const end = (state: JobDocument['state']) => ({
    $set: { state, ended: '$$NOW', until: new Date(0), position: '$$REMOVE' },
  });

  return {
    async read(tenant, id) {
      const row = await rows().findOne({ _id: id, tenant });
      return row ? toJob(row) : undefined;
    },

    async list(tenant, limit, before) {
      const last = before === undefined ? undefined : await rows().findOne({ _id: before, tenant });
      const older = last && {
        $or: [{ created: { $lt: last.created } }, { created: last.created, _id: { $lt: last._id } }],
      };
      const found = await rows()
        .find({ tenant, ...older })
        .sort({ created: -1, _id: -1 })
        .limit(limit)
        .toArray();
      return found.map(toJob);
    },

    async cancel(tenant, id) {
      await rows().updateOne({ _id: id, tenant, state: 'open' }, [end('cancelled')]);
      return this.read(tenant, id);
    },

    async take(tenant) {
      const row = await rows().findOneAndUpdate(
        { tenant, state: 'open', $expr: { $and: [{ $lte: ['$due', '$$NOW'] }, { $lt: ['$until', '$$NOW'] }] } },
        [{ $set: { holder: randomUUID(), until: lease, begun: { $ifNull: ['$begun', '$$NOW'] } } }],
        { sort: { due: 1 }, returnDocument: 'after' },
      );
      if (!row) return undefined;
      return { ...toJob(row), holder: row.holder ?? '', position: row.position, pass: row.pass };
    },

    async measured(job, total) {
      await rows().updateOne(mine(job), { $set: { total } });
    },

    async advance(job, looked, position) {
      const counted = { $set: { done: { $add: ['$done', looked] }, attempts: 0 } };
      const further =
        position === undefined ? (job.pass === 1 ? nextPass : end('done')) : { $set: { position, until: lease } };
      const { matchedCount } = await rows().updateOne(mine(job), [counted, further]);
      return matchedCount === 1 ? 'held' : 'lost';
    },

    async release(job) {
      await rows().updateOne(mine(job), { $set: { until: new Date(0) } });
    },

    async stumbled(job, error) {
      const later = { $add: ['$$NOW', { $multiply: [1_000, { $pow: [2, '$attempts'] }] }] };
      await rows().updateOne(mine(job), [
        { $set: { error, attempts: { $add: ['$attempts', 1] }, due: later, until: new Date(0) } },
        { $set: { state: { $cond: [{ $gte: ['$attempts', mostAttempts] }, 'failed', '$state'] } } },
        { $set: { ended: { $cond: [{ $eq: ['$state', 'failed'] }, '$$NOW', '$$REMOVE'] } } },
      ]);
    },

    async nextDue(tenant) {
      const [row] = await rows().find({ tenant, state: 'open' }).sort({ due: 1 }).limit(1).toArray();
      return row && new Date(Math.max(row.due.getTime(), row.until.getTime()));
    },
  };
}

const toJob = (row: JobDocument): Job => ({
  id: row._id,
  tenant: row.tenant,
  kind: row.kind,
  argument: row.argument,
  state: row.state === 'open' ? (row.begun ? 'running' : 'waiting') : row.state,
  order: { connection: row.connection, request: row.request },
  done: row.done,
  total: row.total,
  created: row.created,
  ended: row.ended,
  error: row.error,
});
