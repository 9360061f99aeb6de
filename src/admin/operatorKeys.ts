import { everyPermission, isPermission, type Permission } from '../domain/permissions.ts';
import { expiry, isLifetime, tokenDays } from '../domain/tokens.ts';
import type { Commission } from './commission.ts';
import { Refusal } from './errors.ts';
import { keyView, makeKey, revokeKey, type KeyView } from './keys.ts';
import { shown } from './names.ts';
import type { Ports } from './ports.ts';
import { requireTenant } from './tenants.ts';
import type { TenantId } from '../domain/tenants.ts';

/** What a key of the admin API is to be; what is left out is usual. */
export interface OperatorKeyRequest {
  /** By name or id. */
  readonly tenant?: string | undefined;
  readonly label: string;
  /** All of them where none is named. */
  readonly permissions?: readonly string[] | undefined;
  /** The user that it is bound to: an id or a userName. */
  readonly user?: string | undefined;
  /** How long it lives; without end where nothing is said. */
  readonly days?: number | undefined;
}

/** A new key, with where the API is. Its text is given this once. */
export type NewOperatorKey = KeyView & { readonly adminApiUrl: string; readonly key: string };

type Using = Pick<
  Ports,
  'tenants' | 'people' | 'deciding' | 'keyFormat' | 'keys' | 'now' | 'newId' | 'adminApiUrl' | 'by'
>;

/**
 * Makes a key of the admin API for who has the machine: it may do whatever is asked, so that an organization without
 * one gets its first.
 *
 * @throws Refusal where there is no such tenant, user or permission; DomainError as `makeKey`
 */
export async function createKey(ports: Using, request: OperatorKeyRequest): Promise<NewOperatorKey> {
  const tenant = await requireTenant(ports, request.tenant);
  const { user, days, label } = request;
  if (days !== undefined && !isLifetime(days)) throw new Refusal('key.lifetime', { most: tokenDays.most });
  const person = user === undefined ? undefined : await ports.people.find(tenant.id, user);
  if (user !== undefined && person === undefined)
    throw new Refusal('token.unknown-user', { tenant: tenant.name, user: shown(user) });
  const now = ports.now();
  const made = await makeKey(
    ports,
    commissionOf(ports, tenant.id, now),
    { permissions: new Set(everyPermission) },
    {
      label,
      permissions: request.permissions ? requirePermissions(request.permissions) : everyPermission,
      person,
      expiresAt: days === undefined ? undefined : expiry(now, days),
    },
  );
  return { ...keyView(made, now), adminApiUrl: ports.adminApiUrl, key: made.text };
}

function requirePermissions(named: readonly string[]): readonly Permission[] {
  const unknown = named.filter((name) => !isPermission(name));
  if (unknown.length > 0)
    throw new Refusal('key.unknown-permission', { unknown: unknown.map(shown), permissions: everyPermission });
  return named.filter(isPermission);
}

const patienceMs = 30_000;

const commissionOf = ({ by, newId }: Pick<Ports, 'by' | 'newId'>, tenant: TenantId, now: Date): Commission => ({
  tenant,
  order: { connection: by, request: newId() },
  deadline: now.getTime() + patienceMs,
});

const page = 1_000;

/** Every key of a tenant, in the order of their ids. */
export async function listKeys(ports: Using, named: string | undefined): Promise<readonly KeyView[]> {
  const tenant = await requireTenant(ports, named);
  const now = ports.now();
  const all: KeyView[] = [];
  for (;;) {
    const some = await ports.keys.list(tenant.id, all.at(-1)?.id, page);
    all.push(...some.map((each) => keyView(each, now)));
    if (some.length < page) return all;
  }
}

/**
 * Revokes a key: within a second it is refused.
 *
 * @throws DomainError `unknown`
 */
export async function endKey(
  ports: Using,
  { tenant: named, id }: { readonly tenant?: string | undefined; readonly id: string },
): Promise<KeyView> {
  const tenant = await requireTenant(ports, named);
  const now = ports.now();
  return keyView({ key: await revokeKey(ports, commissionOf(ports, tenant.id, now), id, now) }, now);
}
