import type { Portion } from '../domain/history.ts';
import { keyStateOf, type KeptKey } from '../domain/keys.ts';
import { personOf, type Person } from '../domain/person.ts';
import type { State } from '../domain/states.ts';
import type { Ports } from './ports.ts';
import { view, type TokenView } from './issuing.ts';
import { reported, type Asking, type Report } from './reports.ts';

/** Somebody whom no connection provisioned. */
export interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly status: Person['status'];
  readonly primaryRole: Person['primaryRole'];
  readonly created: Date;
  readonly changed: Date;
}

/** Users whom no connection provisioned: nobody outside ends their access when they leave. In the order of ids. */
export const outsideScim = (ports: Pick<Ports, 'history' | 'now'>, asking: Asking): Promise<Report<AccountRow>> =>
  reported(ports, asking, {
    query: { what: 'accounts outside SCIM' },
    generatedAt: asking.begun ?? ports.now(),
    columns: ['id', 'name', 'status', 'primaryRole', 'created', 'changed'],
    async page(page) {
      const { rows, next } = await ports.history.outsideScim(asking.tenant, page);
      return { rows: rows.map(accountOf), next };
    },
  });

function accountOf(state: State): AccountRow {
  const { status, primaryRole } = personOf(state);
  return { id: state.id, name: state.name, status, primaryRole, created: state.created, changed: state.modified };
}

/** A credential: a token of a connection, or a key of the admin API. */
export interface CredentialRow {
  readonly of: 'token' | 'key';
  readonly id: string;
  /** The connection, or what the key is for. */
  readonly name: string;
  readonly connection?: string;
  readonly state: TokenView['state'];
  /** Scopes of a token, permissions of a key. */
  readonly scopes: readonly string[];
  /** The id of the user that it stands for. */
  readonly user?: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt?: Date;
  readonly lastUsedAt?: Date;
  readonly revokedAt?: Date;
}

const mostConnections = 1_000;
const mostTokens = 1_000;

type InventoryPorts = Pick<Ports, 'history' | 'now' | 'connections' | 'tokens' | 'keys'>;

/**
 * The tokens of all connections, in the order of the connections' names, and then the keys of the admin API in the order
 * of their ids, each with its last use.
 */
export async function tokenInventory(ports: InventoryPorts, asking: Asking): Promise<Report<CredentialRow>> {
  const now = asking.begun ?? ports.now();
  return reported(ports, asking, {
    query: { what: 'tokens' },
    generatedAt: now,
    columns: [
      ...(['of', 'id', 'name', 'connection', 'state', 'scopes', 'user', 'createdAt', 'createdBy'] as const),
      ...(['expiresAt', 'lastUsedAt', 'revokedAt'] as const),
    ],
    async page({ from, limit }) {
      const [what, begin = '', done = '0'] = (from ?? 'tokens').split(' ');
      if (what === 'keys') return keysFrom(ports, asking, begin === '' ? undefined : begin, limit, now);
      return tokensFrom(ports, asking, begin, Number.parseInt(done, 10) || 0, limit, now);
    },
  });
}

/** A connection's tokens are few, and all are read: a page says how many of them were on those before. */
async function tokensFrom(
  { connections, tokens }: InventoryPorts,
  { tenant }: Asking,
  begin: string,
  skipped: number,
  limit: number,
  now: Date,
): Promise<Portion<CredentialRow>> {
  const all = await connections.list(tenant, mostConnections);
  const at = begin === '' ? 0 : all.findIndex(({ id }) => id === begin);
  const connection = all[at];
  if (!connection) return { rows: [], next: 'keys' };
  const own = await tokens.list(tenant, connection.id, mostTokens);
  const rows = own.slice(skipped, skipped + limit).map((token) => tokenRow(view(token, now), connection.name));
  if (own.length > skipped + limit) return { rows, next: `tokens ${connection.id} ${skipped + limit}` };
  const following = all[at + 1];
  return { rows, next: following ? `tokens ${following.id} 0` : 'keys' };
}

const tokenRow = (token: TokenView, name: string): CredentialRow => ({
  ...{ of: 'token', id: token.id, name, connection: token.connection, state: token.state, scopes: token.scopes },
  ...(token.user !== undefined && { user: token.user }),
  ...{ createdAt: token.createdAt, createdBy: token.createdBy, expiresAt: token.expiresAt },
  ...ends(token),
});

async function keysFrom(
  { keys }: InventoryPorts,
  { tenant }: Asking,
  after: string | undefined,
  limit: number,
  now: Date,
): Promise<Portion<CredentialRow>> {
  const found = await keys.list(tenant, after, limit + 1);
  const rows = found.slice(0, limit).map((kept) => keyRow(kept, now));
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last ? `keys ${last.id}` : undefined };
}

const keyRow = ({ key, lastUsedAt }: KeptKey, now: Date): CredentialRow => ({
  ...{ of: 'key', id: key.id, name: key.label, state: keyStateOf(key, now), scopes: key.permissions },
  ...(key.person !== undefined && { user: key.person }),
  ...{ createdAt: key.createdAt, createdBy: key.madeBy },
  ...(key.expiresAt && { expiresAt: key.expiresAt }),
  ...ends({ lastUsedAt, revokedAt: key.revokedAt }),
});

const ends = ({ lastUsedAt, revokedAt }: Pick<TokenView, 'lastUsedAt' | 'revokedAt'>) => ({
  ...(lastUsedAt && { lastUsedAt }),
  ...(revokedAt && { revokedAt }),
});
