import { DomainError } from './errors.ts';
import { givenBy, granted, type Grant, type GrantKind, type Origin } from './grants.ts';
import type { Known } from './known.ts';
import type { Wish } from './people.ts';
import { builtIn, isPermission, type CompanyRole, type Permission, type PrimaryRole } from './permissions.ts';
import type { Person } from './person.ts';

/** What an administrator gives somebody, each kind as a whole; what is not said stays as it is. */
export interface Rights {
  readonly primaryRole?: PrimaryRole | undefined;
  /** By id or name. */
  readonly roles?: readonly string[] | undefined;
  /** Given directly: “It is possible to assign permissions directly, but we recommend working with roles.” */
  readonly permissions?: readonly Permission[] | undefined;
  /** The license pool, by id or name; `null`: none by hand. */
  readonly license?: string | null | undefined;
  /** “A user can have different roles in different entities.” */
  readonly entities?: readonly CompanyMembership[] | undefined;
}

/** Being in an entity, which is named by its id or name, with a company role. */
export interface CompanyMembership {
  readonly entity: string;
  readonly role: CompanyRole;
}

const hand: Origin = { by: 'hand' };

/**
 * The wish that somebody holds by hand exactly what is said of each kind. An import is what an administrator said once, and
 * goes as what was given by hand does; what a group, a rule or a connection gives stays.
 *
 * @param may what who gives it may do: nobody gives what he may not do himself
 * @throws DomainError (when applied) `unknown`; `not-allowed`
 */
export const byHand = (rights: Rights, may: ReadonlySet<Permission>): Wish => ({
  named: {
    role: rights.roles ?? [],
    license: [rights.license ?? []].flat(),
    entity: (rights.entities ?? []).map(({ entity }) => entity),
  },
  apply(person, known) {
    const grants = targetsOf(rights, known).reduce<readonly Grant[]>(
      (held, [what, targets]) => givenBy(withoutImports(held, what, targets), what, hand, targets),
      person.grants,
    );
    const after = { ...person, primaryRole: rights.primaryRole ?? person.primaryRole, grants };
    requireOwn(person, after, known, may);
    return after;
  },
});

/** The wish that somebody is in an entity, with that company role, besides whatever else he holds. */
export const inEntity = ({ entity, role }: CompanyMembership): Wish => ({
  named: { entity: [entity] },
  apply(person, known) {
    const { id, name } = found('Entity', entity, known.entity);
    return { ...person, grants: granted(person.grants, { what: 'entity', id, name }, { ...hand, role }) };
  },
});

/** The wish that somebody leaves an entity, as far as he is in it by hand: he stays in the organization and in the others. */
export const outOfEntity = (entity: string): Wish => ({
  named: { entity: [entity] },
  apply(person, known) {
    const { id } = found('Entity', entity, known.entity);
    const grants = person.grants.flatMap((grant) => {
      if (grant.what !== 'entity' || grant.id !== id) return [grant];
      const origins = grant.origins.filter(({ by }) => by !== 'hand' && by !== 'import');
      return origins.length > 0 ? [{ ...grant, origins }] : [];
    });
    return { ...person, grants };
  },
});

/** The wish that nothing of what somebody holds changes, but what else is said of him. */
export const become = (change: (person: Person) => Person): Wish => ({ named: {}, apply: change });

/** One wish after the other. */
export const both = (first: Wish, second: Wish): Wish => ({
  named: {
    role: [...(first.named.role ?? []), ...(second.named.role ?? [])],
    license: [...(first.named.license ?? []), ...(second.named.license ?? [])],
    entity: [...(first.named.entity ?? []), ...(second.named.entity ?? [])],
  },
  apply: (person, known) => second.apply(first.apply(person, known), known),
});

type Target = Pick<Grant, 'what' | 'id' | 'name'> & { readonly origin?: Partial<Origin> };

/** What is said of each kind; a kind that nothing is said of is left out. */
function targetsOf(rights: Rights, known: Known): readonly (readonly [GrantKind, readonly Target[]])[] {
  const { roles, permissions, license, entities } = rights;
  return [
    ...(roles ? [['role', roles.map((role) => target('role', found('Role', role, known.role)))] as const] : []),
    ...(permissions ? [['permission', permissions.map((id) => ({ what: 'permission' as const, id }))] as const] : []),
    ...(license === undefined ? [] : [['license', licenseTargets(license, known)] as const]),
    ...(entities
      ? [
          [
            'entity',
            entities.map(({ entity, role }) => ({
              ...target('entity', found('Entity', entity, known.entity)),
              origin: { role },
            })),
          ] as const,
        ]
      : []),
  ];
}

const licenseTargets = (license: string | null, known: Known): readonly Target[] =>
  license === null ? [] : [target('license', found('Entitlement', license, known.pool))];

interface Thing {
  readonly id: string;
  readonly name: string;
}

const target = (what: GrantKind, { id, name }: Thing): Target => ({ what, id, name });

function found<T extends Thing>(type: string, named: string, finder: (named: string) => T | undefined): T {
  const thing = finder(named);
  if (!thing) throw new DomainError({ rule: 'unknown', type, id: named });
  return thing;
}

/** What an import gave goes with what is not said any more. */
function withoutImports(grants: readonly Grant[], what: GrantKind, targets: readonly Target[]): readonly Grant[] {
  const stays = new Set(targets.map(({ id }) => id));
  return grants.flatMap((grant) => {
    if (grant.what !== what || stays.has(grant.id)) return [grant];
    const origins = grant.origins.filter(({ by }) => by !== 'import');
    return origins.length > 0 ? [{ ...grant, origins }] : [];
  });
}

/** @throws DomainError `not-allowed` where something new allows what who gives it may not do */
function requireOwn(before: Person, after: Person, { roles }: Known, may: ReadonlySet<Permission>): void {
  const had = new Set(before.grants.map(({ what, id }) => `${what} ${id}`));
  const given = after.grants
    .filter(({ what, id }) => !had.has(`${what} ${id}`))
    .flatMap(({ what, id }): readonly Permission[] => {
      if (what === 'permission') return isPermission(id) ? [id] : [];
      return what === 'role' ? (roles.get(id)?.permissions ?? []) : [];
    });
  const primary: readonly Permission[] =
    after.primaryRole === before.primaryRole ? [] : builtIn.primary[after.primaryRole];
  const beyond = [...given, ...primary].find((permission) => !may.has(permission));
  if (beyond !== undefined) throw new DomainError({ rule: 'not-allowed', permission: beyond });
}
