import { schemasKnownMs, type SchemaSet, type TenantSchemas } from '../domain/tenantSchemas.ts';
import { tenantId, type TenantId } from '../domain/tenants.ts';
import { extended, type Registry } from '../scim/schema/registry.ts';

/** The schemas and types of every tenant. */
export interface Registries {
  /** As they were less than a second ago: at once where that is known, else by one look-up, however many ask. */
  of(tenant: string): Registry | Promise<Registry>;
  /** As they were when they were last looked up, however long ago. */
  last(tenant: string): Registry;
}

/** What is known of a tenant. */
interface Known {
  readonly version: number;
  readonly registry: Registry;
  /** When its look-up was begun: it may be as old as this. */
  readonly at: number;
}

/** A look-up under way. */
interface LookUp {
  readonly begun: number;
  readonly found: Promise<Known>;
}

const mostKept = 10_000;

/** The same for all tenants: none has a schema of its own. */
export const sameForAll = (registry: Registry): Registries => ({ of: () => registry, last: () => registry });

/**
 * The schemas of tenants, from memory while they are fresh. A tenant without schemas of its own has those of everybody:
 * the same object.
 *
 * @param elapsed milliseconds of a clock that is never set back
 */
export function registries(
  everybodys: Registry,
  { read }: Pick<TenantSchemas, 'read'>,
  elapsed: () => number,
): Registries {
  const known = new Map<string, Known>();
  const underWay = new Map<string, LookUp>();

  function lookUp(tenant: TenantId): Promise<Known> {
    const begun = elapsed();
    const found = read(tenant)
      .then((set) => keep(tenant, set, begun))
      .finally(() => underWay.delete(tenant));
    underWay.set(tenant, { begun, found });
    return found;
  }

  function keep(tenant: TenantId, { version, schemas }: SchemaSet, at: number): Known {
    const before = known.get(tenant);
    // The same object while nothing changes: much is remembered by its types.
    const registry =
      before?.version === version
        ? before.registry
        : extended(
            everybodys,
            schemas.filter(({ state }) => state === 'served'),
          );
    const now = { version, registry, at };
    known.delete(tenant);
    known.set(tenant, now);
    const [oldest] = known.keys();
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
    return now;
  }

  async function fresh(tenant: TenantId, since: number): Promise<Registry> {
    const current = underWay.get(tenant);
    // Begun too long ago to count: what it finds is awaited all the same, so that there is one at a time.
    if (current && current.begun < since) await current.found.catch(() => undefined);
    const { registry } = await (underWay.get(tenant)?.found ?? lookUp(tenant));
    return registry;
  }

  return {
    of(tenant) {
      const since = elapsed() - schemasKnownMs;
      const last = known.get(tenant);
      return last && last.at > since ? last.registry : fresh(tenantId(tenant), since);
    },
    last: (tenant) => known.get(tenant)?.registry ?? everybodys,
  };
}
