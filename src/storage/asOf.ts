import type mongoose from 'mongoose';
import type { History, MembershipThen, MemberThen, Named, Page, Portion } from '../domain/history.ts';
import type { State } from '../domain/states.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { ClosingDocument } from './closings.ts';
import {
  keyOf,
  stateFields,
  toState,
  type EdgeDocument,
  type HistoryDocument,
  type ResourceDocument,
} from './documents.ts';
import { portionOf, type Source } from './examined.ts';
import { atOneInstant } from './instant.ts';
import { lastNamed } from './lastNamed.ts';
import { atSnapshot } from './members.ts';
import { endOf, startOf, started } from './spans.ts';

type Session = mongoose.mongo.ClientSession;

/** An edge that counted at an instant. */
type Then = Pick<EdgeDocument, 'group' | 'member' | 'type' | 'via' | 'from' | 'to'>;

const thenFields = { member: '$member', group: '$group', type: '$type', via: '$via', to: '$to' } as const;

/** Reads of what was at an instant (MongoDB): what stands and is as old as that, and closed versions and edges. */
export function asOf(
  connection: mongoose.Connection,
): Pick<History, 'find' | 'states' | 'members' | 'memberships' | 'holders' | 'outsideScim'> {
  const resources = connection.collection<ResourceDocument>('resources');
  const history = connection.collection<HistoryDocument>('history');
  const edges = connection.collection<EdgeDocument>('edges');
  const closings = connection.collection<ClosingDocument>('closings');

  async function states(tenant: TenantId, ids: readonly string[], at: Date): Promise<readonly State[]> {
    if (ids.length === 0) return [];
    // What stands first: whatever is closed between the two reads is among the closed ones then.
    const standing = await resources
      .find({ tenant, _id: { $in: [...ids] }, revised: { $lte: at } }, { projection: stateFields })
      .toArray();
    const found = new Set(standing.map(({ _id }) => _id));
    const others = ids.filter((id) => !found.has(id));
    const closed = others.length > 0 ? await closedAt(tenant, others, at) : [];
    return [...standing.map(toState), ...closed.map(stateOfClosed)];
  }

  const closedAt = (tenant: TenantId, ids: readonly string[], at: Date): Promise<HistoryDocument[]> =>
    history
      .find(
        { tenant, resource: { $in: [...ids] }, from: { $lte: at }, to: { $gt: at } },
        { projection: { fold: 0, custom: 0, held: 0, key: 0 } },
      )
      .toArray();

  /** Generations of a group that have open edges: one, but for what is still to be closed or lies ready. */
  async function generations(tenant: TenantId, group: string, session: Session): Promise<readonly number[]> {
    const found: number[] = [];
    for (;;) {
      const [next] = await edges
        .find(
          { tenant, group, live: true, generation: { $gt: found.at(-1) ?? 0 } },
          { session, ...atSnapshot, projection: { _id: 0, generation: 1 } },
        )
        .sort({ generation: 1 })
        .limit(1)
        .toArray();
      if (!next) return found;
      found.push(next.generation);
    }
  }

  async function membersIn(
    tenant: TenantId,
    group: string,
    at: Date,
    page: Page,
    session: Session,
  ): Promise<Portion<Then>> {
    const notes = await closings.find({ tenant, group }, { session, ...atSnapshot }).toArray();
    const from = started(notes);
    const source = { collection: 'edges' as const, key: 'member', fields: { ...thenFields, from } };
    const begun = { $lte: [from, at] };
    const open = (await generations(tenant, group, session)).flatMap((generation): Source[] => {
      const to = endOf(notes, generation);
      if (to && to <= at) return [];
      const fields = { ...source.fields, ...(to && { to }) };
      return [{ ...source, match: { tenant, group, generation, live: true }, counts: begun, fields }];
    });
    const closed = {
      ...source,
      match: { tenant, group, to: { $exists: true } },
      counts: { $and: [begun, { $gt: ['$to', at] }] },
    };
    return portionOf<Then>(connection, [...open, closed], page, session);
  }

  /** Edges of somebody that counted at an instant. */
  async function edgesOf(tenant: TenantId, member: string, at: Date, session: Session): Promise<readonly Then[]> {
    const named = { tenant, member } as const;
    const open = await edges.find({ ...named, live: true }, { session, ...atSnapshot }).toArray();
    const closed = await edges.find({ ...named, to: { $gt: at } }, { session, ...atSnapshot }).toArray();
    const groups = [...new Set([...open, ...closed].map(({ group }) => group))];
    const notes = await closings.find({ tenant, group: { $in: groups } }, { session, ...atSnapshot }).toArray();
    return [...open, ...closed].flatMap((edge) => {
      const own = notes.filter(({ group }) => group === edge.group);
      const [from, to] = [startOf(own, edge), edge.to ?? endOf(own, edge.generation)];
      return from && from <= at && (!to || to > at) ? [{ ...edge, from, ...(to && { to }) }] : [];
    });
  }

  /** With what they were called then. */
  async function called(
    tenant: TenantId,
    rows: readonly (Pick<Named, 'id' | 'kind'> & Then)[],
    at: Date,
  ): Promise<MemberThen[]> {
    const ids = rows.map(({ id }) => id);
    const names = new Map((await states(tenant, ids, at)).map(({ id, name }) => [id, name]));
    return rows.map(({ id, kind, from, to, via }) => ({
      ...{ id, kind, name: names.get(id), since: from, until: to, via },
    }));
  }

  /** Who has borne a name, those who bear it no longer from the newest on. */
  async function bearers(tenant: TenantId, key: string): Promise<readonly string[]> {
    const standing = await resources.find({ tenant, key }, { projection: { _id: 1 } }).toArray();
    const former = await history
      .find({ tenant, key, freed: true }, { projection: { _id: 0, resource: 1 } })
      .sort({ to: -1 })
      .limit(mostBearers)
      .toArray();
    return [...new Set([...standing.map(({ _id }) => _id), ...former.map(({ resource }) => resource)])];
  }

  /** The resources that one part of two sources names, as they were. */
  async function statesIn(tenant: TenantId, sources: readonly Source[], at: Date, page: Page): Promise<Portion<State>> {
    const { rows, next } = await atOneInstant(connection, (session) =>
      portionOf<{ id: string }>(connection, sources, page, session),
    );
    const found = await states(
      tenant,
      rows.map(({ id }) => id),
      at,
    );
    return { rows: found.toSorted((a, b) => (a.id < b.id ? -1 : 1)), next };
  }

  const standing = { collection: 'resources', key: '_id', fields: { id: '$_id' } } as const;
  const closed = { collection: 'history', key: 'resource', fields: { id: '$resource' } } as const;

  return {
    async find(tenant, kind, named, at) {
      const key = keyOf(kind, named);
      const [whole, ids] = [await lastNamed(connection, tenant, [named]), await bearers(tenant, key)];
      const then = (await states(tenant, ids, at)).find((state) => keyOf(kind, state.name) === key);
      const id = whole.get(named)?.kind === kind ? named : (then?.id ?? ids[0]);
      return id === undefined ? undefined : (await lastNamed(connection, tenant, [id])).get(id);
    },

    states,

    async members(tenant, group, at, page) {
      const { rows, next } = await atOneInstant(connection, (session) => membersIn(tenant, group, at, page, session));
      const named = rows.map((row) => ({ ...row, id: row.member, kind: row.type }));
      return { rows: await called(tenant, named, at), next };
    },

    async memberships(tenant, member, at) {
      const found = await atOneInstant(connection, (session) => edgesOf(tenant, member, at, session));
      const named = found.map((row) => ({ ...row, id: row.group, kind: 'Group' }));
      const rows: MembershipThen[] = await called(tenant, named, at);
      return rows.sort((a, b) => (byName(a) < byName(b) ? -1 : 1));
    },

    holders: (tenant, word, at, page) =>
      statesIn(
        tenant,
        [
          { ...standing, match: { tenant, held: word }, counts: { $lte: ['$revised', at] } },
          {
            ...closed,
            match: { tenant, held: word },
            counts: { $and: [{ $lte: ['$from', at] }, { $gt: ['$to', at] }] },
          },
        ],
        at,
        page,
      ),

    outsideScim: (tenant, page) =>
      statesIn(
        tenant,
        [{ ...standing, match: { tenant, type: 'User' }, counts: { $eq: [{ $type: '$owner' }, 'missing'] } }],
        forever,
        page,
      ),
  };
}

/** So many who bore a name are looked at. */
const mostBearers = 1_000;

/** Of everything that stands, what stands now. */
const forever = new Date(8.64e15);

const byName = ({ name = '', id }: MemberThen): string => `${name} ${id}`;

const stateOfClosed = ({ resource, ...document }: HistoryDocument): State => toState({ ...document, _id: resource });
