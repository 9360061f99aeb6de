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
  if ((await ports.tenants.add(tenant)) === 'name-taken')
    throw new Refusal(`There is a tenant named '${tenant.name}' already: choose another name`);
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
    throw new Refusal(
      only ? 'There are several tenants: say which, by name or id' : 'There is no tenant yet: create one first',
    );
  }
  const tenant = await (isId(named) ? tenants.find(tenantId(named.toLowerCase())) : tenants.named(named));
  if (!tenant) throw new Refusal(`There is no tenant '${shown(named)}': list the tenants to see their names`);
  return tenant;
}
