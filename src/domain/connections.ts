import type { Kind } from './states.ts';
import type { TenantId } from './tenants.ts';

/** Everything a token may be allowed (RFC 7644 §7.7). */
export const scopes = [
  'users:read',
  'users:write',
  'groups:read',
  'groups:write',
  'roles:read',
  'entitlements:read',
  'entities:read',
  'entities:write',
  'custom:read',
  'custom:write',
] as const;
export type Scope = (typeof scopes)[number];

const subjects: ReadonlyMap<Kind, string> = new Map([
  ['User', 'users'],
  ['Group', 'groups'],
  ['Role', 'roles'],
  ['Entitlement', 'entitlements'],
  ['Entity', 'entities'],
]);

/** Whether a scope is about resources of a kind: those of all types that a tenant made itself share theirs. */
export const concerns = (scope: Scope, kind: Kind): boolean => scope.startsWith(`${subjects.get(kind) ?? 'custom'}:`);

/** The identity providers a connection can be made for. */
export const connectionKinds = ['okta', 'entra', 'generic'] as const;
export type ConnectionKind = (typeof connectionKinds)[number];

/** How a connection's requests are read: as real clients send them, or to the letter of the RFCs. */
export const dialects = ['lenient', 'strict'] as const;
export type Dialect = (typeof dialects)[number];

/** What a connection may take over that no connection owns: nothing, or whoever has the userName it sends. */
export const adoptions = ['none', 'userName'] as const;
export type Adoption = (typeof adoptions)[number];

/**
 * What a connection can be made to do besides: conform to the interoperability profile, show Entra's view of schemas, reach
 * accounts with administrative roles.
 */
export const connectionOptions = ['interop', 'entraSchemas', 'administrators'] as const;
export type ConnectionOption = (typeof connectionOptions)[number];

/** One identity provider's link to one tenant. */
export interface Connection {
  readonly id: string;
  readonly tenant: TenantId;
  /** Unique in its tenant, by `nameKey`. */
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly dialect: Dialect;
  readonly scopes: readonly Scope[];
  readonly adopt: Adoption;
  readonly options: readonly ConnectionOption[];
  /** A paused connection's requests are answered 503. */
  readonly paused: boolean;
  readonly createdAt: Date;
  readonly createdBy: string;
}

/** How a connection's requests are read, and what they may do: what can be changed while it is in use. */
export type Reading = Pick<Connection, 'dialect' | 'scopes' | 'adopt' | 'options'>;

/** The scopes among the texts, each once, in the catalogue's order; and the texts that are none. */
export function readScopes(texts: readonly string[]): {
  readonly known: readonly Scope[];
  readonly unknown: readonly string[];
} {
  return {
    known: scopes.filter((scope) => texts.includes(scope)),
    unknown: texts.filter((text) => !scopes.some((scope) => scope === text)),
  };
}

/** What a token of this connection may do: never more than the connection, whatever the token was given. */
export const allowed = (connection: readonly Scope[], token: readonly Scope[]): ReadonlySet<Scope> =>
  new Set(connection.filter((scope) => token.includes(scope)));
