import type { Head, Kind, Member, Membership, State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import type { Query } from '../scim/types.ts';

/** The members of a group: at hand where they are few, else still coming. */
export type Members = readonly Member[] | AsyncIterable<readonly Member[]>;

/** Whose view of a tenant is asked: a connection sees the external ids that it set. */
export interface View {
  readonly tenant: TenantId;
  readonly connection: string;
}

/** A page of what a query found. */
export interface PageOfStates {
  /** Of all that match, exactly. Undefined where a page by cursor can be had and counting all would cost too much. */
  readonly total: number | undefined;
  readonly states: readonly State[];
  /** Whether there are more beyond the page, the way it was read. */
  readonly more: boolean;
  /** By group, where members were wanted: read at the same instant as the groups. */
  readonly members: ReadonlyMap<string, Members>;
  /** By who is in them, where groups were wanted. */
  readonly memberships: ReadonlyMap<string, readonly Membership[]>;
}

/** Searches, and reads of whole groups. */
export interface Directory {
  /**
   * @throws ScimError `invalidFilter` where the filter cannot be searched by
   * @throws DomainError `too-many-matches` where it would have to examine or count more than the limit
   */
  query(view: View, type: ResourceType, query: Query): Promise<PageOfStates>;
  /** A group and its members at one instant. */
  readWithMembers(tenant: TenantId, id: string): Promise<{ state: State; members: Members } | undefined>;
  /**
   * The ids of a group's members of one kind.
   *
   * @throws DomainError `too-many-matches`
   */
  memberIds(tenant: TenantId, group: Head, kind: Kind, limit: number): Promise<readonly string[]>;
}
