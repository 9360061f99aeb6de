import { contactOf } from '../../domain/contacts.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Act, DomainEvent } from '../../domain/journal.ts';
import { decide, type Circumstances, type Wish } from '../../domain/people.ts';
import { personChanges, type Said } from '../../domain/personChanges.ts';
import { languageOf } from '../../domain/settings.ts';
import type { Kind, Membership, State } from '../../domain/states.ts';
import { nameKey, type TenantId } from '../../domain/tenants.ts';
import { circumstancesOf, type Asker, type PeoplePorts } from './asker.ts';

/** A user as he stands, with the teams he is in. */
export interface Standing {
  readonly state: State;
  readonly memberships: readonly Membership[];
}

/** What is to become of a user; asked again whenever somebody else was faster. */
export interface Intent {
  readonly wish: Wish;
  /** What he says of himself; undefined: as before. */
  readonly said?: ((before: State, circumstances: Circumstances) => Said) | undefined;
  readonly act?: Act | undefined;
  /** What he is told of it. */
  readonly tells?: DomainEvent['event'] | undefined;
  /** A hash; `null`: there is none any more; undefined: as it was. */
  readonly password?: string | null | undefined;
  /** The version that he must have (If-Match). */
  readonly onlyAt?: number | undefined;
}

/** A user, by his id. @throws DomainError `unknown` */
export async function readUser({ deciding: { states } }: PeoplePorts, tenant: TenantId, id: string): Promise<Standing> {
  const found = await states.readWithMemberships(tenant, 'User', id);
  if (!found) throw new DomainError({ rule: 'unknown', type: 'User', id });
  return found;
}

/**
 * Makes of a user what is intended, under the rules; nothing is written where nothing changes.
 *
 * @throws DomainError for each rule that is broken; `changed` where he has another version than he must have
 */
export async function changeUser(ports: PeoplePorts, asker: Asker, id: string, intent: Intent): Promise<Standing> {
  const { deciding } = ports;
  const { tenant, order, deadline } = asker;
  const { act, password, onlyAt } = intent;
  await untilItHolds(deadline, deciding, async () => {
    const state = await deciding.states.read(tenant, 'User', id);
    if (!state) throw new DomainError({ rule: 'unknown', type: 'User', id });
    requireVersion(state, onlyAt);
    const circumstances = await circumstancesOf(ports, asker);
    const decided = await decide(deciding, state, id, intent.wish, circumstances);
    const said = intent.said?.(state, circumstances) ?? state;
    const changes = personChanges(state, said, decided, {
      tenant,
      id,
      owner: state.owner,
      order,
      act,
      password,
      onlyAt,
      events: intent.tells ? [toldTo(intent.tells, id, said, circumstances)] : [],
    });
    if (changes.length > 0) await deciding.work.commitAll(changes, deadline);
  });
  return readUser(ports, tenant, id);
}

/** The user as he stands. @throws DomainError `unknown` */
export async function requireUser(
  { states }: Pick<PeoplePorts['deciding'], 'states'>,
  tenant: TenantId,
  id: string,
): Promise<State> {
  const state = await states.read(tenant, 'User', id);
  if (!state) throw new DomainError({ rule: 'unknown', type: 'User', id });
  return state;
}

/** @throws DomainError `changed` */
export function requireVersion({ id, version }: State, onlyAt: number | undefined): void {
  if (onlyAt !== undefined && onlyAt !== version) throw new DomainError({ rule: 'changed', type: 'User', id });
}

/** What somebody is told, in his language. */
export const toldTo = (
  event: DomainEvent['event'],
  user: string,
  { attributes }: Pick<State, 'attributes'>,
  { settings }: Pick<Circumstances, 'settings'>,
): DomainEvent => ({ event, user, ...contactOf(attributes), language: languageOf(settings, attributes) });

/**
 * Resources of a kind that are named by their ids or their names, in that order.
 *
 * @throws DomainError `unknown`
 */
export async function allNamed(
  { deciding: { states } }: PeoplePorts,
  tenant: TenantId,
  kind: Kind,
  named: readonly string[],
): Promise<readonly State[]> {
  const asked = named.map((name) => ({ kind, name }));
  const found = await states.some(tenant, asked);
  const ids = new Map(found.map((state) => [state.id, state]));
  const names = new Map(found.map((state) => [nameKey(state.name), state]));
  return named.map((name) => {
    const state = ids.get(name) ?? names.get(nameKey(name));
    if (!state) throw new DomainError({ rule: 'unknown', type: kind, id: name });
    return state;
  });
}
