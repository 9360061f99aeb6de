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
    generatedAt: ports.now(),
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

/** A token of a connection. */
export type TokenRow = TokenView & { readonly connectionName: string };

const mostConnections = 1_000;
const mostTokens = 1_000;

/** The tokens of all connections with their last use, connection by connection in the order of their names. */
export async function tokenInventory(
  ports: Pick<Ports, 'history' | 'now' | 'connections' | 'tokens'>,
  asking: Asking,
): Promise<Report<TokenRow>> {
  const now = ports.now();
  return reported(ports, asking, {
    query: { what: 'tokens' },
    generatedAt: now,
    columns: [
      ...(['connectionName', 'connection', 'id', 'state', 'scopes', 'user', 'createdAt', 'createdBy'] as const),
      ...(['expiresAt', 'lastUsedAt', 'revokedAt'] as const),
    ],
    // A connection's are few, and all are read: a page says how many of it were on those before.
    async page({ from = '', limit }) {
      const [begin = '', done = '0'] = from.split(' ');
      const all = await ports.connections.list(asking.tenant, mostConnections);
      const at = Math.max(0, begin === '' ? 0 : all.findIndex(({ id }) => id === begin));
      const connection = all[at];
      if (!connection) return { rows: [], next: undefined };
      const tokens = await ports.tokens.list(asking.tenant, connection.id, mostTokens);
      const skipped = Number.parseInt(done, 10) || 0;
      const rows = tokens
        .slice(skipped, skipped + limit)
        .map((token) => ({ connectionName: connection.name, ...view(token, now) }));
      const left = tokens.length > skipped + limit;
      return { rows, next: left ? `${connection.id} ${skipped + limit}` : all[at + 1]?.id };
    },
  });
}
