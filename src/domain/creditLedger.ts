import type { CreditReason } from './journal.ts';
import type { TenantId } from './tenants.ts';

/** A line of the ledger, which says why. */
export interface CreditLine {
  /** The journal entry's id. */
  readonly id: string;
  readonly at: Date;
  /** Below zero: spent. */
  readonly by: number;
  readonly why: CreditReason;
  /** What it was for: the id of the user, or of the posting. */
  readonly kind: string;
  readonly resource: string;
  /** Who ordered it. */
  readonly connection: string;
}

/** Reads of the ledger of credits: what the journal says of them. */
export interface CreditLedger {
  /** At most `limit` lines, the newest first, those older than one of them. */
  lines(tenant: TenantId, before: string | undefined, limit: number): Promise<readonly CreditLine[]>;
}
