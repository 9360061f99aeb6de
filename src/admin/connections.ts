import { connectionOptions, readScopes, scopes } from '../domain/connections.ts';
import { isId } from '../domain/tenants.ts';
import type {
  Adoption,
  Connection,
  ConnectionKind,
  ConnectionOption,
  Dialect,
  Reading,
  Scope,
} from '../domain/connections.ts';
import type { Tallied } from '../domain/quirkTally.ts';
import type { LoggedRow, LogQuery } from '../domain/provisioningLog.ts';
import type { TenantId } from '../domain/tenants.ts';
import { Refusal } from './errors.ts';
import { issue } from './issuing.ts';
import { requireName, shown } from './names.ts';
import type { Ports } from './ports.ts';
import { requireTenant } from './tenants.ts';

/** What a connection is to be. */
export interface ConnectionRequest {
  /** By name or id. */
  readonly tenant?: string | undefined;
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly dialect: Dialect;
  readonly scopes: readonly string[];
  readonly adopt: Adoption;
  readonly options?: readonly ConnectionOption[];
}

/** A connection of a tenant. */
export interface ConnectionChoice {
  /** By name or id. */
  readonly tenant?: string | undefined;
  /** By name or id. */
  readonly connection: string;
}

/** A new connection, with what its identity provider is to be told. The token is given this once. */
export type NewConnection = Connection & {
  readonly scimBaseUrl: string;
  readonly token: string;
  readonly tokenExpiresAt: Date;
};

/** A connection as it is made, before it is kept. */
export const newConnection = (
  { newId, by }: Pick<Ports, 'newId' | 'by'>,
  tenant: TenantId,
  chosen: Pick<Connection, 'name' | 'kind' | 'dialect' | 'scopes' | 'adopt'> & Pick<ConnectionRequest, 'options'>,
  createdAt: Date,
): Connection => ({
  id: newId(),
  tenant,
  name: chosen.name,
  kind: chosen.kind,
  dialect: chosen.dialect,
  scopes: chosen.scopes,
  adopt: chosen.adopt,
  options: changedOptions([], { options: chosen.options ?? [], without: [] }),
  paused: false,
  createdAt,
  createdBy: by,
});

/**
 * Links an identity provider to a tenant, with a first token.
 *
 * @throws Refusal where the name can't be given or is taken, or a scope is none
 */
export async function createConnection(
  ports: Pick<Ports, 'tenants' | 'connections' | 'tokenFormat' | 'now' | 'newId' | 'scimBaseUrl' | 'by'>,
  request: ConnectionRequest,
): Promise<NewConnection> {
  const chosen = {
    ...request,
    name: requireName('connection', request.name),
    scopes: requireScopes(request.scopes),
  };
  const tenant = await requireTenant(ports, request.tenant);
  const now = ports.now();
  const connection = newConnection(ports, tenant.id, chosen, now);
  const { text, token } = issue(ports, connection, connection.scopes, now);
  if ((await ports.connections.add(tenant.id, connection, token)) === 'name-taken')
    throw new Refusal('connection.taken', { tenant: tenant.name, name: connection.name });
  return { ...connection, scimBaseUrl: ports.scimBaseUrl, token: text, tokenExpiresAt: token.expiresAt };
}

const mostListed = 1_000;

/** The connections of a tenant in the order of names: at most the first thousand. */
export async function listConnections(
  ports: Pick<Ports, 'tenants' | 'connections'>,
  tenant: string | undefined,
): Promise<readonly Connection[]> {
  const { id } = await requireTenant(ports, tenant);
  return ports.connections.list(id, mostListed);
}

/** What is to change of a connection; what is left out stays. */
export interface ConnectionChange extends ConnectionChoice {
  readonly dialect?: Dialect | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly adopt?: Adoption | undefined;
  /** Options that it gets, */
  readonly options: readonly ConnectionOption[];
  /** and those that it loses. */
  readonly without: readonly ConnectionOption[];
}

/**
 * Changes how a connection's requests are read and what they may do: within a second, in every process. A token is
 * never allowed more than it was made with.
 *
 * @throws Refusal where a scope is none, or an option is to come and to go
 */
export async function setConnection(
  ports: Pick<Ports, 'tenants' | 'connections'>,
  change: ConnectionChange,
): Promise<Connection> {
  const { dialect, scopes: texts, adopt } = change;
  const torn = change.options.filter((option) => change.without.includes(option));
  if (torn.length > 0) throw new Refusal('connection.option-torn', { options: torn });
  const allowed = texts && requireScopes(texts);
  const { id } = await requireTenant(ports, change.tenant);
  const connection = await requireConnection(ports, id, change.connection);
  const to: Partial<Reading> = {
    ...(dialect && { dialect }),
    ...(allowed && { scopes: allowed }),
    ...(adopt && { adopt }),
    options: changedOptions(connection.options, change),
  };
  return (await ports.connections.set(id, connection.id, to)) ?? connection;
}

/** In the catalogue's order, each once. */
const changedOptions = (
  options: readonly ConnectionOption[],
  { options: more, without }: Pick<ConnectionChange, 'options' | 'without'>,
): readonly ConnectionOption[] =>
  connectionOptions.filter((option) => [...options, ...more].includes(option) && !without.includes(option));

/** How often a connection's requests needed a repair, and what it is. */
export type QuirkCount = Tallied & { readonly meaning: string };

/** What the dialect repaired in a connection's requests, the most frequent first: up to the last second. */
export async function connectionQuirks(
  ports: Pick<Ports, 'tenants' | 'connections' | 'quirks' | 'quirkMeaning'>,
  choice: ConnectionChoice,
): Promise<readonly QuirkCount[]> {
  const { id } = await requireTenant(ports, choice.tenant);
  const connection = await requireConnection(ports, id, choice.connection);
  const counts = await ports.quirks.read(id, connection.id);
  return counts.map((count) => ({ ...count, meaning: ports.quirkMeaning(count.quirk) }));
}

/** Answers a connection's requests with 503 until it is resumed: within a second, in every process. */
export async function pause(
  ports: Pick<Ports, 'tenants' | 'connections'>,
  choice: ConnectionChoice,
): Promise<Connection> {
  const { id } = await requireTenant(ports, choice.tenant);
  const connection = await requireConnection(ports, id, choice.connection);
  return (await ports.connections.pause(id, connection.id)) ?? connection;
}

/** Serves a paused connection's requests again: within a second, in every process. */
export async function resume(
  ports: Pick<Ports, 'tenants' | 'connections'>,
  choice: ConnectionChoice,
): Promise<Connection> {
  const { id } = await requireTenant(ports, choice.tenant);
  const connection = await requireConnection(ports, id, choice.connection);
  return (await ports.connections.resume(id, connection.id)) ?? connection;
}

/**
 * What a connection did and was refused, the newest first.
 *
 * @throws Refusal where `before` is no row's id
 */
export async function connectionLog(
  ports: Pick<Ports, 'tenants' | 'connections' | 'log'>,
  choice: ConnectionChoice,
  query: LogQuery,
): Promise<readonly LoggedRow[]> {
  const { id } = await requireTenant(ports, choice.tenant);
  const connection = await requireConnection(ports, id, choice.connection);
  const rows = await ports.log.read(id, connection.id, query);
  if (!rows) throw new Refusal('log.unknown-row', { row: shown(query.before ?? '') });
  return rows;
}

/**
 * The tenant's connection of that name or id.
 *
 * @throws Refusal where the tenant has no such connection
 */
export async function requireConnection(
  { connections }: Pick<Ports, 'connections'>,
  tenant: TenantId,
  named: string,
): Promise<Connection> {
  const connection = await (isId(named)
    ? connections.find(tenant, named.toLowerCase())
    : connections.named(tenant, named));
  if (!connection) throw new Refusal('connection.unknown', { name: shown(named) });
  return connection;
}

/**
 * The scopes of those names.
 *
 * @throws Refusal where one is none, or there is none
 */
export function requireScopes(texts: readonly string[]): readonly Scope[] {
  const { known, unknown } = readScopes(texts);
  if (unknown.length > 0) throw new Refusal('scope.unknown', { unknown: shown(unknown.join(', ')), scopes });
  if (known.length === 0) throw new Refusal('scope.none', { scopes });
  return known;
}
