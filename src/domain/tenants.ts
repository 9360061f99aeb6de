declare const brand: unique symbol;

/** An organization's id, checked: every store call on tenant data takes one. */
export type TenantId = string & { readonly [brand]: 'TenantId' };

/** An organization. */
export interface Tenant {
  readonly id: TenantId;
  /** Unique over all tenants, by `nameKey`. */
  readonly name: string;
  readonly createdAt: Date;
  readonly createdBy: string;
}

const idShape = /^[\w-]{1,64}$/;

/**
 * The text as a tenant's id; whether there is such a tenant is the store's to say.
 *
 * @throws TypeError where it can't be an id, an absent one above all: a query without a tenant would be everyone's
 */
export function tenantId(text: string): TenantId {
  if (typeof text !== 'string' || !idShape.test(text)) throw new TypeError('A tenant id is missing or malformed');
  return text as TenantId;
}

/** What two spellings of one name have in common: stores keep it unique. */
export const nameKey = (name: string): string => name.normalize('NFC').trim().toUpperCase().toLowerCase();

/** Longest name of a tenant or connection, in characters. */
export const longestName = 100;

/** Names under which journals and logs show what no connection did. */
const reserved = new Set(['rollcall', 'system', 'operator', 'console', 'cli', 'import', 'none', 'all']);

const control = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** Whether a text that names something is its id rather than its name: no name looks like one. */
export const isId = (text: string): boolean => uuid.test(text);

/** What forbids a name, for a tenant and a connection alike. */
export type NameFault = 'empty' | 'too-long' | 'unprintable' | 'reserved' | 'like-an-id';

/** Why a name can't be given, if it can't. */
export function nameFault(name: string): NameFault | undefined {
  const key = nameKey(name);
  if (key === '') return 'empty';
  if (Array.from(name).length > longestName) return 'too-long';
  if (control.test(name)) return 'unprintable';
  if (isId(key)) return 'like-an-id';
  return reserved.has(key) ? 'reserved' : undefined;
}
