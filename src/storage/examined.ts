import type mongoose from 'mongoose';
import type { Page, Portion } from '../domain/history.ts';
import { atSnapshot } from './members.ts';

type Session = mongoose.mongo.ClientSession;

/** What a page examines of a source at most, so that it comes at once however few of it count. */
const bound = 60_000;

/** Read in one go, most often for a whole page. */
const atFirst = 250;

/** Documents of a collection, put in order by a text, of which some count. */
export interface Source {
  readonly collection: 'resources' | 'history' | 'edges';
  /** Served by an index that goes on with `key`. */
  readonly match: object;
  /** The field that they are in the order of. */
  readonly key: string;
  /** An expression: whether a document counts. */
  readonly counts: object;
  /** What is read of those that do. */
  readonly fields: Readonly<Record<string, unknown>>;
}

interface Found<Row> {
  readonly rows: readonly Keyed<Row>[];
  /** The first key that was not examined; undefined where all were. */
  readonly reached: string | undefined;
}

interface Keyed<Row> {
  readonly key: string;
  readonly row: Row;
}

interface Group<Row> {
  readonly count: number;
  readonly last: string;
  readonly rows: readonly Keyed<Row>[];
}

/** What counts of several sources, in one order, as of the session's snapshot; each key at most once. */
export async function portionOf<Row>(
  connection: mongoose.Connection,
  sources: readonly Source[],
  { from, limit }: Page,
  session: Session,
): Promise<Portion<Row>> {
  const found: Found<Row>[] = [];
  for (const source of sources) found.push(await examine<Row>(connection, source, from ?? '', limit, session));
  const [end] = found.flatMap(({ reached }) => reached ?? []).sort(byText);
  const rows = new Map(
    found.flatMap(({ rows }) => rows).flatMap(({ key, row }) => (end === undefined || key < end ? [[key, row]] : [])),
  );
  const keys = [...rows.keys()].sort(byText);
  return {
    rows: keys.slice(0, limit).flatMap((key) => rows.get(key) ?? []),
    next: keys[limit] ?? end,
  };
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** Those of a source that count, until there are more than wanted, or until enough was examined. */
async function examine<Row>(
  connection: mongoose.Connection,
  source: Source,
  from: string,
  limit: number,
  session: Session,
): Promise<Found<Row>> {
  const rows: Keyed<Row>[] = [];
  let examined = 0;
  let most = Math.max(atFirst, limit + 2);
  for (let at = from; ;) {
    const group = await examineFrom<Row>(connection, source, at, most, session);
    if (!group || group.count < most) return { rows: [...rows, ...(group?.rows ?? [])], reached: undefined };
    // Of the last there may be more than were seen: it is for the next.
    rows.push(...group.rows.filter(({ key }) => key < group.last));
    examined += group.count;
    const stuck = group.last === at;
    if (!stuck && (rows.length > limit || examined >= bound)) return { rows, reached: group.last };
    at = group.last;
    most = stuck ? most * 8 : Math.max(most, Math.min(most * 3, bound - examined));
  }
}

async function examineFrom<Row>(
  connection: mongoose.Connection,
  { collection, match, key, counts, fields }: Source,
  from: string,
  most: number,
  session: Session,
): Promise<Group<Row> | undefined> {
  const [group] = await connection
    .collection(collection)
    .aggregate<Group<Row>>(
      [
        { $match: { ...match, [key]: { $gte: from } } },
        { $sort: { [key]: 1 } },
        { $limit: most },
        { $project: { _id: 0, key: `$${key}`, row: { $cond: [counts, fields, '$$REMOVE'] } } },
        {
          $group: {
            _id: null,
            count: { $sum: 1 },
            last: { $last: '$key' },
            rows: { $push: { $cond: ['$row', { key: '$key', row: '$row' }, '$$REMOVE'] } },
          },
        },
      ],
      { session, ...atSnapshot },
    )
    .toArray();
  return group;
}
