import { untilItHolds as decidedAnew, type Deciding, type Patience } from '../domain/deciding.ts';
import { DomainError } from '../domain/errors.ts';
import type { Order } from '../domain/journal.ts';
import { tenantId, type TenantId } from '../domain/tenants.ts';
import type { Caller } from '../scim/types.ts';
import { toScimError } from './errors.ts';
import type { Directory } from './ports.ts';

/** What provisioning needs of the rest. */
export interface Ports extends Deciding {
  readonly directory: Directory;
}

/** An operation whose caller is known in the domain's words. */
export interface Ordered {
  readonly tenant: TenantId;
  readonly order: Order;
  readonly deadline: number;
}

export const ordered = ({ tenant, connection, requestId, part, deadline }: Caller): Ordered => ({
  tenant: tenantId(tenant),
  order: { connection, request: requestId, ...(part && { part }) },
  deadline,
});

/**
 * Decides and commits, anew from fresh reads as long as somebody else was faster.
 *
 * @throws ScimError for each rule broken; 503 when the deadline passes first
 */
export const untilItHolds = <T>(
  { deadline }: Caller,
  ports: Patience,
  attempt: (round: number) => Promise<T>,
): Promise<T> => inScim(decidedAnew(deadline, ports, attempt));

/** Broken rules in SCIM's words. */
export async function inScim<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof DomainError ? toScimError(error) : error;
  }
}

/** No ETag names this version: whoever refuses it was given an If-Match that names others. */
export const noVersion = -1;

/** Runs what has the same key one after another, in this process. */
export function turns() {
  const last = new Map<string, Promise<unknown>>();
  return {
    run<T>(key: string, act: () => Promise<T>): Promise<T> {
      const mine = (last.get(key) ?? Promise.resolve()).then(act);
      const settled = mine.catch(() => undefined).finally(() => last.get(key) === settled && last.delete(key));
      last.set(key, settled);
      return mine;
    },
  };
}
