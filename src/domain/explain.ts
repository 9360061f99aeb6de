import { foremost, type Grant, type Origin } from './grants.ts';
import type { Permission } from './permissions.ts';
import type { Person } from './person.ts';
import { rightsOf, type Right, type Role } from './roles.ts';

/** Why somebody may do something: one way by which he has the right, and what would end it. */
export interface Reason {
  readonly right: Right;
  /** Each of these keeps the way open: all have to go. Empty where it comes from the primary role. */
  readonly origins: readonly Origin[];
}

/** The answer to “why may he do that, and what would take it away?”: taking it away means ending every reason. */
export interface Explanation {
  readonly permission: Permission;
  readonly allowed: boolean;
  /** Why nothing at all is allowed, where that is so. */
  readonly status: Person['status'];
  readonly reasons: readonly Reason[];
  /** What he would hold but waits for. */
  readonly waiting: readonly Grant[];
}

/** Why somebody may, or may not, do something. */
export function explain(person: Person, permission: Permission, roles: ReadonlyMap<string, Role>): Explanation {
  const reasons = rightsOf({ ...person, status: 'active' }, roles)
    .filter((right) => right.permission === permission)
    .map((right): Reason => ({ right, origins: 'grant' in right.from ? right.from.grant.origins : [] }));
  return {
    permission,
    allowed: person.status === 'active' && reasons.length > 0,
    status: person.status,
    reasons,
    waiting: person.grants.filter(({ what, id, waiting }) => {
      const role = what === 'role' ? roles.get(id) : undefined;
      return waiting !== undefined && role?.permissions.includes(permission);
    }),
  };
}

/** Why somebody holds something, in the order of weight. */
export const originsOf = (grant: Grant): readonly Origin[] => {
  const first = foremost(grant);
  return first ? [first, ...grant.origins.filter((origin) => origin !== first)] : [];
};
