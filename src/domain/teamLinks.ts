import type { Change } from './changes.ts';
import type { Order } from './journal.ts';
import { revising } from './keeping.ts';
import type { States } from './ports.ts';
import { bringingNoMore, bringingToo, rolesOf } from './roleTeams.ts';
import type { State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** In whose name links change, and how jobs get their ids. */
export interface Linking {
  readonly states: Pick<States, 'some'>;
  readonly tenant: TenantId;
  readonly order: Order;
  readonly newId: () => string;
}

/**
 * The changes of the roles that bring a team which is renamed, or is gone: the other end of each link. Each leaves the job that
 * decides on the role's holders anew.
 *
 * @param after undefined where it is gone
 */
export async function rolesAfter(
  { states, tenant, order, newId }: Linking,
  team: State,
  after: Pick<State, 'name'> | undefined,
): Promise<readonly Change[]> {
  const linked = rolesOf(team.attributes);
  if (linked.length === 0 || after?.name === team.name) return [];
  const roles = await states.some(
    tenant,
    linked.map(({ id }) => ({ kind: 'Role', name: id })),
  );
  return roles.flatMap((role) => {
    const attributes = after ? bringingToo(role, { id: team.id, name: after.name }) : bringingNoMore(role, team.id);
    return settling(revising({ tenant, order }, role, { name: role.name, attributes }), role.id, newId);
  });
}

/** These changes of a role, with the job that decides on its holders anew. */
export const settling = (changes: readonly Change[], role: string, newId: () => string): readonly Change[] =>
  changes.map((change) => ({ ...change, starts: [{ id: newId(), kind: 'settle-role', argument: role }] }));
