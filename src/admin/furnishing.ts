import { furnish } from '../domain/furnish.ts';
import type { Tenant } from '../domain/tenants.ts';
import type { Ports } from './ports.ts';
import { createTenant, listTenants } from './tenants.ts';

/** A database that was just made may be slow. */
const patienceMs = 30_000;

/** Gives a new organization what every one has. */
const furnishTenant = (
  { deciding, now, by }: Pick<Ports, 'deciding' | 'now' | 'by'>,
  { id }: Pick<Tenant, 'id'>,
): Promise<void> => furnish(deciding, id, { connection: by, request: 'furnish' }, now().getTime() + patienceMs);

/** Makes an organization, with what every one has. @throws Refusal where the name can't be given or is taken */
export async function foundTenant(
  ports: Pick<Ports, 'tenants' | 'deciding' | 'now' | 'newId' | 'by'>,
  name: string,
): Promise<Tenant> {
  const tenant = await createTenant(ports, name);
  await furnishTenant(ports, tenant);
  return tenant;
}

/** Gives every organization what it lacks of that: on a first start, the one that it made. */
export async function furnishAll(ports: Pick<Ports, 'tenants' | 'deciding' | 'now' | 'by'>): Promise<void> {
  for (const tenant of await listTenants(ports)) await furnishTenant(ports, tenant);
}
