import { tooManyRequests, type ScimError } from '../scim/errors.ts';
import { limits } from '../scim/limits.ts';
import { member } from '../scim/messages.ts';
import { isObject } from '../scim/patch/values.ts';
import type { Caller, Json } from '../scim/types.ts';
import type { Again } from './again.ts';
import type { Step } from './exchange.ts';
import type { Target } from './target.ts';

/** Whether a connection may do what it asks, or in how many seconds it may. */
export type Verdict = { readonly status: 'admitted' } | Refused;

interface Refused {
  readonly status: 'refused';
  readonly retryAfterSeconds: number;
  /** For so long whatever costs as much is refused. */
  readonly forMs?: number;
}

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
    throw refusalOf(verdict);
  };

const refusalOf = ({ retryAfterSeconds }: Refused): ScimError =>
  tooManyRequests(`This connection asks too much: try again in ${String(retryAfterSeconds)} s`, retryAfterSeconds);

/**
 * Has each request pay one, before its body is read (RFC 7644 §7.6); tells of a refusal that holds for the next ones.
 *
 * @throws ScimError 429
 */
export const limitRate =
  (spend: Spend, note: Again['note']): Step =>
  async ({ headers: { authorization = '' } }, response, next) => {
    const { access } = response.locals;
    if (!access) throw new Error('not authenticated');
    const verdict = await spend(access.caller, 1);
    if (verdict.status === 'admitted') {
      next();
      return;
    }
    const error = refusalOf(verdict);
    const { forMs = 0 } = verdict;
    const { connection } = access.caller;
    if (forMs > 0) note(authorization, { error, connection, headers: response.getHeaders(), forMs });
    throw error;
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
