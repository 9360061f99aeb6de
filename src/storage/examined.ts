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
  const begin = from ?? '';
  const readings = sources.map((source): Reading<Row> => ({
    ...{ source, rows: [], at: begin, most: Math.max(atFirst, limit + 2) },
  }));
  for (let examined = 0; ;) {
    // Whoever is behind goes on, so that none is examined further than the page needs.
    const [behind] = readings
      .filter(({ at }) => at !== undefined)
      .sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : 1));
    const keys = keysBefore(readings, behind?.at);
    const isEnough = keys.length > limit || (examined >= bound && behind?.at !== begin);
    if (!behind || isEnough) return portion(readings, keys, limit, behind?.at);
    examined += await goOn(connection, behind, bound - examined, session);
  }
}

/** How far a source is read. */
interface Reading<Row> {
  readonly source: Source;
  readonly rows: Keyed<Row>[];
  /** The first key that was not examined; undefined where all were. */
  at: string | undefined;
  most: number;
}

/** The keys of what counts, in their order, as far as all sources are read. */
const keysBefore = (readings: readonly Reading<unknown>[], end: string | undefined): readonly string[] => {
  const keys = readings.flatMap(({ rows }) => rows.map(({ key }) => key));
  return [...new Set(keys)].filter((key) => end === undefined || key < end).sort(byText);
};

function portion<Row>(
  readings: readonly Reading<Row>[],
  keys: readonly string[],
  limit: number,
  end: string | undefined,
): Portion<Row> {
  const rows = new Map(readings.flatMap((reading) => reading.rows.map(({ key, row }) => [key, row])));
  return { rows: keys.slice(0, limit).flatMap((key) => rows.get(key) ?? []), next: keys[limit] ?? end };
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** Reads a source on; tells how much was examined. */
async function goOn<Row>(
  connection: mongoose.Connection,
  reading: Reading<Row>,
  left: number,
  session: Session,
): Promise<number> {
  const { source, at = '', most } = reading;
  const group = await examineFrom<Row>(connection, source, at, most, session);
  if (!group || group.count < most) {
    reading.rows.push(...(group?.rows ?? []));
    reading.at = undefined;
    return group?.count ?? 0;
  }
  // Of the last there may be more than were seen: it is for the next.
  reading.rows.push(...group.rows.filter(({ key }) => key < group.last));
  reading.at = group.last;
  reading.most = group.last === at ? most * 8 : Math.max(most, Math.min(most * 3, left - group.count));
  return group.count;
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
