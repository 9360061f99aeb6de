import type { Change } from './changes.ts';
import { DomainError } from './errors.ts';
import type { Order } from './journal.ts';
import type { Person } from './person.ts';
import type { GroupForMembers, States } from './ports.ts';
import { moved, type Standing } from './teams.ts';
import type { TenantId } from './tenants.ts';

/** By whose order. */
interface By {
  readonly tenant: TenantId;
  readonly order: Order;
}

/** Whose teams change. */
interface Moving {
  readonly id: string;
  /** Undefined where he is new. */
  readonly before: Person | undefined;
  readonly after: Person;
  /** The teams that he is to be in by choice; undefined: those that he is in. */
  readonly chosen: readonly string[] | undefined;
}

/**
 * The changes of the teams that somebody joins and leaves, one for each: those that come and go with his roles, “Add team
 * (occurs automatically if roles are linked to teams)”, and those that are chosen for him.
 *
 * @throws DomainError `unknown`, where a chosen team is none
 */
export async function teamChanges(
  states: Pick<States, 'readForMembers' | 'groupsOf'>,
  { id, before, after, chosen }: Moving,
  by: By,
): Promise<readonly Change[]> {
  const [had, has] = [teamsOf(before), teamsOf(after)];
  const wanted = chosen && new Set(chosen);
  const current = wanted && before ? (await states.groupsOf(by.tenant, id)).groups.map((group) => group.id) : [];
  const byRole = [...new Set([...had, ...has])].filter((team) => had.has(team) !== has.has(team));
  const changes = await Promise.all(
    [...new Set([...byRole, ...(wanted ?? []), ...current])].map(async (team): Promise<Change[]> => {
      const group = await states.readForMembers(by.tenant, team, [id]);
      if (!group && wanted?.has(team)) throw new DomainError({ rule: 'unknown', type: 'Group', id: team });
      if (!group) return [];
      const now = standingOf(group, id);
      const choice = wanted ? wanted.has(team) : now === 'chosen' || now === 'both';
      return changeOf(group, moved({ id, kind: 'User' }, now, standing({ choice, role: has.has(team) })), by);
    }),
  );
  return changes.flat();
}

const standingOf = ({ present, given }: GroupForMembers, id: string): Standing =>
  given.get(id) ?? (present.has(id) ? 'chosen' : undefined);

/** How somebody is in a group for those reasons. */
function standing({ choice, role }: { readonly choice: boolean; readonly role: boolean }): Standing {
  if (role) return choice ? 'both' : 'role';
  return choice ? 'chosen' : undefined;
}

function changeOf({ state }: GroupForMembers, edges: ReturnType<typeof moved>, { tenant, order }: By): Change[] {
  const { joins, leaves, marks, leavesVia } = edges;
  if (joins.length + leaves.length + marks.length === 0) return [];
  const joined = joins.map(({ id }) => id);
  return [
    {
      tenant,
      members: { group: state, reset: false, joins, leaves, marks, ...(leavesVia && { leavesVia }) },
      relies: joined,
      entry: {
        order,
        operation: 'members',
        kind: 'Group',
        resource: state.id,
        differences: [],
        members: { reset: false, joined, left: leaves },
      },
    },
  ];
}

const teamsOf = (person: Person | undefined): ReadonlySet<string> =>
  new Set((person?.grants ?? []).flatMap(({ what, id }) => (what === 'team' ? [id] : [])));
