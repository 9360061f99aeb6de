import { tooManyRequests } from '../scim/errors.ts';
import { limits } from '../scim/limits.ts';
import { member } from '../scim/messages.ts';
import { isObject } from '../scim/patch/values.ts';
import type { Caller, Json } from '../scim/types.ts';
import type { Step } from './exchange.ts';
import type { Target } from './target.ts';

/** Whether a connection may do what it asks, or in how many seconds it may. */
export type Verdict =
  { readonly status: 'admitted' } | { readonly status: 'refused'; readonly retryAfterSeconds: number };

/** Who spends. */
type Spender = Pick<Caller, 'tenant' | 'connection'>;

/** Takes so much from what a connection may ask, all of it or nothing; `paid` was taken just before for the same. */
export type Spend = (spender: Spender, cost: number, paid?: number) => Promise<Verdict>;

/**
 * Has a connection pay, once what it asks is known.
 *
 * @throws ScimError 429 with `Retry-After` in whole seconds (RFC 6585 §4)
 */
export type Charge = (spender: Spender, cost: number, paid?: number) => Promise<void>;

export const charging =
  (spend: Spend): Charge =>
  async (spender, cost, paid) => {
    const verdict = await spend(spender, cost, paid);
    if (verdict.status === 'admitted') return;
    const { retryAfterSeconds } = verdict;
    throw tooManyRequests(
      `This connection asks too much: try again in ${String(retryAfterSeconds)} s`,
      retryAfterSeconds,
    );
  };

/**
 * Has each request pay one, before its body is read (RFC 7644 §7.6).
 *
 * @throws ScimError 429
 */
export const limitRate =
  (charge: Charge): Step =>
  async (_, { locals: { access } }, next) => {
    if (!access) throw new Error('not authenticated');
    await charge(access.caller, 1);
    next();
  };

/** What a request costs beside the one that every request does: a Bulk costs its operations. */
export function furtherCost({ path: [endpoint, ...more] }: Target, body: Json | undefined): number {
  if (endpoint !== 'Bulk' || more.length > 0 || !isObject(body)) return 0;
  // As the Bulk itself reads it: of two letter cases the same one counts.
  const operations = member(body, 'Operations');
  // One that has too many is refused, and does none of them.
  const count = Array.isArray(operations) && operations.length <= limits.bulkOperations ? operations.length : 0;
  return Math.max(0, count - 1);
}
