import type { Scope } from './connections.ts';
import type { TenantId } from './tenants.ts';

/** A connection's credential, as it is kept: the secret itself is shown once and kept nowhere. */
export interface Token {
  /** The public half: it finds the token, and names it to an administrator. */
  readonly selector: string;
  readonly tenant: TenantId;
  readonly connection: string;
  /** What the secret is checked against. */
  readonly digest: string;
  readonly scopes: readonly Scope[];
  /** The id of the user that it stands for (`/Me`), where it stands for one. */
  readonly user?: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  /** Always set: a token has a limited lifetime (RFC 7644 §7.4). */
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** How many tokens of a connection may be live at once: two, so that one is replaced without a gap. */
export const liveTokensPerConnection = 2;

/** How many days a token lives: by default, and at most. */
export const tokenDays = { default: 365, most: 730 } as const;

const day = 86_400_000;

/** When a token expires that is made at an instant to live so many days. */
export const expiry = (createdAt: Date, days: number = tokenDays.default): Date =>
  new Date(createdAt.getTime() + days * day);

/** Whether a token can be made to live so long: whole days, one at least. */
export const isLifetime = (days: number): boolean => Number.isInteger(days) && days >= 1 && days <= tokenDays.most;

/** What a token is at an instant. */
export type TokenState = 'live' | 'expired' | 'revoked';

export function stateOf(token: Pick<Token, 'expiresAt' | 'revokedAt'>, at: Date): TokenState {
  if (token.revokedAt !== undefined) return 'revoked';
  return token.expiresAt.getTime() > at.getTime() ? 'live' : 'expired';
}

/** A token's text taken apart: what finds it, and what its secret is checked by. */
export interface Credential {
  readonly selector: string;
  readonly digest: string;
}

/** How a token is written. */
export interface TokenFormat {
  /** A new token: the text is for the client alone. */
  issue(): Credential & { readonly text: string };
  /** Undefined for what can't be a token: no look-up is needed to refuse it. */
  parse(text: string): Credential | undefined;
  /** Compares digests in a time that says nothing of where they differ. */
  same(a: string, b: string): boolean;
}
