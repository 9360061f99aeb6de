import type { Change } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import { recorded } from '../domain/journal.ts';
import { ownerAfter } from '../domain/provenance.ts';
import type { Kind } from '../domain/states.ts';
import { rolesAfter } from '../domain/teamLinks.ts';
import type { Caller } from '../scim/types.ts';
import { noCompanion, type Companion } from './companions.ts';
import { noVersion, ordered, type Ports } from './decide.ts';

/**
 * Removes a user or a group for good: it leaves every group, and its closed version stays in the history.
 *
 * @throws DomainError `unknown`, `changed`, `owned-elsewhere`, `adoption-needed`
 */
export async function removal(
  { states, work, newId }: Ports,
  caller: Caller,
  kind: Kind,
  id: string,
  accepts: (version: number) => boolean,
  companion: Companion = noCompanion,
): Promise<void> {
  const { tenant, order, deadline } = ordered(caller);
  const [state, { groups, edges }] = await Promise.all([states.read(tenant, kind, id), states.groupsOf(tenant, id)]);
  if (!state) throw new DomainError({ rule: 'unknown', type: kind, id });
  if (!accepts(state.version)) throw new DomainError({ rule: 'changed', type: kind, id });
  ownerAfter(state, { connection: caller.connection, adopts: caller.adopts });
  const { moves, others, starts = [] } = await companion.removed(caller, state);
  const change: Change = {
    tenant,
    removes: { state, leaves: groups, edges },
    ...(!accepts(noVersion) && { onlyAt: state.version }),
    relies: [],
    ...(moves.length > 0 && { moves }),
    ...(starts.length > 0 && { starts }),
    entry: { order, operation: 'remove', kind, resource: id, differences: recorded(state, undefined, undefined) },
  };
  // No role brings a team that is gone.
  const roles = kind === 'Group' ? await rolesAfter({ states, newId, tenant, order }, state, undefined) : [];
  await work.commitAll([change, ...others, ...roles], deadline);
}
