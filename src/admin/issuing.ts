import { expiry, stateOf } from '../domain/tokens.ts';
import type { Connection, Scope } from '../domain/connections.ts';
import type { Token, TokenState } from '../domain/tokens.ts';
import type { Ports } from './ports.ts';

/** A token as an operator sees it: never its secret, nor what that is checked against. */
export interface TokenView {
  /** What revokes it. */
  readonly id: string;
  /** The id of its connection. */
  readonly connection: string;
  readonly scopes: readonly Scope[];
  /** The id of the user that it stands for. */
  readonly user?: string;
  readonly state: TokenState;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** The token as an operator sees it at an instant. */
export const view = (token: Token, at: Date): TokenView => ({
  id: token.selector,
  connection: token.connection,
  scopes: token.scopes,
  ...(token.user !== undefined && { user: token.user }),
  state: stateOf(token, at),
  createdAt: token.createdAt,
  createdBy: token.createdBy,
  expiresAt: token.expiresAt,
  lastUsedAt: token.lastUsedAt,
  revokedAt: token.revokedAt,
});

/** A new token of a connection: the text, which is shown this once, and what is kept of it. */
export function issue(
  { tokenFormat, by }: Pick<Ports, 'tokenFormat' | 'by'>,
  connection: Pick<Connection, 'id' | 'tenant'>,
  scopes: readonly Scope[],
  createdAt: Date,
  { days, user }: { readonly days?: number | undefined; readonly user?: string | undefined } = {},
): { readonly text: string; readonly token: Token } {
  const { text, selector, digest } = tokenFormat.issue();
  const token: Token = {
    selector,
    tenant: connection.tenant,
    connection: connection.id,
    digest,
    scopes,
    ...(user !== undefined && { user }),
    createdAt,
    createdBy: by,
    expiresAt: expiry(createdAt, days),
    lastUsedAt: undefined,
    revokedAt: undefined,
  };
  return { text, token };
}
