import { isId, tenantId } from '../domain/tenants.ts';
import type { Tenant } from '../domain/tenants.ts';
import { Refusal } from './errors.ts';
import { requireName, shown } from './names.ts';
import type { Ports } from './ports.ts';

/**
 * Makes an organization.
 *
 * @throws Refusal where the name can't be given or is taken
 */
export async function createTenant(
  ports: Pick<Ports, 'tenants' | 'now' | 'newId' | 'by'>,
  name: string,
): Promise<Tenant> {
  const tenant: Tenant = {
    id: tenantId(ports.newId()),
    name: requireName('tenant', name),
    createdAt: ports.now(),
    createdBy: ports.by,
  };
  if ((await ports.tenants.add(tenant)) === 'name-taken') throw new Refusal('tenant.taken', { name: tenant.name });
  return tenant;
}

const page = 1_000;

/** Every organization in the order of names, read page by page. */
export async function listTenants({ tenants }: Pick<Ports, 'tenants'>): Promise<Tenant[]> {
  const all: Tenant[] = [];
  for (;;) {
    const some = await tenants.list(all.at(-1)?.name ?? '', page);
    all.push(...some);
    if (some.length < page) return all;
  }
}

/**
 * The tenant of that name or id; where none is named, the only one.
 *
 * @throws Refusal where there is no such tenant, or several and none is named
 */
export async function requireTenant({ tenants }: Pick<Ports, 'tenants'>, named: string | undefined): Promise<Tenant> {
  if (named === undefined) {
    const [only, another] = await tenants.list('', 2);
    if (only && !another) return only;
    throw new Refusal(only ? 'tenant.several' : 'tenant.none');
  }
  const tenant = await (isId(named) ? tenants.find(tenantId(named.toLowerCase())) : tenants.named(named));
  if (!tenant) throw new Refusal('tenant.unknown', { name: shown(named) });
  return tenant;
}
