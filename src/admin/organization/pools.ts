import { queueOf, seatsOf } from '../../domain/accounts.ts';
import { untilItHolds } from '../../domain/deciding.ts';
import { DomainError } from '../../domain/errors.ts';
import { kept, making, removing, revising, withAttributes } from '../../domain/keeping.ts';
import { poolFrom, type Pool } from '../../domain/seats.ts';
import type { State } from '../../domain/states.ts';
import type { Asker, PeoplePorts } from '../people/asker.ts';

/** What a license pool is to be; what is not said stays. Its name, which identity providers send, stays for good. */
export interface PoolEdit {
  /** `null`: without end. */
  readonly seats?: number | null | undefined;
  /** In credits, for each person who is created or invited with it. */
  readonly price?: number | undefined;
  readonly description?: string | null | undefined;
}

/** A license pool with how many have a seat of it now, and how many wait for one. */
export interface CountedPool extends Pool {
  readonly state: State;
  readonly used: number;
  readonly waiting: number;
}

const kind = 'Entitlement';

/** License pools with their counts: one read for all of them. */
export async function counted(
  { deciding: { accounts } }: PeoplePorts,
  { tenant }: Pick<Asker, 'tenant'>,
  states: readonly State[],
): Promise<readonly CountedPool[]> {
  const found = await accounts.read(
    tenant,
    states.flatMap(({ id }) => [seatsOf(id), queueOf(id)]),
  );
  return states.map((state) => ({
    ...poolFrom(state),
    state,
    used: found.get(seatsOf(state.id))?.value ?? 0,
    waiting: found.get(queueOf(state.id))?.value ?? 0,
  }));
}

/** A license pool, by its id. @throws DomainError `unknown` */
export async function readPool(ports: PeoplePorts, asker: Asker, id: string): Promise<CountedPool> {
  const state = await kept(ports.deciding.states, asker.tenant, kind, id);
  const [pool] = await counted(ports, asker, [state]);
  if (!pool) throw new DomainError({ rule: 'unknown', type: kind, id });
  return pool;
}

/** Makes a license pool. @throws DomainError `name-taken` */
export async function createPool(
  ports: PeoplePorts,
  asker: Asker,
  name: string,
  { seats, price, description }: PoolEdit,
): Promise<CountedPool> {
  const { newId, work } = ports.deciding;
  const id = newId();
  const attributes = withAttributes(
    {},
    { displayName: name, type: 'License', totalAssignmentsPermitted: seats, price, description },
  );
  const moves = typeof seats === 'number' ? [{ account: seatsOf(id), by: 0, most: seats }] : [];
  await work.commit({ ...making(asker, kind, id, { name, attributes }), moves }, asker.deadline);
  return readPool(ports, asker, id);
}

/**
 * Buys seats, or gives some back, and sets the price for who comes from now on: “can manage … subscription to add licenses”. The
 * bound moves in the transaction of the change. Below what is used nobody is put out, and nobody new gets a seat.
 *
 * @throws DomainError `unknown`, `changed`
 */
export async function changePool(
  ports: PeoplePorts,
  asker: Asker,
  id: string,
  edit: PoolEdit,
  onlyAt?: number,
): Promise<CountedPool> {
  const { states, work } = ports.deciding;
  await untilItHolds(asker.deadline, ports.deciding, async () => {
    const before = await kept(states, asker.tenant, kind, id, onlyAt);
    const { seats, price, description } = edit;
    const attributes = withAttributes(before.attributes, {
      ...(seats !== undefined && { totalAssignmentsPermitted: seats }),
      ...(price !== undefined && { price }),
      ...(description !== undefined && { description }),
    });
    const [change] = revising(asker, before, { name: before.name, attributes });
    if (!change) return;
    const moves = seats === undefined ? [] : [{ account: seatsOf(id), by: 0, most: seats }];
    await work.commit({ ...change, moves, ...(onlyAt !== undefined && { onlyAt }) }, asker.deadline);
  });
  return readPool(ports, asker, id);
}

/** Deletes a license pool that nobody has a seat of or waits for. @throws DomainError `in-use`, `unknown`, `changed` */
export async function deletePool(ports: PeoplePorts, asker: Asker, id: string, onlyAt?: number): Promise<void> {
  const { work } = ports.deciding;
  await untilItHolds(asker.deadline, ports.deciding, async () => {
    const { state, used, waiting } = await readPool(ports, asker, id);
    if (onlyAt !== undefined && onlyAt !== state.version) throw new DomainError({ rule: 'changed', type: kind, id });
    if (used + waiting > 0) throw new DomainError({ rule: 'in-use', type: kind, name: state.name, by: used + waiting });
    // Still nobody, at the moment of the commit.
    const moves = [seatsOf(id), queueOf(id)].map((account) => ({ account, by: 0, below: 0 }));
    await work.commit({ ...removing(asker, state), moves, ...(onlyAt !== undefined && { onlyAt }) }, asker.deadline);
  });
}
