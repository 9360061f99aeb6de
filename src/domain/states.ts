import type { Person } from './person.ts';
import type { TenantId } from './tenants.ts';

/** What a tenant keeps under ids of its own: the name of a resource type, `User`, `Group` or one of the tenant's own. */
export type Kind = string;

/** Whether groups have members of that kind: users and groups, and nothing that a tenant made a type of. */
export const mayBeMember = (kind: Kind): boolean => kind === 'User' || kind === 'Group';

/** Attribute values by canonical name, as their schema types them. */
export type Attributes = { readonly [name: string]: unknown };

/** What the database says of a resource besides its attributes: enough to decide whether a change still holds. */
export interface Head {
  readonly id: string;
  readonly kind: Kind;
  /** Counts effective changes of any sort, members included. */
  readonly version: number;
  /** Counts changes of attributes alone, so that a rename and a stream of member changes don't collide. */
  readonly revision: number;
  /** Counts the times a group was emptied or wholly replaced: edges of earlier generations are no members. */
  readonly generation: number;
  /** The instant of `version`. Never earlier than that of the version before. */
  readonly modified: Date;
}

/** A user or a group as it stands. */
export interface State extends Head {
  readonly tenant: TenantId;
  /** The connection that provisioned it; absent: nobody outside. */
  readonly owner: string | undefined;
  /** The unique name as given: `userName`, `displayName`. */
  readonly name: string;
  readonly created: Date;
  /** The instant of `revision`. */
  readonly revised: Date;
  /** What each connection calls it. */
  readonly externalIds: Readonly<Record<string, string>>;
  readonly attributes: Attributes;
  /** Of a user: what the organization knows of him. */
  readonly person?: Person | undefined;
}

/** A membership that holds, in the words of its two ends. */
export interface Member {
  readonly id: string;
  readonly kind: Kind;
}

/** Where a role gives a membership: it alone, or both it and whoever chose the members. Absent: whoever chose them. */
export type Via = 'role' | 'both';

/** A group that a user or a group is in. */
export interface Membership {
  readonly group: string;
  readonly name: string;
  /** `indirect`: by way of a group inside that group (RFC 7643 §4.1.2). */
  readonly how: 'direct' | 'indirect';
}

/** What a resource says of itself. */
export type NewContent = Pick<State, 'name' | 'externalIds' | 'attributes' | 'person'>;
