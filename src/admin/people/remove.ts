import { belongingsOf } from '../../domain/belongings.ts';
import type { Change } from '../../domain/changes.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import { toolAccountKind } from '../../domain/integrations.ts';
import { recorded } from '../../domain/journal.ts';
import { numberKind } from '../../domain/numbers.ts';
import { decideRemoval } from '../../domain/people.ts';
import { personOf } from '../../domain/person.ts';
import { seatsHeld } from '../../domain/seats.ts';
import { circumstancesOf, type Asker, type PeoplePorts } from './asker.ts';
import { readUser, requireVersion, toldTo } from './change.ts';

/** What goes with somebody who is removed from the organization. */
export interface Removed {
  readonly user: { readonly id: string; readonly userName: string };
  /** The teams that he leaves. */
  readonly teams: readonly Named[];
  /** “Removing a user from the organization removes them from ALL entities.” */
  readonly entities: readonly Named[];
  readonly roles: readonly Named[];
  /** The license pools of which a seat comes free. */
  readonly seats: readonly Named[];
  /** The telephone numbers that others can have from then on. */
  readonly numbers: readonly Named[];
  /** The accounts in connected tools that others can be linked to. */
  readonly accounts: readonly Named[];
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * What it would do to remove somebody from the organization.
 *
 * @throws DomainError `unknown`, and for each rule that forbids it
 */
export async function removalOf(ports: PeoplePorts, asker: Asker, id: string): Promise<Removed> {
  const { state, memberships } = await readUser(ports, asker.tenant, id);
  await decideRemoval(ports.deciding, state, await circumstancesOf(ports, asker));
  const person = personOf(state);
  const held = (what: string): readonly Named[] =>
    sorted(person.grants.flatMap((grant) => (grant.what === what ? [{ id: grant.id, name: grant.name ?? '' }] : [])));
  const seats = new Set(seatsHeld(person));
  const { changes } = await belongingsOf(ports.deciding.states, state, asker.order);
  const freed = (kind: string): readonly Named[] =>
    sorted(changes.flatMap(({ revises }) => (revises?.before.kind === kind ? [revises.before] : [])).map(named));
  return {
    user: { id, userName: state.name },
    teams: sorted(memberships.flatMap(({ group, name, how }) => (how === 'direct' ? [{ id: group, name }] : []))),
    entities: held('entity'),
    roles: held('role'),
    seats: held('license').filter((license) => seats.has(license.id)),
    numbers: freed(numberKind),
    accounts: freed(toolAccountKind),
  };
}

const named = ({ id, name }: Named): Named => ({ id, name });

const sorted = (things: readonly Named[]): readonly Named[] => [...things].sort((a, b) => (a.id < b.id ? -1 : 1));

/**
 * Removes somebody from the organization, every team and every entity: “Deleting a user cannot be undone.” What is known of him
 * stays in the history.
 *
 * @throws DomainError `unknown`, `changed`, `last-primary-admin`, `administrator-out-of-reach`
 */
export async function removeUser(ports: PeoplePorts, asker: Asker, id: string, onlyAt?: number): Promise<void> {
  const { deciding } = ports;
  const { tenant, order, deadline } = asker;
  await untilItHolds(deadline, deciding, async () => {
    const [state, { groups, edges }] = await Promise.all([
      deciding.states.read(tenant, 'User', id),
      deciding.states.groupsOf(tenant, id),
    ]);
    if (!state) throw new DomainError({ rule: 'unknown', type: 'User', id });
    requireVersion(state, onlyAt);
    const circumstances = await circumstancesOf(ports, asker);
    const left = await belongingsOf(deciding.states, state, order);
    const moves = [...(await decideRemoval(deciding, state, circumstances)), ...left.moves];
    const removal: Change = {
      tenant,
      removes: { state, leaves: groups, edges },
      ...(onlyAt !== undefined && { onlyAt }),
      relies: [],
      ...(moves.length > 0 && { moves }),
      entry: {
        order,
        operation: 'remove',
        kind: 'User',
        resource: id,
        differences: recorded(state, undefined, undefined),
        events: [toldTo('removed', id, state, circumstances)],
      },
    };
    await deciding.work.commitAll([removal, ...left.changes], deadline);
  });
}
