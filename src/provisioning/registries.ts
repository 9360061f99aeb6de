import { schemasKnownMs, type TenantSchemas } from '../domain/tenantSchemas.ts';
import { extended, type Registry } from '../scim/schema/registry.ts';
import { remembered } from './remembered.ts';

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
}

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
  const known = remembered<Known>(
    async (tenant, before) => {
      const { version, schemas } = await read(tenant);
      const last = before();
      // The same object while nothing changes: much is remembered by its types.
      if (last?.version === version) return last;
      const served = schemas.filter(({ state }) => state === 'served');
      return { version, registry: extended(everybodys, served) };
    },
    schemasKnownMs,
    elapsed,
  );
  return {
    of(tenant) {
      const found = known.of(tenant);
      return found instanceof Promise ? found.then(({ registry }) => registry) : found.registry;
    },
    last: (tenant) => known.last(tenant)?.registry ?? everybodys,
  };
}
