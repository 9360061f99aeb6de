import type { Change } from '../../domain/changes.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import { granted } from '../../domain/grants.ts';
import type { NewJob } from '../../domain/jobs.ts';
import type { Holders } from '../../domain/lists.ts';
import { isAdministrative, type Permission } from '../../domain/permissions.ts';
import { bringing, linkedTo, unlinkedFrom } from '../../domain/roleTeams.ts';
import { roleFrom, type Role, type RoleTeam } from '../../domain/roles.ts';
import type { State } from '../../domain/states.ts';
import { requireMay, type Asker, type PeoplePorts } from '../people/asker.ts';
import { allNamed, changeUser } from '../people/change.ts';
import { kept, making, removing, revising, withAttributes } from '../../domain/keeping.ts';

/** What roles are administered with. */
export interface RolePorts extends PeoplePorts {
  readonly holders: Holders;
}

/** A team that is to come with a role, by id or name, and what the role allows in it. */
export interface TeamWanted {
  readonly team: string;
  readonly permissions?: readonly string[] | undefined;
}

/** What a role is to be; what is not said stays. */
export interface RoleEdit {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly permissions?: readonly Permission[] | undefined;
  readonly teams?: readonly TeamWanted[] | undefined;
}

/** A role after a change, and the job that decides on its holders anew, where it has any. */
export interface RoleChanged {
  readonly state: State;
  readonly job: string | undefined;
}

/** A role, by its id. @throws DomainError `unknown` */
export const readRole = ({ deciding }: PeoplePorts, { tenant }: Asker, id: string): Promise<State> =>
  kept(deciding.states, tenant, 'Role', id);

/**
 * Makes a role: “Name the role. Assign permissions. Select the team to which the role should automatically belong. Assign team
 * permissions. Assign the role to users.” The users are given it after it is there, one by one.
 *
 * @throws DomainError `administrative-grant` where it would make administrators, and who asks may not; `unknown`, `name-taken`
 */
export async function createRole(
  ports: RolePorts,
  asker: Asker,
  edit: RoleEdit & { readonly name: string },
  users: readonly string[] = [],
): Promise<State> {
  const { deciding } = ports;
  const { tenant, deadline } = asker;
  requireMayShape(asker, edit.name, edit.permissions ?? []);
  const people = await allNamed(ports, tenant, 'User', users);
  const id = deciding.newId();
  await untilItHolds(deadline, deciding, async () => {
    const teams = await teamsWanted(ports, asker, edit.teams ?? []);
    const { name, description, permissions = [] } = edit;
    const attributes = withAttributes({}, { displayName: name, type: 'Role', description, permissions });
    const role = making(asker, 'Role', id, {
      name,
      attributes: bringing(
        attributes,
        teams.map(({ link }) => link),
      ),
    });
    const links = teams.flatMap(({ team }) =>
      revising(asker, team, { name: team.name, attributes: linkedTo(team.attributes, { id, name }) }),
    );
    await deciding.work.commitAll([role, ...links], deadline);
  });
  for (const person of people) await give(ports, asker, id, person.id);
  return readRole(ports, asker, id);
}

/** Gives somebody a role by hand, besides whatever else he holds. @throws DomainError for each rule that is broken */
const give = (ports: RolePorts, asker: Asker, role: string, user: string) =>
  changeUser(ports, asker, user, {
    wish: {
      named: { role: [role] },
      apply(person, known) {
        const found = known.role(role);
        if (!found) throw new DomainError({ rule: 'unknown', type: 'Role', id: role });
        const target = { what: 'role', id: found.id, name: found.name } as const;
        return { ...person, grants: granted(person.grants, target, { by: 'hand' }) };
      },
    },
  });

/**
 * Changes what a role is, and the teams at the other end of its links with it. Whoever holds it is decided on anew, in any case,
 * by a job that the change leaves.
 *
 * @throws DomainError `built-in`, `administrative-grant`, `unknown`, `name-taken`, `changed`
 */
export async function changeRole(
  ports: RolePorts,
  asker: Asker,
  id: string,
  edit: RoleEdit,
  onlyAt?: number,
): Promise<RoleChanged> {
  const { deciding, holders } = ports;
  const { tenant, deadline } = asker;
  const job = await untilItHolds(deadline, deciding, async () => {
    const before = await changeable(ports, asker, id, onlyAt);
    requireMayShape(asker, before.name, [...roleFrom(before).permissions, ...(edit.permissions ?? [])]);
    const name = edit.name ?? before.name;
    const links = await linkChanges(ports, asker, roleFrom(before), name, edit.teams);
    const attributes = withAttributes(before.attributes, {
      displayName: name,
      ...(edit.description !== undefined && { description: edit.description }),
      ...(edit.permissions && { permissions: edit.permissions }),
    });
    const own = revising(asker, before, { name, attributes: bringing(attributes, links.teams) });
    const [first, ...others] = [...own, ...links.changes];
    if (!first) return undefined;
    const starts: NewJob = { id: deciding.newId(), kind: 'settle-role', argument: id };
    const whole = { ...first, starts: [starts], ...(onlyAt !== undefined && { onlyAt }) };
    await deciding.work.commitAll([whole, ...others], deadline);
    return (await holders.count(tenant, `role:${id}`)) > 0 ? starts.id : undefined;
  });
  return { state: await readRole(ports, asker, id), job };
}

/** What goes with a role that is deleted. */
export interface RoleRemoved {
  readonly role: { readonly id: string; readonly name: string };
  /** How many lose it. */
  readonly users: number;
  /** The teams that came with it: who is in one of them by this role alone leaves it. */
  readonly teams: readonly { readonly id: string; readonly name: string; readonly users: number }[];
}

/** So many holders of a role are looked at at a time. */
const page = 1_000;

/**
 * What it would do to delete a role: “Removing a role affects all users assigned to it. Associated teams also disappear.”
 *
 * @throws DomainError `built-in`, `unknown`, `administrative-grant`
 */
export async function roleRemoval(ports: RolePorts, asker: Asker, id: string): Promise<RoleRemoved> {
  const state = await changeable(ports, asker, id);
  const role = roleFrom(state);
  const leaving = new Map(role.teams.map((team) => [team.id, 0]));
  let users = 0;
  let after: string | undefined;
  for (;;) {
    const some = await ports.holders.page(asker.tenant, `role:${id}`, after, page);
    users += some.length;
    for (const team of some.flatMap((user) => teamsByAlone(user, id))) leaving.set(team, (leaving.get(team) ?? 0) + 1);
    after = some.at(-1)?.id;
    if (some.length < page) break;
  }
  const teams = role.teams.map((team) => ({ id: team.id, name: team.name, users: leaving.get(team.id) ?? 0 }));
  return { role: { id, name: role.name }, users, teams };
}

/** The teams that somebody has by this role and by no other. */
const teamsByAlone = ({ person }: State, role: string): string[] =>
  (person?.grants ?? []).flatMap(({ what, id, origins }) =>
    what === 'team' && origins.every(({ by, ref }) => by === 'role' && ref === role) ? [id] : [],
  );

/**
 * Deletes a role: whoever holds it loses it, and the teams that came by it, by a job that the change leaves.
 *
 * @returns the job
 * @throws DomainError `built-in`, `unknown`, `administrative-grant`, `changed`
 */
export async function deleteRole(ports: RolePorts, asker: Asker, id: string, onlyAt?: number): Promise<string> {
  const { deciding } = ports;
  return untilItHolds(asker.deadline, deciding, async () => {
    const state = await changeable(ports, asker, id, onlyAt);
    const { changes } = await linkChanges(ports, asker, roleFrom(state), state.name, []);
    const job = deciding.newId();
    const own: Change = {
      ...removing(asker, state),
      ...(onlyAt !== undefined && { onlyAt }),
      starts: [{ id: job, kind: 'settle-role', argument: id }],
    };
    await deciding.work.commitAll([own, ...changes], asker.deadline);
    return job;
  });
}

/** @throws DomainError `built-in`, `unknown`, `changed`, `administrative-grant` */
async function changeable(ports: RolePorts, asker: Asker, id: string, onlyAt?: number): Promise<State> {
  const state = await kept(ports.deciding.states, asker.tenant, 'Role', id, onlyAt);
  const role = roleFrom(state);
  if (role.builtIn) throw new DomainError({ rule: 'built-in', type: 'Role', name: role.name });
  requireMayShape(asker, role.name, role.permissions);
  return state;
}

/** Who may not manage administrators makes none, and changes nothing by which somebody is one. */
function requireMayShape(asker: Asker, name: string, permissions: readonly Permission[]): void {
  requireMay(asker, 'roles.manage');
  if (isAdministrative(permissions) && !asker.permissions.has('admins.manage'))
    throw new DomainError({ rule: 'administrative-grant', name });
}

/** @throws DomainError `unknown`, `invalid` where one is named twice */
async function teamsWanted(ports: PeoplePorts, { tenant }: Asker, wanted: readonly TeamWanted[]) {
  const states = await allNamed(
    ports,
    tenant,
    'Group',
    wanted.map(({ team }) => team),
  );
  if (new Set(states.map(({ id }) => id)).size < states.length)
    throw new DomainError({ rule: 'invalid', attribute: 'teams', why: 'uniqueItems' });
  return states.map((team, at) => ({
    team,
    link: { id: team.id, name: team.name, permissions: wanted[at]?.permissions ?? [] } satisfies RoleTeam,
  }));
}

/** The teams that a role brings from now on, and the changes of those at the other end: of all of them where it is renamed. */
async function linkChanges(
  ports: PeoplePorts,
  asker: Asker,
  role: Role,
  name: string,
  wanted: readonly TeamWanted[] | undefined,
): Promise<{ readonly teams: readonly RoleTeam[]; readonly changes: readonly Change[] }> {
  const { states } = ports.deciding;
  const standing = await states.some(
    asker.tenant,
    role.teams.map(({ id }) => ({ kind: 'Group', name: id })),
  );
  const now = wanted && (await teamsWanted(ports, asker, wanted));
  const teams = now?.map(({ link }) => link) ?? role.teams;
  const stays = new Set(teams.map(({ id }) => id));
  const all = new Map([...standing, ...(now ?? []).map(({ team }) => team)].map((team) => [team.id, team]));
  const changes = [...all.values()].flatMap((team) =>
    revising(asker, team, {
      name: team.name,
      attributes: stays.has(team.id)
        ? linkedTo(team.attributes, { id: role.id, name })
        : unlinkedFrom(team.attributes, role.id),
    }),
  );
  return { teams, changes };
}
