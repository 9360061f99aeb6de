import { isPermission, type Permission } from './permissions.ts';
import type { Person } from './person.ts';
import { permissionsOf, texts, type Role } from './roles.ts';
import type { State } from './states.ts';
import type { TenantId } from './tenants.ts';

/** As what keys of the admin API are kept. Its name is the key's selector. */
export const keyKind = 'ApiKey';

/** A key of the admin API, as it is kept: its secret is shown once and kept nowhere. */
export interface ApiKey {
  /** What revokes it, and what the journal calls it: `key:<id>`. */
  readonly id: string;
  readonly tenant: TenantId;
  /** The public half: it finds the key. */
  readonly selector: string;
  /** What it is for. */
  readonly label: string;
  /** What it may be used for. */
  readonly permissions: readonly Permission[];
  /** The user whose it is; absent: a program has it. */
  readonly person: string | undefined;
  /** Who made it, as the journal names actors. */
  readonly madeBy: string;
  readonly createdAt: Date;
  /** Absent: it lasts until it is revoked. */
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly version: number;
}

/** A key with what only looking it up tells. */
export interface KeptKey {
  readonly key: ApiKey;
  readonly lastUsedAt: Date | undefined;
}

/** What a key that is presented is checked against. */
export interface FoundKey extends KeptKey {
  /** What the secret is checked against. */
  readonly digest: string;
  /** Whose it is, as he is now, with the roles that he holds. Absent where it is a program's, or he is no more. */
  readonly holder?: { readonly person: Person; readonly roles: ReadonlyMap<string, Role> } | undefined;
}

/** Where keys are found, but for the changes of them. Every call names the tenant: that of a key stands in its text. */
export interface Keys {
  /** One store command. */
  find(tenant: TenantId, selector: string): Promise<FoundKey | undefined>;
  read(tenant: TenantId, id: string): Promise<KeptKey | undefined>;
  /** At most `limit` keys in the order of their ids, those after one. */
  list(tenant: TenantId, after: string | undefined, limit: number): Promise<readonly KeptKey[]>;
  /** Keeps when a key was last used; an instant is never replaced by one less than `apartMs` later. */
  used(tenant: TenantId, selector: string, at: Date, apartMs: number): Promise<void>;
}

/** A key's text taken apart: whose it is, what finds it, and what its secret is checked by. */
export interface KeyCredential {
  readonly tenant: TenantId;
  readonly selector: string;
  readonly digest: string;
}

/** How a key is written: `rck_<tenant>_<selector>_<secret>`. */
export interface KeyFormat {
  /** A new key: the text is for who asked alone. */
  issue(tenant: TenantId): KeyCredential & { readonly text: string };
  /** Undefined for what can't be a key: no look-up is needed to refuse it. */
  parse(text: string): KeyCredential | undefined;
  /** Compares digests in a time that says nothing of where they differ. */
  same(a: string, b: string): boolean;
}

/** A key as its state says it. */
export const keyFrom = ({ id, tenant, name, version, created, attributes }: State): ApiKey => ({
  id,
  tenant,
  selector: name,
  label: textOf(attributes['label']) ?? '',
  permissions: texts(attributes['permissions']).filter(isPermission),
  person: textOf(attributes['person']),
  madeBy: textOf(attributes['madeBy']) ?? '',
  createdAt: created,
  expiresAt: instantOf(attributes['expiresAt']),
  revokedAt: instantOf(attributes['revokedAt']),
  version,
});

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const instantOf = (value: unknown): Date | undefined => {
  const at = new Date(typeof value === 'string' || value instanceof Date ? value : Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at;
};

/** What a key is at an instant. */
export type KeyState = 'live' | 'expired' | 'revoked';

export function keyStateOf({ expiresAt, revokedAt }: Pick<ApiKey, 'expiresAt' | 'revokedAt'>, at: Date): KeyState {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt === undefined || expiresAt.getTime() > at.getTime() ? 'live' : 'expired';
}

/**
 * What may be done with a key at an instant: what it was made for, and no more than its person may do then. Undefined
 * where nothing is: it is over, or its person is not active.
 */
export function allowedWith({ key, holder }: FoundKey, at: Date): ReadonlySet<Permission> | undefined {
  if (keyStateOf(key, at) !== 'live') return undefined;
  if (key.person === undefined) return new Set(key.permissions);
  if (holder?.person.status !== 'active') return undefined;
  const own = permissionsOf(holder.person, holder.roles);
  return new Set(key.permissions.filter((permission) => own.has(permission)));
}
