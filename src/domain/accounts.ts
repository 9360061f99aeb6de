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

/** How a change moves an account, or holds it. */
export interface Move {
  readonly account: string;
  readonly by: number;
  /** Holds only while it is at most so much when the change is committed, whatever its own bound; said of a rise. */
  readonly below?: number;
  /** It never falls below this by the move. */
  readonly least?: number;
  /** The account's own bound from now on; `null`: none. */
  readonly most?: number | null;
}

/** Seats taken of a license pool. */
export const seatsOf = (pool: string): string => `seats:${pool}`;

/** People who wait for a seat of a license pool. */
export const queueOf = (pool: string): string => `queue:${pool}`;

/** What an organization may still spend. */
export const credits = 'credits';

/** How many Primary Admins there are who can act. */
export const primaryAdmins = 'primary-admins';
