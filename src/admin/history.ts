import type { ChangesQuery, Direction, EntryRead, LifeEvent, Portion, Why } from '../domain/history.ts';
import type { Act, Difference, Operation } from '../domain/journal.ts';
import type { Kind } from '../domain/states.ts';
import { connectionNames } from './connectionNames.ts';
import { Refusal } from './errors.ts';
import type { Ports } from './ports.ts';
import { reported, type Asking, type Report } from './reports.ts';
import { requireNamed } from './who.ts';

type Reading = Pick<Ports, 'history' | 'now' | 'connections'>;

/** What a connection is called. */
type NameOf = (connection: string) => string | undefined;

/** Something that happened to somebody. */
export interface LifeRow {
  readonly at: Date;
  readonly event: Operation | 'join' | 'leave';
  readonly act?: Act;
  /** What he joined or left. */
  readonly group?: string;
  readonly groupName?: string;
  readonly why?: Why;
  /** What changed. */
  readonly changed?: readonly string[];
  readonly by?: string;
  readonly byName?: string;
  readonly request?: string;
  readonly differences?: readonly Difference[];
}

/**
 * What happened to somebody: every change of him, and every group that he joined or left.
 *
 * @throws DomainError `unknown` where there is and was no such user
 */
export async function timelineOf(
  ports: Reading,
  asking: Asking,
  asked: { readonly user: string; readonly order?: Direction | undefined },
): Promise<Report<LifeRow>> {
  const now = asking.begun ?? ports.now();
  const order = asked.order ?? 'newest';
  const user = await requireNamed(ports, asking.tenant, 'User', asked.user, now);
  const nameOf = connectionNames(ports, asking.tenant);
  return reported(ports, asking, {
    query: { what: 'timeline', user, order },
    generatedAt: now,
    columns: ['at', 'event', 'act', 'group', 'groupName', 'why', 'changed', 'by', 'byName', 'request', 'differences'],
    async page(page) {
      const portion = requirePage(await ports.history.timeline(asking.tenant, user.id, order, page));
      const names = await nameOf();
      return { rows: portion.rows.map((event) => lifeRow(event, names)), next: portion.next };
    },
  });
}

function lifeRow(event: LifeEvent, nameOf: NameOf): LifeRow {
  if (event.event === 'entry') {
    const { operation, act, differences, by, request } = event.entry;
    return {
      ...{ at: event.at, event: operation, ...(act && { act }), changed: differences.map(({ path }) => path) },
      ...{ ...orderOf(by, request, nameOf), differences },
    };
  }
  const { at, group, order } = event;
  return {
    ...{ at, event: event.event === 'joined' ? 'join' : 'leave', group: group.id },
    ...(group.name !== undefined && { groupName: group.name }),
    ...(order && { why: order.why, ...orderOf(order.by, order.request, nameOf) }),
  };
}

function orderOf(by: string, request: string, nameOf: NameOf) {
  const byName = nameOf(by);
  return { by, ...(byName !== undefined && { byName }), request };
}

/** A change, as the journal has it. */
export interface ChangeRow {
  readonly at: Date;
  readonly operation: Operation;
  readonly act?: Act;
  readonly kind: Kind;
  readonly resource: string;
  readonly name?: string;
  readonly version: number;
  readonly changed: readonly string[];
  readonly joined?: number;
  readonly left?: number;
  /** All who were in left first. */
  readonly emptied?: true;
  readonly by: string;
  readonly byName?: string;
  readonly request: string;
  readonly differences: readonly Difference[];
  readonly firstJoined?: readonly string[];
  readonly firstLeft?: readonly string[];
  readonly entry: string;
}

/** Which changes are wanted. */
export interface ChangesAsked {
  readonly since: Date;
  readonly until?: Date | undefined;
  readonly kind?: Kind | undefined;
  /** By id. */
  readonly resource?: string | undefined;
  /** A connection by name or id, or what else gives orders as the journal names it. */
  readonly by?: string | undefined;
  readonly operation?: Operation | undefined;
}

/**
 * What changed between two instants, the first included and the second not, in the order of time.
 *
 * @throws Refusal where the second is before the first
 */
export async function changesBetween(ports: Reading, asking: Asking, asked: ChangesAsked): Promise<Report<ChangeRow>> {
  const now = asking.begun ?? ports.now();
  const { since, until = now, kind, resource, operation } = asked;
  if (until < since) throw new Refusal('history.order', { since: since.toISOString(), until: until.toISOString() });
  const nameOf = connectionNames(ports, asking.tenant);
  const named = asked.by === undefined ? undefined : await ports.connections.named(asking.tenant, asked.by);
  const query: ChangesQuery = { since, until, kind, resource, by: named?.id ?? asked.by, operation };
  return reported(ports, asking, {
    query: { what: 'changes', ...query },
    generatedAt: now,
    columns: [
      ...(['at', 'operation', 'act', 'kind', 'resource', 'name', 'version', 'changed', 'joined', 'left'] as const),
      ...(['emptied', 'by', 'byName', 'request', 'differences', 'firstJoined', 'firstLeft', 'entry'] as const),
    ],
    async page(page) {
      const { rows, next } = requirePage(await ports.history.changes(asking.tenant, query, page));
      const names = await nameOf();
      return { rows: rows.map((entry) => changeRow(entry, names)), next };
    },
  });
}

function changeRow(entry: EntryRead, nameOf: NameOf): ChangeRow {
  const { id, at, operation, act, kind, resource, name, version, differences, members, by, request } = entry;
  return {
    ...{ at, operation, ...(act && { act }), kind, resource, ...(name !== undefined && { name }), version },
    changed: differences.map(({ path }) => path),
    ...(members && { joined: members.joined, left: members.left, ...(members.reset && { emptied: true }) }),
    ...{ ...orderOf(by, request, nameOf), differences },
    ...(members && { firstJoined: members.firstJoined, firstLeft: members.firstLeft }),
    entry: id,
  };
}

/** @throws Refusal where the page begins nowhere */
function requirePage<Row>(portion: Portion<Row> | undefined): Portion<Row> {
  if (!portion) throw new Refusal('history.page');
  return portion;
}
