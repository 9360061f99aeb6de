import type { Grant } from './grants.ts';
import type { PrimaryRole } from './permissions.ts';

/** What becomes of a person in an organization, in this order, and back. */
export const statuses = ['prepared', 'invited', 'active', 'deactivated'] as const;
export type Status = (typeof statuses)[number];

/** What the organization knows of a user besides the attributes that describe him. */
export interface Person {
  readonly status: Status;
  /** What he was before he was deactivated, and becomes again. */
  readonly was?: Exclude<Status, 'deactivated'>;
  readonly primaryRole: PrimaryRole;
  readonly grants: readonly Grant[];
  /** He may manage others, by his primary role or by a role that he holds. */
  readonly administrative?: true;
  /** What was paid for him, in credits: once, whatever he holds later. */
  readonly paid?: number;
  /** He keeps his seats while he is deactivated. */
  readonly keepsSeats?: true;
  /** He was to be invited, and no seat was free: he is as soon as he has one. */
  readonly whenSeated?: 'invited';
  /** Sessions that began before this instant (ISO 8601) are over. */
  readonly sessionsSince?: string;
}

/** A user as far as that goes. */
interface Described {
  readonly person?: Person | undefined;
  readonly attributes: { readonly [name: string]: unknown };
}

/** Who was kept before persons had a status: as active as he was said to be. */
export const personOf = ({ person, attributes }: Described): Person =>
  person ?? { status: attributes.active === false ? 'deactivated' : 'active', primaryRole: 'user', grants: [] };

/** A license pool that somebody waits for, and since when. */
export interface Waits {
  readonly pool: string;
  readonly since: string;
}

/** The pools whose turn he waits for. */
export const waitsOf = ({ grants, status }: Person): readonly Waits[] =>
  status === 'deactivated'
    ? []
    : grants.flatMap(({ what, id, waiting }) =>
        what === 'license' && waiting !== undefined ? [{ pool: id, since: waiting }] : [],
      );

/**
 * The words under which it is found who is what: `role:<id>`, `license:<id>`, `entity:<id>`, `primary:<role>`,
 * `status:<status>`, `admin`; `waiting:<id>` of what he waits for, `group:<id>` of a group that gives him anything.
 */
export const heldBy = ({ status, primaryRole, grants, administrative }: Person): readonly string[] => [
  ...grants.filter(({ waiting }) => waiting === undefined).map(({ what, id }) => `${what}:${id}`),
  ...grants.filter(({ waiting }) => waiting !== undefined).map(({ id }) => `waiting:${id}`),
  ...new Set(
    grants.flatMap(({ origins }) => origins.flatMap(({ by, ref }) => (by === 'group' ? [`group:${ref}`] : []))),
  ),
  ...(primaryRole === 'user' ? [] : [`primary:${primaryRole}`]),
  ...(status === 'active' ? [] : [`status:${status}`]),
  ...(administrative ? ['admin'] : []),
];
