import type mongoose from 'mongoose';
import { leaseMs, little, littleLeaseMs, type Ask, type Leased, type Rate } from '../domain/rate.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Database } from './connect.ts';
import { isDuplicateKey } from './models.ts';

/** The bucket of a connection, and what came of asking it last. */
interface RateDocument {
  /** The connection. */
  readonly _id: string;
  readonly tenant: TenantId;
  readonly tokens: number;
  readonly at: Date;
  readonly held: readonly { readonly holder: string; readonly tokens: number; readonly until: Date }[];
  readonly missing: number;
}

/** Asks the bucket of a connection. */
export type Lease = (tenant: TenantId, connection: string, ask: Ask) => Promise<Leased>;

/**
 * Buckets in MongoDB, which all processes take from: one command, by the server's clock. What is taken need not outlive
 * a failover, so nobody waits for the majority or the disk.
 *
 * @param now the instant, where it is not the server's
 */
export function rates(db: Database, rate: Rate, now: Date | '$$NOW' = '$$NOW'): Lease {
  const buckets = db.collection<RateDocument>('rates');

  async function leased(tenant: TenantId, connection: string, ask: Ask): Promise<Leased> {
    const bucket = await buckets.findOneAndUpdate({ tenant, _id: connection }, leasing(rate, ask, now), {
      upsert: true,
      returnDocument: 'after',
      writeConcern: { w: 1, journal: false },
    });
    const own = bucket?.held.find(({ holder }) => holder === ask.holder);
    return { missing: bucket?.missing ?? 0, ahead: own?.tokens ?? 0 };
  }

  return async (tenant, connection, ask) => {
    try {
      return await leased(tenant, connection, ask);
    } catch (cause) {
      // Two processes made the first document at once.
      if (!isDuplicateKey(cause)) throw cause;
      return leased(tenant, connection, ask);
    }
  };
}

/** `lease` of src/domain/rate.ts, said to MongoDB. */
function leasing(rate: Rate, ask: Ask, now: Date | '$$NOW'): Document[] {
  const { perSecond, burst } = rate;
  const until = { $add: [now, { $cond: [{ $lte: ['$ahead', little(rate)] }, littleLeaseMs, leaseMs] }] };
  const holder = { $literal: ask.holder };
  const refilled = {
    $add: [
      { $ifNull: ['$tokens', burst] },
      { $divide: [{ $multiply: [perSecond, { $max: [0, { $subtract: [now, { $ifNull: ['$at', now] }] }] }] }, 1_000] },
    ],
  };
  const own = { $subtract: [{ $sum: '$live.tokens' }, { $sum: '$held.tokens' }] };
  return [
    { $set: { live: filtered({ $ifNull: ['$held', []] }, { $gt: ['$$this.until', now] }) } },
    { $set: { held: filtered('$live', { $ne: ['$$this.holder', holder] }) } },
    { $set: { returned: { $min: [ask.left, own] } } },
    { $set: { most: { $add: [{ $subtract: [burst, { $sum: '$live.tokens' }] }, '$returned'] } } },
    { $set: { tokens: { $min: ['$most', { $add: [refilled, '$returned'] }] } } },
    { $set: { full: { $max: [{ $subtract: ['$most', ask.paid] }, 1] } } },
    { $set: { missing: { $max: [0, { $subtract: [{ $min: [ask.cost, '$full'] }, '$tokens'] }] } } },
    {
      $set: {
        taken: { $cond: [{ $gt: ['$missing', 0] }, 0, ask.cost] },
        ahead: {
          $cond: [
            { $gt: ['$missing', 0] },
            0,
            { $max: [0, { $min: [ask.ahead, { $floor: { $subtract: ['$tokens', ask.cost] } }] }] },
          ],
        },
      },
    },
    {
      $set: {
        at: now,
        tokens: { $subtract: ['$tokens', { $add: ['$taken', '$ahead'] }] },
        held: {
          $concatArrays: ['$held', filtered([{ holder, tokens: '$ahead', until }], { $gt: ['$$this.tokens', 0] })],
        },
      },
    },
    { $unset: ['live', 'returned', 'most', 'full', 'taken', 'ahead'] },
  ];
}

type Document = mongoose.mongo.Document;

const filtered = (input: unknown, cond: Document): Document => ({ $filter: { input, as: 'this', cond } });
