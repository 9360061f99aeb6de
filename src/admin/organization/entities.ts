import { untilItHolds } from '../../domain/deciding.ts';
import { kept, making, removing, revising, withAttributes } from '../../domain/keeping.ts';
import type { State } from '../../domain/states.ts';
import type { Asker, PeoplePorts } from '../people/asker.ts';

/** What an entity, a company of the organization, is to be; what is not said stays. */
export interface EntityEdit {
  readonly name?: string | undefined;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string | null | undefined;
}

const kind = 'Entity';

/** An entity, by its id. @throws DomainError `unknown` */
export const readEntity = ({ deciding }: PeoplePorts, { tenant }: Asker, id: string): Promise<State> =>
  kept(deciding.states, tenant, kind, id);

/** Makes an entity. @throws DomainError `name-taken` */
export async function createEntity(
  ports: PeoplePorts,
  asker: Asker,
  { name, country }: EntityEdit & { readonly name: string },
): Promise<State> {
  const { newId, work } = ports.deciding;
  const id = newId();
  const attributes = withAttributes({}, { displayName: name, country });
  await work.commit(making(asker, kind, id, { name, attributes }), asker.deadline);
  return readEntity(ports, asker, id);
}

/** Changes an entity; its members show its new name, by a job that the change leaves. @throws DomainError `unknown`, `changed` */
export async function changeEntity(
  ports: PeoplePorts,
  asker: Asker,
  id: string,
  edit: EntityEdit,
  onlyAt?: number,
): Promise<State> {
  const { states, work, newId } = ports.deciding;
  await untilItHolds(asker.deadline, ports.deciding, async () => {
    const before = await kept(states, asker.tenant, kind, id, onlyAt);
    const name = edit.name ?? before.name;
    const country = edit.country === undefined ? before.attributes.country : edit.country;
    const attributes = withAttributes(before.attributes, { displayName: name, country });
    const [change] = revising(asker, before, { name, attributes });
    if (!change) return;
    const starts = [{ id: newId(), kind: 'settle-entity', argument: id }] as const;
    const settles = name !== before.name && { starts };
    await work.commit({ ...change, ...settles, ...(onlyAt !== undefined && { onlyAt }) }, asker.deadline);
  });
  return readEntity(ports, asker, id);
}

/**
 * Deletes an entity: whoever is in it leaves it, and stays in the organization and in the other entities.
 *
 * @returns the job that takes them out
 * @throws DomainError `unknown`, `changed`
 */
export async function deleteEntity(ports: PeoplePorts, asker: Asker, id: string, onlyAt?: number): Promise<string> {
  const { states, work, newId } = ports.deciding;
  return untilItHolds(asker.deadline, ports.deciding, async () => {
    const state = await kept(states, asker.tenant, kind, id, onlyAt);
    const job = newId();
    const starts = [{ id: job, kind: 'settle-entity', argument: id }] as const;
    const change = { ...removing(asker, state), starts, ...(onlyAt !== undefined && { onlyAt }) };
    await work.commit(change, asker.deadline);
    return job;
  });
}
