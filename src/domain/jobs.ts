import type { Order } from './journal.ts';
import type { TenantId } from './tenants.ts';

/**
 * What is done to very many people, piece by piece, after the change that called for it: they are decided on anew under
 * what holds now. Each kind has an argument: `settle-group` the id of a group, `settle-rules` what rules speak of (as
 * `rulesArgument` says it), the others the id of what is held.
 */
export const jobKinds = ['settle-group', 'settle-rules', 'settle-role', 'settle-license', 'settle-entity'] as const;
export type JobKind = (typeof jobKinds)[number];

/** Work that a change leaves: kept in the transaction of the change, hence done if and only if the change is. */
export interface NewJob {
  /** A random UUID. */
  readonly id: string;
  readonly kind: JobKind;
  readonly argument: string;
}

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** Work, and how far it is. */
export interface Job extends NewJob {
  readonly tenant: TenantId;
  readonly state: JobState;
  /** Who ordered the change that left it. */
  readonly order: Order;
  /** How many people were looked at, of how many where that is known. */
  readonly done: number;
  readonly total: number | undefined;
  readonly created: Date;
  readonly ended: Date | undefined;
  /** Why it stopped the last time. */
  readonly error: string | undefined;
}

/** Jobs, for who watches over them. */
export interface Jobs {
  read(tenant: TenantId, id: string): Promise<Job | undefined>;
  /** The newest first, those before one of them where it is named. */
  list(tenant: TenantId, limit: number, before?: string): Promise<readonly Job[]>;
  /** It stops at the end of the piece that is under way; what is done stays done. */
  cancel(tenant: TenantId, id: string): Promise<Job | undefined>;
}

/** A job that this process works at for the time being. */
export interface Held extends Job {
  readonly holder: string;
  /** Where it goes on; undefined at the beginning. */
  readonly position: string | undefined;
  /** It is gone through twice: the second time when no change can be under way any more that was decided before it. */
  readonly pass: 1 | 2;
}

/** Jobs, for who works at them. Any process may take any of them; one whose holder died is taken by another. */
export interface JobQueue {
  /** Takes the oldest that is due. */
  take(tenant: TenantId): Promise<Held | undefined>;
  /** How many there are to be looked at. */
  measured(job: Held, total: number): Promise<void>;
  /** So many more were looked at; it goes on there, or this pass is over. */
  advance(job: Held, looked: number, position: string | undefined): Promise<'held' | 'lost'>;
  /** Leaves it to whoever comes next, at once. */
  release(job: Held): Promise<void>;
  /** It is tried again later, unless it was too often. */
  stumbled(job: Held, error: string): Promise<void>;
  /** When the next one is due. */
  nextDue(tenant: TenantId): Promise<Date | undefined>;
}

/** So long after a change others may still commit what they decided before it: what they know of books and their deadline. */
export const settledMs = 6_000;
