import { scopes } from '../domain/connections.ts';
import { everyPermission } from '../domain/permissions.ts';
import { tenantId } from '../domain/tenants.ts';
import type { Tenant, TenantId } from '../domain/tenants.ts';
import { newConnection } from './connections.ts';
import { issue } from './issuing.ts';
import { makeKey } from './keys.ts';
import type { Ports } from './ports.ts';

/** What a client is told to connect. */
export interface FirstRun {
  readonly scimBaseUrl: string;
  readonly token: string;
  readonly adminApiUrl: string;
  /** May do everything in the tenant: it appoints the first Primary Admin. */
  readonly adminApiKey: string;
}

const demo = { name: 'demo', kind: 'generic', dialect: 'lenient', scopes, adopt: 'none' } as const;

/**
 * Makes the tenant `demo` on an empty database, with a lenient connection, a token and a key of the
 * admin API, and says how to connect.
 * Undefined where there is a tenant already; of several processes that start at once, one makes it.
 */
export async function firstRun(
  ports: Pick<
    Ports,
    'tenants' | 'tokenFormat' | 'keyFormat' | 'deciding' | 'now' | 'newId' | 'scimBaseUrl' | 'adminApiUrl' | 'by'
  >,
): Promise<FirstRun | undefined> {
  const [any] = await ports.tenants.list('', 1);
  if (any) return undefined;

  const now = ports.now();
  const tenant: Tenant = { id: tenantId(ports.newId()), name: demo.name, createdAt: now, createdBy: ports.by };
  const connection = newConnection(ports, tenant.id, demo, now);
  const { text, token } = issue(ports, connection, connection.scopes, now);
  const begun = await ports.tenants.begin({ tenant, connection, token });
  if (begun !== 'begun') return undefined;
  const { scimBaseUrl, adminApiUrl } = ports;
  return { scimBaseUrl, token: text, adminApiUrl, adminApiKey: await bootstrapKey(ports, tenant.id, now) };
}

/** A key for everything, for who has the machine: it appoints the first Primary Admin. */
async function bootstrapKey(
  ports: Pick<Ports, 'keyFormat' | 'deciding'>,
  tenant: TenantId,
  now: Date,
): Promise<string> {
  const commission = {
    tenant,
    order: { connection: 'system', request: 'first start' },
    deadline: now.getTime() + bootstrapMs,
  };
  const permissions = everyPermission;
  const { text } = await makeKey(
    ports,
    commission,
    { permissions: new Set(permissions) },
    { label: 'First start', permissions },
  );
  return text;
}

/** A database that has just been made may be slow. */
const bootstrapMs = 30_000;
