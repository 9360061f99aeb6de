/**
 * A number that stays exact whoever moves it at once: seats taken of a pool, people who wait for one, credits, primary
 * admins. It is moved in the transaction of the change that moves it, within its bounds.
 */
export interface Account {
  readonly name: string;
  readonly value: number;
  /** It never rises above this. Absent: without end. */
  readonly most?: number;
}

/** How a change moves an account, or holds it as it is. */
export interface Move {
  readonly account: string;
  readonly by: number;
  /** The account's bound as the change was decided on: it must still be that, and a rise stays within it. `null`: none. */
  readonly within?: number | null;
  /** It must be at most so much before the change. */
  readonly below?: number;
  /** It must be at least so much after the change. */
  readonly least?: number;
  /** The account's bound from now on; `null`: none. */
  readonly most?: number | null;
}

/** Seats taken of a license pool. */
export const seatsOf = (pool: string): string => `seats:${pool}`;

/** People who wait for a seat of a license pool. */
export const queueOf = (pool: string): string => `queue:${pool}`;

export const isSeats = (account: string): boolean => account.startsWith(seatsOf(''));

export const isQueue = (account: string): boolean => account.startsWith(queueOf(''));

/** What an organization may still spend. */
export const credits = 'credits';

/** How many Primary Admins there are who can act. */
export const primaryAdmins = 'primary-admins';
