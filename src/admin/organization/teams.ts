import type { Change } from '../../domain/changes.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import { kept, making, removing, revising } from '../../domain/keeping.ts';
import { ruleOf } from '../../domain/mappingRules.ts';
import { bringingNoMore, bringingToo, rolesOf, teamOf, withTeam } from '../../domain/roleTeams.ts';
import { isAdministrative } from '../../domain/permissions.ts';
import { records, roleFrom } from '../../domain/roles.ts';
import type { Attributes, State } from '../../domain/states.ts';
import { rolesAfter, settling } from '../../domain/teamLinks.ts';
import { chosen } from '../../domain/teams.ts';
import { requireMay, type Asker, type PeoplePorts } from '../people/asker.ts';
import { allNamed } from '../people/change.ts';

/** What a team is to be; what is not said stays, `null` takes it back. */
export interface TeamEdit {
  readonly name?: string | undefined;
  readonly avatar?: string | null | undefined;
  readonly disabled?: boolean | undefined;
  /** “Teams can have unique access and settings for various features.” Those named change, by their keys. */
  readonly access?: Readonly<Record<string, string | null>> | undefined;
  /** The roles that belong to it, by id or name: all of them. */
  readonly roles?: readonly string[] | undefined;
}

/** A channel of a team. */
export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly visibility: 'public' | 'private';
}

const kind = 'Group';

/** A team, by its id. @throws DomainError `unknown` */
export const readTeam = ({ deciding }: PeoplePorts, { tenant }: Pick<Asker, 'tenant'>, id: string): Promise<State> =>
  kept(deciding.states, tenant, kind, id);

/**
 * Makes a team, with who is in it from the beginning: “Name the team. Select user.”
 *
 * @param users by id or userName
 * @throws DomainError `name-taken`, `unknown`
 */
export async function createTeam(
  ports: PeoplePorts,
  asker: Asker,
  edit: TeamEdit & { readonly name: string },
  users: readonly string[] = [],
): Promise<State> {
  const { deciding } = ports;
  const { tenant, order, deadline } = asker;
  const id = deciding.newId();
  await untilItHolds(deadline, deciding, async () => {
    const people = await allNamed(ports, tenant, 'User', users);
    const joins = [...new Map(people.map((user) => [user.id, { id: user.id, kind: 'User' }])).values()];
    const joined = joins.map((member) => member.id);
    const { roles, changes } = await roleLinks(ports, asker, { id, name: edit.name, attributes: {} }, edit);
    const attributes = { ...withTeam(edited({}, edit), { roles }), displayName: edit.name };
    const { entry, ...own } = making({ tenant, order }, kind, id, { name: edit.name, attributes });
    const group = { id, kind, version: 1, revision: 1, generation: 1, modified: asker.now };
    const members = { group, reset: false, joins, leaves: [] };
    const change: Change = {
      ...own,
      ...(joins.length > 0 && { members }),
      relies: joined,
      entry: { ...entry, ...(joins.length > 0 && { members: { reset: false, joined, left: [] } }) },
    };
    await deciding.work.commitAll([change, ...changes], deadline);
  });
  return readTeam(ports, asker, id);
}

/**
 * Changes a team, and the roles at the other end of its links. A disabled team keeps what it has: “Deactivated teams are not
 * visible to users but can be reactivated.”
 *
 * @throws DomainError `unknown`, `changed`, `name-taken`; `built-in`, `administrative-grant`, `not-allowed` for its roles
 */
export async function changeTeam(
  ports: PeoplePorts,
  asker: Asker,
  id: string,
  edit: TeamEdit,
  onlyAt?: number,
): Promise<State> {
  const { deciding } = ports;
  const { newId, states } = deciding;
  await revised(ports, asker, id, onlyAt, async (before) => {
    const name = edit.name ?? before.name;
    const { roles, changes } = await roleLinks(ports, asker, { ...before, name }, edit);
    const own = { ...withTeam(edited(before.attributes, edit), { roles }), displayName: name };
    // Those that come or go say the team's name of now already.
    const renamed = await rolesAfter({ states, newId, ...asker }, before, { name });
    const touched = new Set(changes.map(({ entry }) => entry.resource));
    return {
      name,
      attributes: own,
      others: [...changes, ...renamed.filter(({ entry }) => !touched.has(entry.resource))],
    };
  });
  return readTeam(ports, asker, id);
}

/** Revises a team, with what is to be committed beside; decided anew from fresh reads while somebody else is faster. */
async function revised(
  { deciding }: PeoplePorts,
  asker: Asker,
  id: string,
  onlyAt: number | undefined,
  decide: (before: State) => Promise<{ name: string; attributes: Attributes; others: readonly Change[] }>,
): Promise<void> {
  await untilItHolds(asker.deadline, deciding, async () => {
    const before = await kept(deciding.states, asker.tenant, kind, id, onlyAt);
    const { name, attributes, others } = await decide(before);
    const own = revising(asker, before, { name, attributes }).map((change) => ({
      ...change,
      ...(onlyAt !== undefined && { onlyAt }),
    }));
    if (own.length + others.length > 0) await deciding.work.commitAll([...own, ...others], asker.deadline);
  });
}

/** The attributes of a team with what was said of it. */
function edited(attributes: Attributes, { avatar, disabled, access }: TeamEdit): Attributes {
  const team = teamOf(attributes);
  const settings = Object.entries({ ...accessOf(attributes), ...access }).filter(([, value]) => value !== null);
  return withTeam(attributes, {
    ...(avatar !== undefined && { avatar: avatar ?? undefined }),
    ...(disabled !== undefined && { disabled: disabled ? true : undefined }),
    access: access ? settings.map(([key, value]) => ({ key, value })) : team.access,
  });
}

/** Its settings for features, by their keys. */
export const accessOf = (attributes: Attributes): Readonly<Record<string, string>> =>
  Object.fromEntries(records(teamOf(attributes).access).map(({ key, value }) => [String(key), String(value)]));

/** Its channels. */
export const channelsOf = (attributes: Attributes): readonly Channel[] =>
  records(teamOf(attributes).channels).map(({ value, name, visibility }) => ({
    id: String(value),
    name: String(name),
    visibility: visibility === 'private' ? 'private' : 'public',
  }));

/** Creates, renames and deletes channels, in one step and without anybody's consent. @throws DomainError `invalid` */
export async function changeChannels(
  ports: PeoplePorts,
  asker: Asker,
  id: string,
  change: (channels: readonly Channel[]) => readonly Channel[],
): Promise<State> {
  await revised(ports, asker, id, undefined, async ({ name, attributes }) => {
    const channels = change(channelsOf(attributes));
    const names = new Set(channels.map((channel) => channel.name.toLowerCase()));
    if (names.size < channels.length) throw new DomainError({ rule: 'invalid', attribute: 'name', why: 'uniqueItems' });
    const all = channels.map(({ id: value, ...channel }) => ({ value, ...channel }));
    return { name, attributes: withTeam(attributes, { channels: all }), others: [] };
  });
  return readTeam(ports, asker, id);
}

/**
 * The roles that a team belongs to from now on, and the changes of those that come or go.
 *
 * @throws DomainError `not-allowed`, `built-in`, `administrative-grant`, `unknown`
 */
async function roleLinks(
  ports: PeoplePorts,
  asker: Asker,
  team: Pick<State, 'id' | 'name' | 'attributes'>,
  { roles }: TeamEdit,
): Promise<{ readonly roles: unknown; readonly changes: readonly Change[] }> {
  if (!roles) return { roles: teamOf(team.attributes).roles, changes: [] };
  requireMay(asker, 'roles.manage');
  const wanted = new Map((await allNamed(ports, asker.tenant, 'Role', roles)).map((role) => [role.id, role]));
  const held = new Set(rolesOf(team.attributes).map(({ id }) => id));
  const gone = await ports.deciding.states.some(
    asker.tenant,
    [...held].filter((id) => !wanted.has(id)).map((name) => ({ kind: 'Role', name })),
  );
  const joined = [...wanted.values()].filter(({ id }) => !held.has(id));
  for (const role of [...joined, ...gone]) requireLinkable(asker, role);
  const changes = [
    ...joined.map((role) => [role, bringingToo(role, team)] as const),
    ...gone.map((role) => [role, bringingNoMore(role, team.id)] as const),
  ].flatMap(([role, attributes]) =>
    settling(revising(asker, role, { name: role.name, attributes }), role.id, ports.deciding.newId),
  );
  return { roles: [...wanted.values()].map(({ id: value, name: display }) => ({ value, display })), changes };
}

function requireLinkable({ permissions }: Asker, state: State): void {
  const { builtIn, name, permissions: allowed } = roleFrom(state);
  if (builtIn) throw new DomainError({ rule: 'built-in', type: 'Role', name });
  if (isAdministrative(allowed) && !permissions.has('admins.manage'))
    throw new DomainError({ rule: 'administrative-grant', name });
}

/** Who is to be in a team, and who no longer, by id or userName. */
export interface MembersEdit {
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

/**
 * Puts people into a team, and takes people out whom nobody but administrators and identity providers put there: who is in it by
 * a role stays.
 *
 * @throws DomainError `unknown`
 */
export async function changeMembers(ports: PeoplePorts, asker: Asker, id: string, edit: MembersEdit): Promise<State> {
  const { deciding } = ports;
  const { tenant, order, deadline } = asker;
  await untilItHolds(deadline, deciding, async () => {
    const { add = [], remove = [] } = edit;
    const people = await allNamed(ports, tenant, 'User', [...add, ...remove]);
    const adds = [...new Set(people.slice(0, add.length).map((user) => user.id))];
    const removes = [...new Set(people.slice(add.length).map((user) => user.id))].filter(
      (each) => !adds.includes(each),
    );
    const group = await deciding.states.readForMembers(tenant, id, [...adds, ...removes]);
    if (!group) throw new DomainError({ rule: 'unknown', type: kind, id });
    const { joins, leaves, marks } = chosen(
      adds.map((each) => ({ id: each, kind: 'User' })),
      removes,
      group,
    );
    if (joins.length + leaves.length + marks.length === 0) return;
    const joined = joins.map((member) => member.id);
    const rule = ruleOf((await deciding.books.of(tenant)).rules, group.state);
    const change: Change = {
      tenant,
      members: { group: group.state, reset: false, joins, leaves, ...(marks.length > 0 && { marks }) },
      relies: joined,
      // Whatever the group means to its members, these get or lose too.
      ...(rule && { starts: [{ id: deciding.newId(), kind: 'settle-group', argument: id }] }),
      entry: {
        order,
        operation: 'members',
        kind,
        resource: id,
        differences: [],
        members: { reset: false, joined, left: leaves },
      },
    };
    await deciding.work.commit(change, deadline);
  });
  return readTeam(ports, asker, id);
}

/** Deletes a team: who is in it leaves it, and no role brings it any more. @throws DomainError `unknown`, `changed` */
export async function deleteTeam(ports: PeoplePorts, asker: Asker, id: string, onlyAt?: number): Promise<void> {
  const { deciding } = ports;
  const { tenant, deadline } = asker;
  await untilItHolds(deadline, deciding, async () => {
    const [state, { groups, edges }, { rules }] = await Promise.all([
      kept(deciding.states, tenant, kind, id, onlyAt),
      deciding.states.groupsOf(tenant, id),
      deciding.books.of(tenant),
    ]);
    const own: Change = {
      ...removing(asker, state, groups, edges),
      ...(onlyAt !== undefined && { onlyAt }),
      ...(ruleOf(rules, state) && { starts: [{ id: deciding.newId(), kind: 'settle-group', argument: id }] }),
    };
    const roles = await rolesAfter({ states: deciding.states, newId: deciding.newId, ...asker }, state, undefined);
    await deciding.work.commitAll([own, ...roles], deadline);
  });
}
