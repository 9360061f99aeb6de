import { isLifetime, liveTokensPerConnection, tokenDays } from '../domain/tokens.ts';
import { requireConnection, requireScopes } from './connections.ts';
import { Refusal } from './errors.ts';
import { issue, view } from './issuing.ts';
import type { TokenView } from './issuing.ts';
import { shown } from './names.ts';
import type { Ports } from './ports.ts';
import { requireTenant } from './tenants.ts';
import type { Tenant } from '../domain/tenants.ts';

/** What a token is to be; what is left out is the connection's, or usual. */
export interface TokenRequest {
  /** By name or id. */
  readonly tenant?: string | undefined;
  /** By name or id. */
  readonly connection: string;
  readonly scopes?: readonly string[] | undefined;
  readonly days?: number | undefined;
  /** The user that it is to stand for (`/Me`): an id or a userName. */
  readonly user?: string | undefined;
}

/** A new token, with what its identity provider is to be told. Its text is given this once. */
export type NewToken = TokenView & { readonly scimBaseUrl: string; readonly token: string };

/**
 * Makes another token of a connection, so that the one in use can be replaced without a gap. Its text is given this
 * once.
 *
 * @throws Refusal where two are live, it would be allowed more than its connection, or there is no such user
 */
export async function createToken(
  ports: Pick<Ports, 'tenants' | 'connections' | 'people' | 'tokens' | 'tokenFormat' | 'now' | 'scimBaseUrl' | 'by'>,
  request: TokenRequest,
): Promise<NewToken> {
  const tenant = await requireTenant(ports, request.tenant);
  const connection = await requireConnection(ports, tenant.id, request.connection);
  const scopes = request.scopes ? requireScopes(request.scopes) : connection.scopes;
  const excess = scopes.filter((scope) => !connection.scopes.includes(scope));
  if (excess.length > 0) throw new Refusal('token.beyond-connection', { name: connection.name, scopes: excess });
  if (request.days !== undefined && !isLifetime(request.days))
    throw new Refusal('token.lifetime', { most: tokenDays.most });
  const user = request.user === undefined ? undefined : await requireUser(ports, tenant, request.user);

  const now = ports.now();
  const { text, token } = issue(ports, connection, scopes, now, { days: request.days, user });
  if ((await ports.tokens.add(tenant.id, token)) === 'two-live')
    throw new Refusal('token.most-live', { name: connection.name, most: liveTokensPerConnection });
  return { ...view(token, now), scimBaseUrl: ports.scimBaseUrl, token: text };
}

/** The id of the tenant's user of that id or userName. */
async function requireUser({ people }: Pick<Ports, 'people'>, { id, name }: Tenant, named: string): Promise<string> {
  const user = await people.find(id, named);
  if (user === undefined) throw new Refusal('token.unknown-user', { tenant: name, user: shown(named) });
  return user;
}

/**
 * Ends a token: within a second no process accepts it.
 *
 * @throws Refusal where the tenant has no such token
 */
export async function revokeToken(
  ports: Pick<Ports, 'tenants' | 'tokens' | 'now'>,
  request: { readonly tenant?: string | undefined; readonly id: string },
): Promise<TokenView> {
  const tenant = await requireTenant(ports, request.tenant);
  const now = ports.now();
  const revoked = await ports.tokens.revoke(tenant.id, request.id, now);
  if (!revoked) throw new Refusal('token.unknown', { tenant: tenant.name, token: shown(request.id) });
  return view(revoked, now);
}

const mostListed = 1_000;

/** The tokens of a connection, the newest first: at most the last thousand. */
export async function listTokens(
  ports: Pick<Ports, 'tenants' | 'connections' | 'tokens' | 'now'>,
  request: Pick<TokenRequest, 'tenant' | 'connection'>,
): Promise<TokenView[]> {
  const tenant = await requireTenant(ports, request.tenant);
  const connection = await requireConnection(ports, tenant.id, request.connection);
  const now = ports.now();
  return (await ports.tokens.list(tenant.id, connection.id, mostListed)).map((token) => view(token, now));
}
