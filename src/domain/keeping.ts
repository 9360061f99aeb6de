import type { Change } from './changes.ts';
import { DomainError } from './errors.ts';
import { recorded, type Order } from './journal.ts';
import type { States } from './ports.ts';
import type { Attributes, Head, Kind, State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** What an organization keeps, as it is written down anew. */
export interface Content {
  readonly name: string;
  readonly attributes: Attributes;
}

type Ordering = { readonly tenant: TenantId; readonly order: Order };

/** Something that the organization keeps, by its id. @throws DomainError `unknown`; `changed` where it has another version */
export async function kept(
  { read }: Pick<States, 'read'>,
  tenant: TenantId,
  kind: Kind,
  id: string,
  onlyAt?: number,
): Promise<State> {
  const state = await read(tenant, kind, id);
  if (!state) throw new DomainError({ rule: 'unknown', type: kind, id });
  if (onlyAt !== undefined && onlyAt !== state.version) throw new DomainError({ rule: 'changed', type: kind, id });
  return state;
}

/** The change that makes it. */
export function making({ tenant, order }: Ordering, kind: Kind, id: string, content: Content): Change {
  const state = { id, tenant, kind, owner: undefined, externalIds: {}, ...content };
  return {
    tenant,
    creates: state,
    relies: [],
    entry: { order, operation: 'create', kind, resource: id, differences: recorded(undefined, state, undefined) },
  };
}

/** The change of what it says of itself; nothing where that stays the same. */
export function revising({ tenant, order }: Ordering, before: State, content: Content): readonly Change[] {
  const after = { ...before, ...content };
  const differences = recorded(before, after, undefined);
  if (differences.length === 0 && before.name === content.name) return [];
  const entry = { order, operation: 'revise', kind: before.kind, resource: before.id, differences } as const;
  return [{ tenant, revises: { before, after }, relies: [], entry }];
}

/** The change that removes it for good; what is known of it stays in the history. */
export const removing = (
  { tenant, order }: Ordering,
  state: State,
  leaves: readonly Head[] = [],
  edges = 0,
): Change => ({
  tenant,
  removes: { state, leaves, edges },
  relies: [],
  entry: {
    order,
    operation: 'remove',
    kind: state.kind,
    resource: state.id,
    differences: recorded(state, undefined, undefined),
  },
});

/** The attributes with these in place of what they said before; what is `null` or undefined is gone. */
export const withAttributes = (attributes: Attributes, more: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries({ ...attributes, ...more }).filter(([, value]) => value !== null && value !== undefined),
  );
