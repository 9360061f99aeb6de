import mongoose from 'mongoose';
import type { Direction, History, LifeEvent, Ordered, Portion, Why } from '../domain/history.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { ClosingDocument } from './closings.ts';
import type { EdgeDocument, JournalDocument } from './documents.ts';
import { entriesRead, entryFields, type EntryRow } from './journalReads.ts';
import { lastNamed } from './lastNamed.ts';
import { endOf, startOf } from './spans.ts';

/**
 * Where an event stands among those of somebody. At one instant, entries by version come before what happened to edges
 * by their ids, of each its beginning before its end.
 */
interface Stand {
  readonly at: Date;
  readonly tie: string;
}

type Happened = Stand &
  ({ readonly row: EntryRow } | { readonly event: 'joined' | 'left'; readonly group: string; readonly when: Date });

const entryTie = (version: number): string => `1${version.toString(36).padStart(10, '0')}`;
const edgeTie = (id: mongoose.mongo.ObjectId, event: 'joined' | 'left'): string =>
  `2${id.toHexString()}${event === 'joined' ? '0' : '1'}`;

const compare = (a: Stand, b: Stand): number => a.at.getTime() - b.at.getTime() || (a.tie < b.tie ? -1 : 1);

const standShape = /^(-?[\da-z]{1,10})-(1[\da-z]{10}|2[\da-f]{24}[01])$/;

const standText = ({ at, tie }: Stand): string => `${at.getTime().toString(36)}-${tie}`;

function standOf(text: string): Stand | undefined {
  const [, at, tie] = standShape.exec(text) ?? [];
  return at === undefined || tie === undefined ? undefined : { at: new Date(Number.parseInt(at, 36)), tie };
}

type Sort = 1 | -1;

/** The operators that go on in a direction. */
const onwards = {
  oldest: { beyond: '$gt', from: '$gte', sort: 1 as Sort, first: { at: new Date(-8.64e15), tie: entryTie(0) } },
  newest: {
    ...{ beyond: '$lt', from: '$lte', sort: -1 as Sort },
    first: { at: new Date(8.64e15), tie: edgeTie(new mongoose.mongo.ObjectId('f'.repeat(24)), 'left') },
  },
} as const;

/** Tells what happened to somebody (MongoDB): his entries, and his edges with the entries that opened and closed them. */
export function timeline(connection: mongoose.Connection): Pick<History, 'timeline'> {
  const journal = connection.collection<JournalDocument>('journal');
  const edges = connection.collection<EdgeDocument>('edges');

  type Asked = { readonly tenant: TenantId; readonly id: string; readonly direction: Direction; readonly begin: Stand };

  async function entries({ tenant, id, direction, begin }: Asked, limit: number): Promise<Happened[]> {
    const { beyond, from, sort } = onwards[direction];
    const own = begin.tie.startsWith('1');
    const version = own ? { version: { [from]: Number.parseInt(begin.tie.slice(1), 36) } } : {};
    // Those of the very instant come before what happened to edges then.
    const none = !own && direction === 'oldest' ? [] : [{ at: begin.at, ...version }];
    const rows = await journal
      .aggregate<EntryRow>([
        {
          $match: {
            ...{ tenant, resource: id, operation: { $ne: 'read' } },
            ...{ at: { [from]: begin.at }, $or: [{ at: { [beyond]: begin.at } }, ...none] },
          },
        },
        { $sort: { at: sort, version: sort, _id: sort } },
        { $limit: limit },
        entryFields,
      ])
      .toArray();
    return rows.map((row) => ({ at: row.at, tie: entryTie(row.version), row }));
  }

  /** Closed edges, by the instants at which they began, or ended. */
  function closed(asked: Asked, event: 'joined' | 'left', limit: number): Promise<EdgeDocument[]> {
    const { tenant, id, direction, begin } = asked;
    const { beyond, from, sort } = onwards[direction];
    const field = event === 'joined' ? 'from' : 'to';
    return edges
      .find({
        ...{ tenant, member: id, to: { $exists: true } },
        $and: [{ [field]: { [from]: begin.at } }, { $or: [{ [field]: { [beyond]: begin.at } }, ...atOnce()] }],
      })
      .sort({ [field]: sort, _id: sort })
      .limit(limit)
      .toArray();

    /** Those of the very instant. */
    function atOnce(): object[] {
      if (begin.tie.startsWith('1')) return direction === 'oldest' ? [{ [field]: begin.at }] : [];
      const other = begin.tie.at(-1) === (event === 'joined' ? '1' : '0');
      // Of the edge it begins with, its end comes after its beginning.
      const whole = !other || (direction === 'oldest') === (event === 'left');
      const _id = new mongoose.mongo.ObjectId(begin.tie.slice(1, 25));
      return [{ [field]: begin.at, _id: { [whole ? from : beyond]: _id } }];
    }
  }

  async function joinsAndLeaves(asked: Asked, limit: number): Promise<Happened[]> {
    const { tenant, id, direction, begin } = asked;
    // Open ones first: whatever is closed in between is among the closed ones then, and counts once.
    const open = await edges.find({ tenant, member: id, live: true }).toArray();
    const [began, ended] = [await closed(asked, 'joined', limit), await closed(asked, 'left', limit)];
    const groups = [...new Set([...open, ...began, ...ended].map(({ group }) => group))];
    const notes = await connection
      .collection<ClosingDocument>('closings')
      .find({ tenant, group: { $in: groups } })
      .toArray();
    const events = new Map<string, Happened>();
    const add = (edge: EdgeDocument, event: 'joined' | 'left', at: Date | undefined): void => {
      const own = notes.filter(({ group }) => group === edge.group);
      const when = event === 'joined' ? startOf(own, edge) : at;
      if (!when || !at || !startOf(own, edge)) return;
      const tie = edgeTie(edge._id, event);
      events.set(tie, { at, tie, event, group: edge.group, when });
    };
    const sign = direction === 'oldest' ? 1 : -1;
    const isDue = (happened: Stand) => happened.tie === begin.tie || sign * compare(happened, begin) >= 0;
    for (const edge of open) {
      const own = notes.filter(({ group }) => group === edge.group);
      add(edge, 'joined', startOf(own, edge));
      add(edge, 'left', endOf(own, edge.generation));
    }
    for (const edge of began) add(edge, 'joined', edge.from);
    for (const edge of ended) add(edge, 'left', edge.to);
    return [...events.values()].filter(isDue);
  }

  /** The entries that said so. */
  async function orders(tenant: TenantId, id: string, events: readonly Happened[]): Promise<(event: Happened) => Said> {
    const at = events.flatMap((event) =>
      'group' in event
        ? [
            { resource: event.group, at: event.when },
            ...(event.event === 'left' ? [{ resource: id, at: event.when }] : []),
          ]
        : [],
    );
    const rows = at.length > 0 ? await saying(tenant, id, at) : [];
    return (event) => {
      if (!('group' in event)) return undefined;
      const then = rows.filter((row) => row.at.getTime() === event.when.getTime());
      const ofGroup = then.filter(({ resource }) => resource === event.group);
      if (event.event === 'joined')
        return said(
          ofGroup.find(({ joined }) => joined),
          'member',
        );
      return (
        said(
          ofGroup.find(({ left }) => left),
          'member',
        ) ??
        said(
          ofGroup.find(({ reset }) => reset),
          'reset',
        ) ??
        said(
          then.find(({ operation }) => operation === 'remove'),
          'removal',
        )
      );
    };
  }

  const saying = (tenant: TenantId, id: string, places: readonly object[]): Promise<Saying[]> =>
    journal
      .aggregate<Saying>([
        { $match: { tenant, $or: [...places] } },
        {
          $project: {
            ...{ resource: 1, at: 1, operation: 1, connection: 1, request: 1, reset: '$members.reset' },
            joined: { $in: [id, { $ifNull: ['$members.joined', []] }] },
            left: { $in: [id, { $ifNull: ['$members.left', []] }] },
          },
        },
      ])
      .toArray();

  async function portion(asked: Asked, limit: number): Promise<Portion<LifeEvent>> {
    const { tenant, id, direction } = asked;
    const found = [...(await entries(asked, limit + 1)), ...(await joinsAndLeaves(asked, limit + 1))];
    const sorted = found.sort(direction === 'oldest' ? compare : (a, b) => compare(b, a));
    const events = sorted.slice(0, limit);
    const after = sorted[limit];
    const told = await entriesRead(
      connection,
      tenant,
      events.flatMap((event) => ('row' in event ? [event.row] : [])),
    );
    const byId = new Map(told.map((entry) => [entry.id, entry]));
    const groups = events.flatMap((event) => ('group' in event ? [event.group] : []));
    const named = await lastNamed(connection, tenant, [...new Set(groups)]);
    const order = await orders(tenant, id, events);
    const rows = events.flatMap((event): LifeEvent[] => {
      if ('group' in event) {
        const group = named.get(event.group) ?? { id: event.group, kind: 'Group', name: undefined };
        return [{ event: event.event, at: event.when, group, order: order(event) }];
      }
      const entry = byId.get(event.row._id.toHexString());
      return entry ? [{ event: 'entry', at: event.at, entry }] : [];
    });
    return { rows, next: after && standText(after) };
  }

  return {
    async timeline(tenant, id, direction, { from, limit }) {
      const begin = from === undefined ? onwards[direction].first : standOf(from);
      return begin && portion({ tenant, id, direction, begin }, limit);
    },
  };
}

/** An entry that may say why somebody joined or left. */
interface Saying extends Pick<JournalDocument, 'resource' | 'at' | 'operation' | 'connection' | 'request'> {
  readonly reset?: boolean;
  readonly joined: boolean;
  readonly left: boolean;
}

type Said = (Ordered & { readonly why: Why }) | undefined;

const said = (entry: Saying | undefined, why: Why): Said =>
  entry && { by: entry.connection, request: entry.request, why };
