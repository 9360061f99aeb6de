import { Stale } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import type { States, UnitOfWork } from '../domain/ports.ts';
import type { Order } from '../domain/journal.ts';
import { tenantId, type TenantId } from '../domain/tenants.ts';
import type { Caller } from '../scim/types.ts';
import { toScimError } from './errors.ts';
import type { Directory, HashPassword } from './ports.ts';

/** What provisioning needs of the rest. */
export interface Ports {
  readonly states: States;
  readonly directory: Directory;
  readonly work: Pick<UnitOfWork, 'commit'>;
  readonly hashPassword: HashPassword;
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Waits before a decision is made anew: the longer the oftener, and never two alike. */
  readonly pause: (round: number) => Promise<void>;
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
export async function untilItHolds<T>(
  { deadline }: Caller,
  { clock, pause }: Pick<Ports, 'clock' | 'pause'>,
  attempt: (round: number) => Promise<T>,
): Promise<T> {
  for (let round = 1; ; round += 1)
    try {
      return await attempt(round);
    } catch (error) {
      if (error instanceof DomainError) throw toScimError(error);
      if (!(error instanceof Stale)) throw error;
      if (clock() >= deadline) throw toScimError(new DomainError({ rule: 'busy' }, { cause: error }));
      await pause(round);
    }
}

/** A query's broken rules in SCIM's words. */
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
