import { scopes } from '../domain/connections.ts';
import { tenantId } from '../domain/tenants.ts';
import type { Tenant } from '../domain/tenants.ts';
import { newConnection } from './connections.ts';
import { issue } from './issuing.ts';
import type { Ports } from './ports.ts';

/** What a client is told to connect. */
export interface FirstRun {
  readonly scimBaseUrl: string;
  readonly token: string;
}

const demo = { name: 'demo', kind: 'generic', dialect: 'lenient', scopes, adopt: 'none' } as const;

/**
 * Makes the tenant `demo` on an empty database, with a lenient connection and a token, and says how to connect.
 * Undefined where there is a tenant already; of several processes that start at once, one makes it.
 */
export async function firstRun(
  ports: Pick<Ports, 'tenants' | 'tokenFormat' | 'now' | 'newId' | 'scimBaseUrl' | 'by'>,
): Promise<FirstRun | undefined> {
  const [any] = await ports.tenants.list('', 1);
  if (any) return undefined;

  const now = ports.now();
  const tenant: Tenant = { id: tenantId(ports.newId()), name: demo.name, createdAt: now, createdBy: ports.by };
  const connection = newConnection(ports, tenant.id, demo, now);
  const { text, token } = issue(ports, connection, connection.scopes, now);
  const begun = await ports.tenants.begin({ tenant, connection, token });
  return begun === 'begun' ? { scimBaseUrl: ports.scimBaseUrl, token: text } : undefined;
}
