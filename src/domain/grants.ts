import type { CompanyRole } from './permissions.ts';

/** What somebody can be given. Being in a team by hand or by SCIM is an edge of the team; here stand those that follow. */
export const grantKinds = ['role', 'license', 'entity', 'permission', 'team'] as const;
export type GrantKind = (typeof grantKinds)[number];

/** Why somebody holds something, the most deliberate first. */
export const originKinds = ['hand', 'import', 'scim', 'group', 'rule', 'role'] as const;
export type OriginKind = (typeof originKinds)[number];

/** One reason why somebody holds something. */
export interface Origin {
  readonly by: OriginKind;
  /** The connection (`scim`), the group (`group`), the role (`role`), the rule (`rule`), the job (`import`) that gives it. */
  readonly ref?: string;
  /** As what it is given, where that is for the origin to say: the role in an entity. */
  readonly role?: CompanyRole;
  /** What a connection called it: told to it again as it said it. */
  readonly as?: string;
  /** A connection called it the first of its kind. */
  readonly primary?: true;
}

/** Something that somebody holds, or waits for, with every reason. It goes when the last reason goes. */
export interface Grant {
  readonly what: GrantKind;
  /** The id of the role, license pool, entity or team; the name of a permission. */
  readonly id: string;
  /** What it is called. */
  readonly name?: string;
  readonly origins: readonly Origin[];
  /** Since when there was no free seat for it, in ISO 8601. */
  readonly waiting?: string;
}

type Target = Pick<Grant, 'what' | 'id' | 'name'>;

const isOf = (grant: Target, target: Pick<Grant, 'what' | 'id'>): boolean =>
  grant.what === target.what && grant.id === target.id;

const isSame = (a: Origin, b: Origin): boolean => a.by === b.by && a.ref === b.ref;

/** The grants, and this one for that reason too. Said again, a reason replaces what it said before. */
export function granted(grants: readonly Grant[], target: Target, origin: Origin): readonly Grant[] {
  const held = grants.find((grant) => isOf(grant, target));
  if (!held) return [...grants, { ...target, origins: [origin] }];
  const origins = held.origins.some((known) => isSame(known, origin))
    ? held.origins.map((known) => (isSame(known, origin) ? origin : known))
    : [...held.origins, origin];
  return grants.map((grant) => (grant === held ? { ...grant, ...target, origins } : grant));
}

/** The grants without that reason: what nothing else gives is gone. */
export function released(
  grants: readonly Grant[],
  target: Pick<Grant, 'what' | 'id'>,
  origin: Pick<Origin, 'by' | 'ref'>,
): readonly Grant[] {
  return grants.flatMap((grant) => {
    if (!isOf(grant, target)) return [grant];
    const origins = grant.origins.filter((known) => !isSame(known, origin));
    return origins.length > 0 ? [{ ...grant, origins }] : [];
  });
}

/**
 * The grants where one origin gives exactly these of a kind, and nothing else any more: what a rule, a group or a
 * connection gives is said as a whole.
 */
export function givenBy(
  grants: readonly Grant[],
  what: GrantKind,
  origin: Origin,
  targets: readonly (Target & { readonly origin?: Partial<Origin> })[],
): readonly Grant[] {
  const stays = new Set(targets.map(({ id }) => id));
  const without = grants
    .filter((grant) => grant.what === what && !stays.has(grant.id))
    .reduce<readonly Grant[]>((left, grant) => released(left, grant, origin), grants);
  return targets.reduce<readonly Grant[]>(
    (left, { origin: more, ...target }) => granted(left, target, { ...origin, ...more }),
    without,
  );
}

/** The most deliberate of the reasons: by hand before by SCIM before by a group. */
export const foremost = ({ origins }: Grant): Origin | undefined =>
  [...origins].sort((a, b) => originKinds.indexOf(a.by) - originKinds.indexOf(b.by))[0];

/** The role in an entity: what the most deliberate reason says; “a user can have different roles in different entities”. */
export const companyRoleOf = (grant: Grant): CompanyRole => foremost(grant)?.role ?? 'Auditor';
