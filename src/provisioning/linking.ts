import type { Change } from '../domain/changes.ts';
import { DomainError } from '../domain/errors.ts';
import {
  accountChanges,
  accountFrom,
  accountName,
  declinedBy,
  integrationSchema,
  linkChanges,
  linkedByHand,
  linksOf,
  linkTo,
  newAccount,
  toolAccountKind,
  type AccountLink,
} from '../domain/integrations.ts';
import { same } from '../domain/journal.ts';
import type { NewContent, State } from '../domain/states.ts';
import type { Caller } from '../scim/types.ts';
import { following, type Accompanied } from './companions.ts';
import { ordered, type Ports } from './decide.ts';

/**
 * What it takes that the accounts in connected tools that a client says are a user's: as if somebody had said it by hand. What
 * was said by hand to be another's is left out, and counted, or refused where the connection is strict.
 *
 * @throws DomainError `held` where the connection is strict
 */
export async function linking(
  { states, newId }: Ports,
  caller: Caller,
  before: State | undefined,
  id: string,
  content: NewContent,
): Promise<Accompanied> {
  const [old, said] = [before?.attributes ?? {}, content.attributes];
  if (same(old[integrationSchema], said[integrationSchema])) return following(content);
  const { tenant, order } = ordered(caller);
  const [had, wished] = [byTool(linksOf(old)), byTool(linksOf(said))];
  const differing = [...new Set([...had.keys(), ...wished.keys()])].filter(
    (tool) => had.get(tool)?.value !== wished.get(tool)?.value,
  );
  const names = differing.flatMap((tool) => [had.get(tool) ?? [], wished.get(tool) ?? []].flat());
  const found = new Map(
    (
      await states.some(
        tenant,
        names.map(({ tool, value }) => ({ kind: toolAccountKind, name: accountName(tool, value) })),
      )
    ).map((state) => [state.name, state]),
  );

  const links = [...wished.values()].filter(({ tool }) => !differing.includes(tool)).map(({ tool }) => had.get(tool));
  const others: Change[] = [];
  let dropped = 0;
  for (const tool of differing) {
    const link = wished.get(tool);
    const taken = link && (await take(link));
    if (link && !taken) dropped += 1;
    const left = had.get(tool);
    if (left) others.push(...leave(left));
    if (taken) links.push(taken);
  }
  const { [integrationSchema]: _, ...rest } = said;
  const accounts = links.filter((link) => link !== undefined);
  const attributes = { ...rest, ...(accounts.length > 0 && { [integrationSchema]: { accounts } }) };
  return following({ ...content, attributes }, others, dropped);

  async function take({ tool, value }: AccountLink): Promise<AccountLink | undefined> {
    const state = found.get(accountName(tool, value));
    const account = state ? accountFrom(state) : newAccount(tool, value);
    const { holder } = account;
    if (holder?.by === 'hand' && holder.user !== id) {
      if (caller.dialect !== 'strict') return undefined;
      throw new DomainError({ rule: 'held', type: toolAccountKind, name: value, holder: holder.user });
    }
    const loser = holder && holder.user !== id ? await states.read(tenant, 'User', holder.user) : undefined;
    const after = linkedByHand(account, id);
    others.push(
      ...accountChanges({ tenant, id: newId(), order }, state, after),
      ...(loser ? linkChanges(loser, tool, undefined, order) : []),
    );
    return linkTo(after);
  }

  function leave({ tool, value }: AccountLink): readonly Change[] {
    const state = found.get(accountName(tool, value));
    if (!state || accountFrom(state).holder?.user !== id) return [];
    return accountChanges({ tenant, id: state.id, order }, state, declinedBy(accountFrom(state), id));
  }
}

const byTool = (links: readonly AccountLink[]): ReadonlyMap<string, AccountLink> =>
  new Map(links.map((link) => [link.tool, link]));
