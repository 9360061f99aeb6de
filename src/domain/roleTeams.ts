import { records, roleFrom, type RoleTeam } from './roles.ts';
import type { Attributes, State } from './states.ts';
import { teamSchema } from './teams.ts';

/** A role or a team as the other end of a link says it. */
interface Face {
  readonly id: string;
  readonly name: string;
}

/** What a team says of itself as a team. */
export const teamOf = (attributes: Attributes): Attributes => {
  const team = attributes[teamSchema];
  return typeof team === 'object' && team !== null ? (team as Attributes) : {};
};

/** The attributes of a group with these of the team; what is undefined or empty is gone, and where nothing is left, all. */
export function withTeam(attributes: Attributes, more: Attributes): Attributes {
  const { [teamSchema]: _, ...rest } = attributes;
  const all = Object.entries({ ...teamOf(attributes), ...more });
  const team = all.filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  return team.length === 0 ? rest : { ...rest, [teamSchema]: Object.fromEntries(team) };
}

/** The roles that a team belongs to, as it says: “Choose roles that automatically belong to the team.” */
export const rolesOf = (attributes: Attributes): readonly Face[] =>
  records(teamOf(attributes).roles).map(({ value, display }) => ({
    id: String(value),
    name: typeof display === 'string' ? display : '',
  }));

/** The attributes of a team that comes with that role, under the role's name of now. */
export const linkedTo = (attributes: Attributes, { id, name }: Face): Attributes => {
  const known = rolesOf(attributes);
  const roles = known.some((role) => role.id === id)
    ? known.map((role) => (role.id === id ? { id, name } : role))
    : [...known, { id, name }];
  return withTeam(attributes, { roles: roles.map(toValue) });
};

/** The attributes of a team that no longer comes with that role. */
export const unlinkedFrom = (attributes: Attributes, role: string): Attributes =>
  withTeam(attributes, {
    roles: rolesOf(attributes)
      .filter(({ id }) => id !== role)
      .map(toValue),
  });

const toValue = ({ id, name }: Face): Attributes => ({ value: id, display: name });

/** The attributes of a role that brings exactly these teams. */
export const bringing = (attributes: Attributes, teams: readonly RoleTeam[]): Attributes => {
  const { teams: _, ...rest } = attributes;
  if (teams.length === 0) return rest;
  return {
    ...rest,
    teams: teams.map(({ permissions, ...team }) => ({
      ...toValue(team),
      ...(permissions.length > 0 && { permissions }),
    })),
  };
};

/** The attributes of a role that brings that team too, under the team's name of now; what it allows there stays. */
export function bringingToo(role: Pick<State, 'id' | 'name' | 'attributes'>, { id, name }: Face): Attributes {
  const { teams } = roleFrom(role);
  const known = teams.find((team) => team.id === id);
  const all = known
    ? teams.map((team) => (team === known ? { ...team, name } : team))
    : [...teams, { id, name, permissions: [] }];
  return bringing(role.attributes, all);
}

/** The attributes of a role that no longer brings that team. */
export const bringingNoMore = (role: Pick<State, 'id' | 'name' | 'attributes'>, team: string): Attributes =>
  bringing(
    role.attributes,
    roleFrom(role).teams.filter(({ id }) => id !== team),
  );
