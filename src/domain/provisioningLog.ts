import type { TenantId } from './tenants.ts';

/** How a request ended: it did what it asked, it was refused, or the server failed it. */
export const outcomes = ['done', 'refused', 'failed'] as const;
export type LogOutcome = (typeof outcomes)[number];

/** One write or refusal, for an administrator to read: ids and names of attributes, never a personal value. */
export interface LogRow {
  readonly time: Date;
  readonly requestId: string;
  /** The connection's id. */
  readonly connection: string;
  /** What was asked: the HTTP method. */
  readonly operation: string;
  readonly resourceType?: string;
  readonly resourceId?: string;
  /** Which operation of a Bulk it was, from 0: as in the journal. */
  readonly part?: number;
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly scimType?: string;
  /** The rule that was broken, in a word of ours: `owned-elsewhere`. */
  readonly rule?: string;
  /** The attribute at fault. */
  readonly attribute?: string;
  /** What the dialect repaired, and how often. */
  readonly repaired: Readonly<Record<string, number>>;
  /** Member ids that name nobody and were left out. */
  readonly refusedMembers: readonly string[];
  readonly durationMs: number;
}

/** A row as it is read back. */
export interface LoggedRow extends LogRow {
  /** Where the row stands: reading goes on `before` it. */
  readonly id: string;
  readonly outcome: LogOutcome;
  /** How many members were refused; `refusedMembers` names the first hundred. */
  readonly refusedMemberCount: number;
}

/** Which rows are wanted. */
export interface LogQuery {
  readonly outcome?: LogOutcome | undefined;
  readonly resourceId?: string | undefined;
  readonly requestId?: string | undefined;
  /** The id of a row: only older ones. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** How long rows are kept, in days. */
export const logDays = 30;

/** The outcome that a status says. What is not implemented (501) is refused like what is not allowed: nothing broke. */
export function outcomeOf(status: number): LogOutcome {
  if (status < 400) return 'done';
  return status < 500 || status === 501 ? 'refused' : 'failed';
}

/** Where the provisioning log is kept. */
export interface ProvisioningLog {
  /** Notes a row soon. It neither waits nor throws: a row that can't be kept is counted and told to the operator. */
  record(tenant: TenantId, row: LogRow): void;
  /** Rows of a connection, the newest first. Undefined where `before` is no row's id. */
  read(tenant: TenantId, connection: string, query: LogQuery): Promise<readonly LoggedRow[] | undefined>;
  /** Writes what is noted and stops noting. */
  stop(): Promise<void>;
}
