import type { Change } from './changes.ts';
import { recorded, type Act, type DomainEvent, type Entry, type Order } from './journal.ts';
import type { Decided } from './people.ts';
import { personOf } from './person.ts';
import { projected } from './projection.ts';
import type { NewContent, State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** What a user says of himself, whatever the organization knows of him besides. */
export type Said = Pick<NewContent, 'name' | 'externalIds' | 'attributes'>;

/** By whose order, and as what, a decision on a person is committed. */
export interface Making {
  readonly tenant: TenantId;
  readonly id: string;
  /** The connection that provisions him from now on; undefined: nobody outside. */
  readonly owner: string | undefined;
  readonly order: Order;
  readonly act?: Act | undefined;
  readonly events?: readonly DomainEvent[];
  /** An argon2id hash; `null`, there is none any more; undefined, as it was. */
  readonly password?: string | null | undefined;
  /** Holds only while he has exactly this version (If-Match). */
  readonly onlyAt?: number | undefined;
}

/**
 * What has to be committed together so that a person becomes what was decided: his own change first, his attributes showing
 * what the organization knows of him, then those of the teams that roles bring. Nothing where nothing changes.
 *
 * @param before the user as he stands; undefined where he is new
 * @param said what he says of himself from now on; what it shows of the person does not matter
 */
export function personChanges(
  before: State | undefined,
  said: Said,
  decided: Decided,
  making: Making,
): readonly Change[] {
  const { person, moves, relies, teams } = decided;
  const { tenant, id, owner, password, onlyAt } = making;
  const after = { ...said, owner, attributes: projected(said.attributes, person), person };
  const differences = recorded(before && shown(before), after, password);
  if (before && differences.length === 0) return teams;
  const own: Change = {
    tenant,
    ...(before
      ? { revises: { before, after, ...(password !== undefined && { password }) } }
      : { creates: { id, tenant, kind: 'User', ...after, ...(typeof password === 'string' && { password }) } }),
    ...(onlyAt !== undefined && { onlyAt }),
    relies,
    ...(moves.length > 0 && { moves }),
    entry: entryOf(before ? 'revise' : 'create', differences, decided, making),
  };
  return [own, ...teams];
}

const entryOf = (
  operation: Entry['operation'],
  differences: Entry['differences'],
  { credits }: Decided,
  { id, order, act, events = [] }: Making,
): Entry => ({
  order,
  operation,
  kind: 'User',
  resource: id,
  differences,
  ...(act && { act }),
  ...(events.length > 0 && { events }),
  ...(credits && { credits }),
});

/** Who was kept before persons had a status is compared as what he would be shown as now. */
const shown = (state: State): State =>
  state.person ? state : { ...state, attributes: projected(state.attributes, personOf(state)) };
