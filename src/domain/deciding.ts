import type { Books } from './book.ts';
import { Stale } from './changes.ts';
import { DomainError } from './errors.ts';
import type { Links } from './invitations.ts';
import type { Accounts, States, UnitOfWork } from './ports.ts';
import type { Kind } from './states.ts';
import type { TenantId } from './tenants.ts';

/** What deciding anew needs. */
export interface Patience {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Waits before a decision is made anew: the longer the oftener, and never two alike. */
  readonly pause: (round: number) => Promise<void>;
}

/** What decisions read, and are committed by, whoever asks. */
export interface Deciding extends Patience {
  readonly states: States;
  readonly accounts: Accounts;
  readonly books: Books;
  readonly work: UnitOfWork;
  /** Turns a password into what is kept of it: an argon2id hash. */
  readonly hashPassword: (tenant: TenantId, password: string) => Promise<string>;
  readonly links: Links;
  /** A random UUID. */
  readonly newId: () => string;
}

/**
 * Decides and commits, anew from fresh reads as long as somebody else was faster.
 *
 * @param deadline milliseconds since 1970
 * @throws DomainError for each rule broken; `busy` when the deadline passes first
 */
export async function untilItHolds<T>(
  deadline: number,
  { clock, pause }: Patience,
  attempt: (round: number) => Promise<T>,
): Promise<T> {
  for (let round = 1; ; round += 1)
    try {
      return await attempt(round);
    } catch (error) {
      if (!(error instanceof Stale)) throw error;
      if (clock() >= deadline) throw new DomainError({ rule: 'busy' }, { cause: error });
      await pause(round);
    }
}

/**
 * Commits what makes something that is there once, under a name that follows from what it is: where somebody else made it
 * first, that is decided on anew.
 *
 * @throws Stale
 */
export async function madeOnce<T>(kind: Kind, committing: Promise<T>): Promise<T> {
  try {
    return await committing;
  } catch (error) {
    const violation = error instanceof DomainError ? error.violation : undefined;
    if (violation?.rule === 'name-taken' && violation.type === kind)
      throw new Stale('made meanwhile', { cause: error });
    throw error;
  }
}
