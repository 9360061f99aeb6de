import { companyRoleOf, type Grant } from './grants.ts';
import {
  builtIn,
  isAdministrative,
  isPermission,
  managesEntity,
  type Permission,
  type PrimaryRole,
} from './permissions.ts';
import type { Person } from './person.ts';
import type { Attributes, State } from './states.ts';

/** What roles allow, and the teams that come with them. */
export interface Role {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly teams: readonly RoleTeam[];
  /** Nobody can change or delete it. */
  readonly builtIn: boolean;
}

/** A team that comes with a role, and what the role allows in it. */
export interface RoleTeam {
  readonly id: string;
  readonly name: string;
  readonly permissions: readonly string[];
}

/** A role as its state says it. */
export const roleFrom = ({ id, name, attributes }: Pick<State, 'id' | 'name' | 'attributes'>): Role => ({
  id,
  name,
  permissions: texts(attributes.permissions).filter(isPermission),
  teams: records(attributes.teams).map(({ value, display, permissions }) => ({
    id: String(value),
    name: typeof display === 'string' ? display : '',
    permissions: texts(permissions),
  })),
  builtIn: attributes.builtIn === true,
});

/** Values of a list of texts; SCIM may say them as `{value}`. */
export const texts = (list: unknown): string[] =>
  Array.isArray(list)
    ? list.flatMap((item: unknown) => {
        const value = isRecord(item) ? item.value : item;
        return typeof value === 'string' ? [value] : [];
      })
    : [];

export const records = (list: unknown): Attributes[] => (Array.isArray(list) ? list.filter(isRecord) : []);

const isRecord = (value: unknown): value is Attributes => typeof value === 'object' && value !== null;

/** One reason why somebody may do something. */
export interface Right {
  readonly permission: Permission;
  readonly from:
    | { readonly primaryRole: PrimaryRole }
    | { readonly grant: Grant; readonly role: Role }
    /** Given directly: “it is possible …, but we recommend working with roles”. */
    | { readonly grant: Grant };
}

/** Everything that somebody may do, each with where it comes from. Who is not active may do nothing. */
export function rightsOf(person: Person, roles: ReadonlyMap<string, Role>): readonly Right[] {
  if (person.status !== 'active') return [];
  const own: readonly Permission[] = builtIn.primary[person.primaryRole];
  return [
    ...own.map((permission): Right => ({ permission, from: { primaryRole: person.primaryRole } })),
    ...person.grants
      .filter(({ waiting }) => waiting === undefined)
      .flatMap((grant): Right[] => {
        if (grant.what === 'permission')
          return isPermission(grant.id) ? [{ permission: grant.id, from: { grant } }] : [];
        const role = grant.what === 'role' ? roles.get(grant.id) : undefined;
        return role ? role.permissions.map((permission) => ({ permission, from: { grant, role } })) : [];
      }),
  ];
}

/** Everything that somebody may do: the union of what each of his roles, and what was given directly, allows. */
export const permissionsOf = (person: Person, roles: ReadonlyMap<string, Role>): ReadonlySet<Permission> =>
  new Set(rightsOf(person, roles).map(({ permission }) => permission));

/** Whether somebody is an administrator, active or not: what he would be allowed counts. */
export const isAdministrator = (person: Person, roles: ReadonlyMap<string, Role>): boolean =>
  person.primaryRole !== 'user' || isAdministrative(permissionsOf({ ...person, status: 'active' }, roles));

/** Whether somebody may choose the members of that entity. */
export const mayManageEntity = (person: Person, entity: string): boolean =>
  person.status === 'active' &&
  person.grants.some((grant) => grant.what === 'entity' && grant.id === entity && managesEntity(companyRoleOf(grant)));
