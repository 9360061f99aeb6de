import type { Act, Difference, Operation } from './journal.ts';
import type { Kind, State, Via } from './states.ts';
import type { TenantId } from './tenants.ts';

/** Which part of a list is wanted: it begins `from` where a part before it ended. */
export interface Page {
  readonly from: string | undefined;
  readonly limit: number;
}

/**
 * A part of a list, in its order. It may be shorter than its page, or empty, and yet not the last: what was looked at
 * for it is bounded.
 */
export interface Portion<Row> {
  readonly rows: readonly Row[];
  /** Where the next part begins; undefined where there is none. */
  readonly next: string | undefined;
}

/** Something of a tenant's, and what it was called. */
export interface Named {
  readonly id: string;
  readonly kind: Kind;
  /** Undefined where nothing of it is kept. */
  readonly name: string | undefined;
}

/** Who was a member at an instant. */
export interface MemberThen extends Named {
  readonly since: Date;
  /** When it ended, where it has. */
  readonly until: Date | undefined;
  readonly via: Via | undefined;
}

/** A group that somebody was in at an instant. */
export type MembershipThen = MemberThen;

/** Who ordered something, and by which request. */
export interface Ordered {
  /** A connection's id, or what else gives orders: `cli (ann)`, `key:…`, `person:…`. */
  readonly by: string;
  readonly request: string;
}

/** A journal entry, as it is read. */
export interface EntryRead extends Ordered {
  readonly id: string;
  readonly at: Date;
  readonly operation: Operation;
  readonly act: Act | undefined;
  readonly kind: Kind;
  readonly resource: string;
  /** What the resource is called now, or was last. */
  readonly name: string | undefined;
  readonly version: number;
  readonly differences: readonly Difference[];
  readonly members: EntryMembers | undefined;
}

/** Who joined and left a group by a change: how many, and the first of them. */
export interface EntryMembers {
  /** All who were in left first. */
  readonly reset: boolean;
  readonly joined: number;
  readonly left: number;
  readonly firstJoined: readonly string[];
  readonly firstLeft: readonly string[];
}

/** So many of the members of an entry are named. */
export const namedMembers = 100;

/** Something that happened to somebody: an entry about him, or a group that he joined or left. */
export type LifeEvent =
  | { readonly event: 'entry'; readonly at: Date; readonly entry: EntryRead }
  | {
      readonly event: 'joined' | 'left';
      readonly at: Date;
      readonly group: Named;
      /** Undefined where the journal has no entry of it. */
      readonly order: (Ordered & { readonly why: Why }) | undefined;
    };

/** By what somebody joined or left a group: he himself was named, all had to go, or he or the group was removed. */
export type Why = 'member' | 'reset' | 'removal';

/** Which entries are wanted; those that note what was read are left out unless they are asked for. */
export interface ChangesQuery {
  /** From this instant on. */
  readonly since: Date;
  /** Before this instant. */
  readonly until: Date;
  readonly kind?: Kind | undefined;
  readonly resource?: string | undefined;
  readonly by?: string | undefined;
  readonly operation?: Operation | undefined;
}

/** In which order a life is told. */
export type Direction = 'newest' | 'oldest';

/** The note that something was read: reading leaves a trace, as writing does. */
export interface Noted extends Ordered {
  readonly at: Date;
  readonly query: Readonly<Record<string, unknown>>;
}

/**
 * What was, told from what each write leaves. Every call names the tenant, and a foreign id is an unknown one. What is
 * said of an instant that has passed stays the same, but for changes that were being committed while it was asked.
 */
export interface History {
  /**
   * What has that id, or else what was called that at an instant, or else what is called so now, or was last; under the
   * name that it has now, or had last.
   */
  find(tenant: TenantId, kind: Kind, named: string, at: Date): Promise<Named | undefined>;
  /** Those of the ids that were something at that instant, as they were. */
  states(tenant: TenantId, ids: readonly string[], at: Date): Promise<readonly State[]>;
  /** Who was a member of a group, in the order of ids. */
  members(tenant: TenantId, group: string, at: Date, page: Page): Promise<Portion<MemberThen>>;
  /** The groups that somebody was directly in, in the order of their names. */
  memberships(tenant: TenantId, member: string, at: Date): Promise<readonly MembershipThen[]>;
  /** Who held that word (`role:<id>`, `admin`: see `heldBy`), in the order of ids. */
  holders(tenant: TenantId, word: string, at: Date, page: Page): Promise<Portion<State>>;
  /** Users whom no connection provisioned, as they are now, in the order of ids. */
  outsideScim(tenant: TenantId, page: Page): Promise<Portion<State>>;
  /** What happened to somebody. Undefined where the page begins nowhere. */
  timeline(tenant: TenantId, id: string, order: Direction, page: Page): Promise<Portion<LifeEvent> | undefined>;
  /** Journal entries in the order of their instants. Undefined where the page begins nowhere. */
  changes(tenant: TenantId, query: ChangesQuery, page: Page): Promise<Portion<EntryRead> | undefined>;
  /** Notes in the journal that something is read; durable when this resolves. */
  noteReading(tenant: TenantId, reading: Noted): Promise<void>;
}

const dayShape = /^\d{4}-\d{2}-\d{2}$/;
const instantShape = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * The instant that a text says in ISO 8601: with its offset, or a date alone, which is the beginning of that day in UTC.
 * Undefined for anything else, days that no calendar has included.
 */
export function instantFrom(text: string): Date | undefined {
  const day = dayShape.test(text) ? text : instantShape.exec(text)?.[1];
  if (day === undefined || !isDay(day)) return undefined;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}
