import type { Deciding } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Order } from '../../domain/journal.ts';
import { requireWithin, type Circumstances } from '../../domain/people.ts';
import type { Permission } from '../../domain/permissions.ts';
import type { TenantId } from '../../domain/tenants.ts';

/** Who wants something done with people, of which organization, and until when: a key of the API, a person, an operator. */
export interface Asker {
  readonly tenant: TenantId;
  readonly order: Order;
  /** The id of the user, where it is one. */
  readonly person?: string | undefined;
  readonly permissions: ReadonlySet<Permission>;
  /** Of a person: what is asked for in that name at all, also what the person is allowed in one entity alone. */
  readonly scopes?: ReadonlySet<Permission> | undefined;
  /** Milliseconds since 1970: what is not committed then is given up. */
  readonly deadline: number;
  readonly now: Date;
}

/** What people are administered with. */
export interface PeoplePorts {
  readonly deciding: Deciding;
}

/** @throws DomainError `not-allowed` */
export function requireMay({ permissions }: Pick<Asker, 'permissions'>, permission: Permission): void {
  if (!permissions.has(permission)) throw new DomainError({ rule: 'not-allowed', permission });
}

/**
 * Demands that whoever asks may change somebody: administrators are changed by those who manage administrators.
 *
 * @throws DomainError `unknown`, `administrator-out-of-reach`
 */
export async function requireReach(
  { deciding: { states } }: PeoplePorts,
  { tenant, permissions }: Asker,
  id: string,
): Promise<void> {
  const state = await states.read(tenant, 'User', id);
  if (!state) throw new DomainError({ rule: 'unknown', type: 'User', id });
  requireWithin(reachOf(permissions), id, state.person);
}

/**
 * The circumstances in which decisions on people are made for somebody. “Only the Primary Admin can manage organization-level
 * users”: who may not manage administrators reaches the others alone.
 */
export const circumstancesOf = async (
  { deciding: { books } }: PeoplePorts,
  { tenant, order, permissions, now }: Asker,
): Promise<Circumstances> => ({
  tenant,
  order,
  settings: (await books.of(tenant)).settings,
  now: now.toISOString(),
  reach: reachOf(permissions),
});

const reachOf = (permissions: Asker['permissions']): Circumstances['reach'] =>
  permissions.has('admins.manage') ? 'everybody' : 'ordinary';
