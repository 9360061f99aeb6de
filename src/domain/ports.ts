import type { Change, Committed } from './changes.ts';
import type { Nesting } from './nesting.ts';
import type { Account } from './accounts.ts';
import type { Head, Kind, Member, Membership, State, Via } from './states.ts';
import type { TenantId } from './tenants.ts';

/** Commits what operations decided. */
export interface UnitOfWork {
  /**
   * The change is durable and visible as a whole when this resolves.
   *
   * @param deadline milliseconds since 1970
   * @throws Stale where something it relied on has changed: decide anew
   * @throws DomainError `name-taken`; `done-already`; `busy` past the deadline (it may still have been committed)
   */
  commit(change: Change, deadline: number): Promise<Committed>;
  /**
   * The changes, each of another subject, become durable and visible at one instant, or none of them does. Each may
   * rely on what another of them creates.
   *
   * @returns what became of each, in their order
   * @throws as `commit`, for any of them
   */
  commitAll(changes: readonly Change[], deadline: number): Promise<readonly Committed[]>;
}

/** Reads of what stands, always of one tenant. A foreign id is an unknown one. */
export interface States {
  read(tenant: TenantId, kind: Kind, id: string): Promise<State | undefined>;
  /** A resource with what is kept of its secret, a digest or a hash, which no other read returns. */
  readWithSecret(tenant: TenantId, kind: Kind, id: string): Promise<{ state: State; secret: string } | undefined>;
  /** A resource with the groups it is in, read together. */
  readWithMemberships(
    tenant: TenantId,
    kind: Kind,
    id: string,
  ): Promise<{ state: State; memberships: Membership[] } | undefined>;
  /** A group, which of these ids exist, and which of them are its members already. */
  readForMembers(tenant: TenantId, group: string, ids: readonly string[]): Promise<GroupForMembers | undefined>;
  /** Resources of any kind, each by its id or its name; nothing is asked where none is named. */
  some(tenant: TenantId, named: readonly { readonly kind: Kind; readonly name: string }[]): Promise<readonly State[]>;
  /** Those of the ids that name somebody. */
  known(tenant: TenantId, ids: readonly string[]): Promise<Member[]>;
  /** The members of a group, where they are at most `limit`. */
  memberIds(tenant: TenantId, group: Head, limit: number): Promise<readonly string[] | undefined>;
  /** The members whom a role made members of a group. */
  givenMembers(tenant: TenantId, group: Head): Promise<readonly (Member & { readonly via: Via })[]>;
  /** Heads of the groups that somebody is directly in, and how many edges are open, those of groups emptied since included. */
  groupsOf(tenant: TenantId, member: string): Promise<{ groups: Head[]; edges: number }>;
  /** Every edge between groups that leads upwards from there, and the version of the tenant's graph of such edges. */
  nestingAbove(tenant: TenantId, group: string): Promise<{ above: Nesting[]; version: number }>;
}

/** What a change of members is decided on. */
export interface GroupForMembers {
  readonly state: State;
  /** Those of the ids that name somebody. */
  readonly known: readonly Member[];
  /** Those of the ids that are members now. */
  readonly present: ReadonlySet<string>;
  /** Those of them whom a role made members. */
  readonly given: ReadonlyMap<string, Via>;
}

/** Reads of numbers that are exact under races. */
export interface Accounts {
  /** Those that were moved before, by name; the others stand at zero, without a bound. */
  read(tenant: TenantId, names: readonly string[]): Promise<ReadonlyMap<string, Account>>;
}
