import { setTimeout as sleep } from 'node:timers/promises';
import { leaseMs, leaseMsOf, little, secondsFor, type Ask, type Leased, type Rate } from '../domain/rate.ts';
import type { TenantId } from '../domain/tenants.ts';
import { isOutage } from './connect.ts';
import type { Lease } from './rates.ts';

/** Whether a connection may do what it asks, or when it may come back. */
export type Verdict =
  | { readonly status: 'admitted' }
  | {
      readonly status: 'refused';
      readonly retryAfterSeconds: number;
      /** For so long whatever costs as much is refused. */
      readonly forMs: number;
    };

/** Takes so much from what a connection may ask, all of it or nothing; `paid` was taken just before for the same. */
export type Spend = (tenant: TenantId, connection: string, cost: number, paid?: number) => Promise<Verdict>;

/** What this process knows of a connection's rate. Instants are of a clock that is never set back. */
interface Allowance {
  tokens: number;
  /** When it was leased, and from when on it is stale. */
  leasedAt: number;
  staleAt: number;
  /** How much it takes ahead: little, and doubled while it is used up within a second. */
  block: number;
  /** Nothing that costs as much is asked for again until then. */
  shut: { readonly until: number; readonly cost: number; readonly retryAfterSeconds: number };
  /** The database is away: until then everything is admitted, to be answered as that demands. */
  openUntil: number;
  /** The lease that is under way, which never rejects. */
  leasing?: Promise<unknown>;
}

type Price = Pick<Ask, 'cost' | 'paid'>;

const mostKept = 10_000;

/** Who is refused once is refused without another look for so long: else each refusal would cost a write. */
const shutMs = 100;

/** A database that does not answer for so long is away, and is not asked again for so long. */
const patienceMs = 500;
const openMs = 1_000;

const admitted: Verdict = { status: 'admitted' };

/**
 * The rates of connections as one process spends them: leased in blocks, so that a busy connection costs few store
 * commands and a quiet one keeps nothing from other processes. While the database is away everybody is admitted.
 *
 * @param holder names this process among those that lease
 * @param elapsed milliseconds of a clock that is never set back
 */
export function allowances(lease: Lease, rate: Rate, holder: string, elapsed: () => number): Spend {
  const kept = new Map<string, Allowance>();
  const least = little(rate);
  const largestBlock = Math.ceil(rate.perSecond / 5);

  function allowanceOf(connection: string): Allowance {
    const known = kept.get(connection);
    if (known) return known;
    const shut = { until: -Infinity, cost: Infinity, retryAfterSeconds: 1 };
    const fresh = { tokens: 0, leasedAt: -Infinity, staleAt: -Infinity, block: least, shut, openUntil: -Infinity };
    kept.set(connection, fresh);
    const [first = connection] = kept.keys();
    if (kept.size > mostKept) kept.delete(first);
    return fresh;
  }

  async function renew(own: Allowance, tenant: TenantId, connection: string, price: Price): Promise<Verdict> {
    const now = elapsed();
    const left = now < own.staleAt ? own.tokens : 0;
    own.block = now - own.leasedAt < leaseMs ? Math.max(least, Math.min(own.block * 2, largestBlock)) : least;
    own.tokens = 0;
    own.leasedAt = now;
    const leased = await soon(lease(tenant, connection, { holder, left, ...price, ahead: own.block }));
    if (!leased) own.openUntil = elapsed() + openMs;
    if (!leased || leased.missing === 0) {
      own.tokens = leased?.ahead ?? 0;
      // It was leased after `now`: here it ends no later than for the database.
      own.staleAt = now + leaseMsOf(own.tokens, rate);
      return admitted;
    }
    own.shut = { until: elapsed() + shutMs, cost: price.cost, retryAfterSeconds: secondsFor(leased.missing, rate) };
    return { status: 'refused', retryAfterSeconds: own.shut.retryAfterSeconds, forMs: shutMs };
  }

  return async (tenant, connection, cost, paid = 0) => {
    const own = allowanceOf(connection);
    for (;;) {
      const verdict = atHand(own, cost, elapsed());
      if (verdict) return verdict;
      if (!own.leasing) {
        const renewed = renew(own, tenant, connection, { cost, paid });
        own.leasing = renewed.catch(() => undefined).finally(() => delete own.leasing);
        return renewed;
      }
      // One lease at a time: it may bring enough for those who came meanwhile.
      await own.leasing;
    }
  };
}

/** What can be said without asking the database. */
function atHand(own: Allowance, cost: number, now: number): Verdict | undefined {
  if (now < own.openUntil) return admitted;
  if (now < own.staleAt && own.tokens >= cost) {
    own.tokens -= cost;
    return admitted;
  }
  if (now >= own.shut.until || cost < own.shut.cost) return undefined;
  const { until, retryAfterSeconds } = own.shut;
  return { status: 'refused', retryAfterSeconds, forMs: until - now };
}

/** What was leased; nothing where the database is away. */
async function soon(leasing: Promise<Leased>): Promise<Leased | undefined> {
  const over = new AbortController();
  const late = sleep(patienceMs, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    return await Promise.race([leasing, late]);
  } catch (error) {
    if (isOutage(error)) return undefined;
    throw error;
  } finally {
    over.abort();
  }
}
