import type { Grant } from './grants.ts';
import type { States } from './ports.ts';
import { roleFrom, type Role } from './roles.ts';
import { poolFrom, type Pool } from './seats.ts';
import { nameKey, type TenantId } from './tenants.ts';

/** Roles, license pools and entities that somebody speaks of, each by its id or its name. */
export interface Named {
  readonly role?: readonly string[];
  readonly license?: readonly string[];
  readonly entity?: readonly string[];
}

/** An entity, as far as who belongs to it needs it. */
export interface Entity {
  readonly id: string;
  readonly name: string;
}

/** What is known of what was spoken of. */
export interface Known {
  /** By id. */
  readonly roles: ReadonlyMap<string, Role>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly entities: ReadonlyMap<string, Entity>;
  /** By id or name; undefined where there is none. */
  readonly role: (named: string) => Role | undefined;
  readonly pool: (named: string) => Pool | undefined;
  readonly entity: (named: string) => Entity | undefined;
}

/** The kinds as they are kept. */
const kinds = { role: 'Role', license: 'Entitlement', entity: 'Entity' } as const;

/** What was named, as what it is held; undefined where there is none of that id or name. */
export function targetOf(
  known: Known,
  what: keyof Named,
  named: string,
): Pick<Required<Grant>, 'what' | 'id' | 'name'> | undefined {
  const found = { role: known.role, license: known.pool, entity: known.entity }[what](named);
  return found && { what, id: found.id, name: found.name };
}

/** Looks all of it up at once; nothing where nothing is spoken of. */
export async function look(states: Pick<States, 'some'>, tenant: TenantId, named: Named): Promise<Known> {
  const names = (['role', 'license', 'entity'] as const).flatMap((what) =>
    [...new Set(named[what] ?? [])].map((name) => ({ kind: kinds[what], name })),
  );
  const found = await states.some(tenant, names);
  const of = (kind: string) => found.filter((state) => state.kind === kind);
  const [roles, pools, entities] = [
    of(kinds.role).map(roleFrom),
    of(kinds.license).map(poolFrom),
    of(kinds.entity).map(({ id, name }): Entity => ({ id, name })),
  ];
  return {
    roles: byId(roles),
    pools: byId(pools),
    entities: byId(entities),
    role: finder(roles),
    pool: finder(pools),
    entity: finder(entities),
  };
}

const byId = <T extends { readonly id: string }>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((each) => [each.id, each]));

function finder<T extends { readonly id: string; readonly name: string }>(all: readonly T[]) {
  const [ids, names] = [byId(all), new Map(all.map((each) => [nameKey(each.name), each]))];
  return (named: string): T | undefined => ids.get(named) ?? names.get(nameKey(named));
}
