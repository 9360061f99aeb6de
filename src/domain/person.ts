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

/** The pool whose turn he waits for first. */
export function waitsOf({ grants, status }: Person): Waits | undefined {
  if (status === 'deactivated') return undefined;
  const [first] = grants
    .flatMap(({ what, id, waiting }) =>
      what === 'license' && waiting !== undefined ? [{ pool: id, since: waiting }] : [],
    )
    .sort((a, b) => (a.since < b.since ? -1 : 1));
  return first;
}

/** The words under which it is found who is what: `role:<id>`, `license:<id>`, `entity:<id>`, `primary:<role>`, `status:<status>`, `admin`. */
export const heldBy = ({ status, primaryRole, grants, administrative }: Person): readonly string[] => [
  ...grants.filter(({ waiting }) => waiting === undefined).map(({ what, id }) => `${what}:${id}`),
  ...(primaryRole === 'user' ? [] : [`primary:${primaryRole}`]),
  ...(status === 'active' ? [] : [`status:${status}`]),
  ...(administrative ? ['admin'] : []),
];
