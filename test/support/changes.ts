import { randomUUID } from 'node:crypto';
import type { Change } from '../../src/domain/changes.ts';
import type { Entry } from '../../src/domain/journal.ts';
import type { Head, Kind, Member, State } from '../../src/domain/states.ts';
import type { TenantId } from '../../src/domain/tenants.ts';

const order = { connection: 'okta', request: 'request' };

const entryOf = (operation: Entry['operation'], kind: Kind, resource: string): Entry => ({
  order,
  operation,
  kind,
  resource,
  differences: [],
});

export const memberOf = (id: string, kind: Kind = 'User'): Member => ({ id, kind });

/** A state as it was new. */
export const newState = (tenant: TenantId, kind: Kind, name: string, at: Date): State => ({
  id: randomUUID(),
  tenant,
  kind,
  version: 1,
  revision: 1,
  generation: 1,
  owner: 'okta',
  name,
  created: at,
  modified: at,
  revised: at,
  externalIds: {},
  attributes: { [kind === 'User' ? 'userName' : 'displayName']: name },
});

export function creating(state: State, members: readonly Member[] = []): Change {
  const { id, tenant, kind, owner, name, externalIds, attributes } = state;
  return {
    tenant,
    creates: { id, tenant, kind, owner, name, externalIds, attributes },
    ...(members.length > 0 && { members: { group: state, reset: false, joins: members, leaves: [] } }),
    relies: members.map((member) => member.id),
    entry: entryOf('create', kind, id),
  };
}

export const renaming = (before: State, name: string, more: Partial<Change> = {}): Change => ({
  tenant: before.tenant,
  revises: { before, after: { ...before, name } },
  relies: [],
  entry: entryOf('revise', before.kind, before.id),
  ...more,
});

/** Who joins and who leaves a group. */
export const moving = (
  tenant: TenantId,
  group: Head,
  {
    joins = [],
    leaves = [],
    reset = false,
  }: { joins?: readonly Member[]; leaves?: readonly string[]; reset?: boolean },
  more: Partial<Change> = {},
): Change => ({
  tenant,
  members: { group, reset, joins, leaves },
  relies: joins.map(({ id }) => id),
  entry: entryOf('members', 'Group', group.id),
  ...more,
});

export const removing = (state: State, leaves: readonly Head[] = [], edges = leaves.length): Change => ({
  tenant: state.tenant,
  removes: { state, leaves, edges },
  relies: [],
  entry: entryOf('remove', state.kind, state.id),
});

/** How a promise ended: the name of its error and of the rule broken, or `done`. */
export const ending = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => {
      if (!(error instanceof Error)) return String(error);
      return error.name === 'DomainError' ? error.message : error.name;
    },
  );
