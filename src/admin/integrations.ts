import type { Change } from '../domain/changes.ts';
import { madeOnce, untilItHolds, type Deciding } from '../domain/deciding.ts';
import { DomainError } from '../domain/errors.ts';
import {
  accountChanges,
  accountFrom,
  accountName,
  accountRemoval,
  declinedBy,
  linkChanges,
  linkedByHand,
  linkIn,
  linksOf,
  linkTo,
  newAccount,
  proposed,
  toolAccountKind,
  type AccountLink,
  type ToolAccount,
} from '../domain/integrations.ts';
import type { Order } from '../domain/journal.ts';
import type { Lists } from '../domain/lists.ts';
import type { State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Commission } from './commission.ts';
import { requireUser } from './people/change.ts';

/** What links to connected tools are administered with. */
export interface IntegrationPorts {
  readonly deciding: Deciding;
  readonly lists: Lists;
}

/** An account as the tool tells of it. */
export interface ToldAccount {
  readonly value: string;
  readonly email?: string | undefined;
  readonly label?: string | undefined;
}

async function accountState(
  { states }: Deciding,
  tenant: TenantId,
  tool: string,
  value: string,
): Promise<State | undefined> {
  const [state] = await states.some(tenant, [{ kind: toolAccountKind, name: accountName(tool, value) }]);
  return state;
}

/** Whose address it is: the one who signs in with it, or else the only one who has it. */
async function matchOf(
  { deciding, lists }: IntegrationPorts,
  tenant: TenantId,
  email: string,
): Promise<State | undefined> {
  const [byLogin] = await deciding.states.some(tenant, [{ kind: 'User', name: email }]);
  if (byLogin) return byLogin;
  const { items } = await lists(tenant, 'User', { filter: `emails.value eq ${JSON.stringify(email)}`, limit: 2 });
  return items.length === 1 ? items[0] : undefined;
}

/** All that a change of one account takes: the account, and those whose it was or becomes. */
interface Settling {
  readonly tenant: TenantId;
  readonly order: Order;
  readonly deadline: number;
  readonly before: State | undefined;
  readonly after: ToolAccount;
  /** Whose it becomes, or stays. */
  readonly user: State | undefined;
  readonly besides?: readonly Change[];
}

async function settle({ states, work, newId }: Deciding, settling: Settling): Promise<void> {
  const { tenant, order, deadline, before, after, user, besides = [] } = settling;
  const had = before && accountFrom(before).holder?.user;
  const loser = had !== undefined && had !== after.holder?.user ? await states.read(tenant, 'User', had) : undefined;
  const changes = [
    ...accountChanges({ tenant, id: newId(), order }, before, after),
    ...(loser ? linkChanges(loser, after.tool, undefined, order) : []),
    ...(user ? linkChanges(user, after.tool, linkTo(after), order) : []),
    ...besides,
  ];
  if (changes.length > 0) await madeOnce(toolAccountKind, work.commitAll(changes, deadline));
}

/**
 * An account that a tool tells of: proposed to whose address it has, “the association is done via email but you can modify
 * it”. What was said by hand stays.
 */
export function tellAccount(
  ports: IntegrationPorts,
  { tenant, order, deadline }: Commission,
  tool: string,
  { value, email, label }: ToldAccount,
): Promise<ToolAccount> {
  const { deciding } = ports;
  return untilItHolds(deadline, deciding, async () => {
    const before = await accountState(deciding, tenant, tool, value);
    const { holder, declined } = before ? accountFrom(before) : { holder: undefined, declined: [] };
    const told: ToolAccount = { tool, value, email, label, holder, declined };
    const match = email === undefined ? undefined : await matchOf(ports, tenant, email);
    const wanted = proposed(told, match);
    const user = wanted && wanted.user !== match?.id ? await deciding.states.read(tenant, 'User', wanted.user) : match;
    const after = { ...told, holder: user ? wanted : undefined };
    await settle(deciding, { tenant, order, deadline, before, after, user: after.holder && user });
    return after;
  });
}

/** So many are told side by side: their changes share commits. */
const sideBySide = 16;

/** What became of one of many accounts. */
export type Told = { readonly account: ToolAccount } | { readonly value: string; readonly refused: DomainError };

/**
 * The accounts that a tool tells of, each by itself. Those that it does not name stay as they are.
 *
 * @throws what is no rule of the domain
 */
export async function tellAccounts(
  ports: IntegrationPorts,
  commission: Commission,
  tool: string,
  accounts: readonly ToldAccount[],
): Promise<readonly Told[]> {
  const outcomes: Told[] = [];
  for (let at = 0; at < accounts.length; at += sideBySide) {
    const some = accounts.slice(at, at + sideBySide);
    outcomes.push(...(await Promise.all(some.map((each) => outcomeOf(ports, commission, tool, each)))));
  }
  return outcomes;
}

async function outcomeOf(
  ports: IntegrationPorts,
  commission: Commission,
  tool: string,
  told: ToldAccount,
): Promise<Told> {
  try {
    return { account: await tellAccount(ports, commission, tool, told) };
  } catch (error) {
    if (error instanceof DomainError) return { value: told.value, refused: error };
    throw error;
  }
}

/** @throws DomainError `unknown` */
export async function readLinks(
  { deciding }: Pick<IntegrationPorts, 'deciding'>,
  tenant: TenantId,
  user: string,
): Promise<readonly AccountLink[]> {
  return linksOf((await requireUser(deciding, tenant, user)).attributes);
}

/**
 * Says by hand which account of a tool is somebody's, also one that the tool did not tell of: it is taken from who was only
 * proposed it, and what he had in that tool is nobody's.
 *
 * @throws DomainError `unknown`; `held` where it was said by hand that it is another's
 */
export function linkByHand(
  { deciding }: Pick<IntegrationPorts, 'deciding'>,
  { tenant, order, deadline }: Commission,
  user: string,
  tool: string,
  value: string,
): Promise<AccountLink> {
  return untilItHolds(deadline, deciding, async () => {
    const state = await requireUser(deciding, tenant, user);
    const before = await accountState(deciding, tenant, tool, value);
    const account = before ? accountFrom(before) : newAccount(tool, value);
    const { holder } = account;
    if (holder?.by === 'hand' && holder.user !== user)
      throw new DomainError({ rule: 'held', type: toolAccountKind, name: value, holder: holder.user });
    const after = linkedByHand(account, user);
    const besides = await releasedFrom(deciding, state, tool, value, order);
    await settle(deciding, { tenant, order, deadline, before, after, user: state, besides });
    return linkTo(after);
  });
}

/** Another account that he has in the tool is nobody's. */
async function releasedFrom(
  deciding: Deciding,
  user: State,
  tool: string,
  value: string,
  order: Order,
): Promise<readonly Change[]> {
  const has = linkIn(user.attributes, tool);
  if (!has || has.value === value) return [];
  const state = await accountState(deciding, user.tenant, tool, has.value);
  return state
    ? accountChanges({ tenant: user.tenant, id: state.id, order }, state, { ...accountFrom(state), holder: undefined })
    : [];
}

/**
 * Says by hand that somebody has no account in a tool: the one that he has, or was proposed, is not proposed to him again.
 *
 * @throws DomainError `unknown`
 */
export function unlink(
  { deciding }: Pick<IntegrationPorts, 'deciding'>,
  { tenant, order, deadline }: Commission,
  user: string,
  tool: string,
): Promise<void> {
  return untilItHolds(deadline, deciding, async () => {
    const state = await requireUser(deciding, tenant, user);
    const has = linkIn(state.attributes, tool);
    if (!has) throw new DomainError({ rule: 'unknown', type: toolAccountKind, id: tool });
    const before = await accountState(deciding, tenant, tool, has.value);
    const changes = [
      ...linkChanges(state, tool, undefined, order),
      ...(before
        ? accountChanges({ tenant, id: before.id, order }, before, declinedBy(accountFrom(before), user))
        : []),
    ];
    await deciding.work.commitAll(changes, deadline);
  });
}

/** An account that the tool has no more: nobody shows it any longer. One that nobody told of is none already. */
export function removeAccount(
  { deciding }: Pick<IntegrationPorts, 'deciding'>,
  { tenant, order, deadline }: Commission,
  tool: string,
  value: string,
): Promise<void> {
  return untilItHolds(deadline, deciding, async () => {
    const before = await accountState(deciding, tenant, tool, value);
    if (!before) return;
    const { holder } = accountFrom(before);
    const user = holder && (await deciding.states.read(tenant, 'User', holder.user));
    const changes = [accountRemoval(before, order), ...(user ? linkChanges(user, tool, undefined, order) : [])];
    await deciding.work.commitAll(changes, deadline);
  });
}
