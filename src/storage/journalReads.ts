import mongoose from 'mongoose';
import { createHash, randomBytes } from 'node:crypto';
import { namedMembers, type EntryRead, type History, type Noted } from '../domain/history.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { JournalDocument } from './documents.ts';
import { atOneInstant } from './instant.ts';
import { lastNamed } from './lastNamed.ts';
import { atSnapshot } from './members.ts';
import { journalByInstant, journalByResource, journalPending } from './schema.ts';

type Session = mongoose.mongo.ClientSession;

/** Where an entry stands among those of its tenant, by instants. */
export type Place = Pick<JournalDocument, 'at' | 'version' | '_id'>;

/** An entry as it is read: of very many members the first alone. */
export type EntryRow = Omit<JournalDocument, 'members'> & {
  readonly members?: {
    readonly reset: boolean;
    readonly joined: number;
    readonly left: number;
    readonly firstJoined: readonly string[];
    readonly firstLeft: readonly string[];
  };
};

const countOf = (list: string): object => ({ $size: { $ifNull: [list, []] } });
const firstOf = (list: string): object => ({ $slice: [{ $ifNull: [list, []] }, namedMembers] });

/** The stage that reads entries so. */
export const entryFields = {
  $project: {
    ...Object.fromEntries(
      (
        [
          'at',
          'operation',
          'act',
          'kind',
          'resource',
          'version',
          'connection',
          'request',
          'personal.differences',
        ] as const
      ).map((name) => [name, 1]),
    ),
    members: {
      $cond: [
        '$members',
        {
          reset: '$members.reset',
          joined: countOf('$members.joined'),
          left: countOf('$members.left'),
          firstJoined: firstOf('$members.joined'),
          firstLeft: firstOf('$members.left'),
        },
        '$$REMOVE',
      ],
    },
  },
} as const;

/** Entries in the words of who reads them. */
export async function entriesRead(
  connection: mongoose.Connection,
  tenant: TenantId,
  rows: readonly EntryRow[],
): Promise<EntryRead[]> {
  const named = await lastNamed(connection, tenant, [...new Set(rows.map(({ resource }) => resource))]);
  return rows.map(
    ({ _id, at, operation, act, kind, resource, version, connection: by, request, personal, members }) => ({
      ...{
        id: _id.toHexString(),
        at,
        operation,
        act,
        kind,
        resource,
        name: named.get(resource)?.name,
        version,
        by,
        request,
      },
      differences: personal.differences,
      members,
    }),
  );
}

const placeShape = /^(-?[\da-z]{1,10})-([\da-z]{1,10})-([\da-f]{24})$/;

const placeText = ({ at, version, _id }: Place): string =>
  `${at.getTime().toString(36)}-${version.toString(36)}-${_id.toHexString()}`;

function placeOf(text: string): Place | undefined {
  const [, at, version, id] = placeShape.exec(text) ?? [];
  if (at === undefined || version === undefined || id === undefined) return undefined;
  return {
    at: new Date(Number.parseInt(at, 36)),
    version: Number.parseInt(version, 36),
    _id: new mongoose.mongo.ObjectId(id),
  };
}

/** Of entries from an instant on, those from that place on, the place included. */
const notBefore = ({ at, version, _id }: Place): object => ({
  $or: [{ at: { $gt: at } }, { at, version: { $gt: version } }, { at, version, _id: { $gte: _id } }],
});

const compare = (a: Place, b: Place): number =>
  a.at.getTime() - b.at.getTime() || a.version - b.version || (a._id.toHexString() < b._id.toHexString() ? -1 : 1);

/** What a page examines at most, so that it comes at once however few of the entries are wanted. */
const bound = 40_000;

const inOrder = { at: 1, version: 1, _id: 1 } as const;

/** Where a page begins: at a place, or before all of an instant. */
type Begin = Place | Pick<Place, 'at'>;

interface Wanted {
  readonly match: { readonly tenant: TenantId };
  readonly until: Date;
  /** An expression. */
  readonly wanted: object;
  readonly hint: Readonly<Record<string, 1>>;
}

interface Examined {
  readonly count: number;
  readonly last: Place;
  readonly wanted: readonly Place[];
}

/** Reads the journal by instants (MongoDB). */
export function journalReads(connection: mongoose.Connection): Pick<History, 'changes' | 'noteReading'> {
  const journal = connection.collection<JournalDocument>('journal');

  /** The places of wanted entries among those that match, and the first place that was not looked at. */
  async function places({ match, until, wanted, hint }: Wanted, begin: Begin, limit: number, session: Session) {
    const found: Place[] = [];
    let most = limit + 2;
    let examined = 0;
    let beyond = begin;
    for (;;) {
      const [group] = await journal
        .aggregate<Examined>(
          [
            { $match: { ...match, at: { $gte: beyond.at, $lt: until }, ...('_id' in beyond && notBefore(beyond)) } },
            { $sort: inOrder },
            { $limit: most },
            { $project: { at: 1, version: 1, wanted } },
            {
              $group: {
                _id: null,
                count: { $sum: 1 },
                last: { $last: { at: '$at', version: '$version', _id: '$_id' } },
                wanted: {
                  $push: { $cond: ['$wanted', { at: '$at', version: '$version', _id: '$_id' }, '$$REMOVE'] },
                },
              },
            },
          ],
          { session, ...atSnapshot, hint },
        )
        .toArray();
      const last = group?.last;
      if (!last || group.count < most) return { found: [...found, ...(group?.wanted ?? [])], reached: undefined };
      // The last is where the next part begins.
      found.push(...group.wanted.filter(({ _id }) => !_id.equals(last._id)));
      examined += group.count;
      if (found.length > limit || examined >= bound) return { found, reached: last };
      beyond = last;
      most = Math.max(most, Math.min(most * 8, bound - examined));
    }
  }

  async function page(
    tenant: TenantId,
    { until, kind, resource, by, operation }: Parameters<History['changes']>[1],
    begin: Begin,
    limit: number,
  ): Promise<{ rows: EntryRow[]; next: Place | undefined }> {
    const match = { tenant, ...(resource !== undefined && { resource }) };
    const wanted = {
      $and: [
        operation === undefined ? { $ne: ['$operation', 'read'] } : { $eq: ['$operation', operation] },
        ...(kind === undefined ? [] : [{ $eq: ['$kind', { $literal: kind }] }]),
        ...(by === undefined ? [] : [{ $eq: ['$connection', { $literal: by }] }]),
      ],
    };
    const ordered = {
      ...{ match: { ...match, epoch: { $exists: true } }, until, wanted },
      hint: resource === undefined ? journalByInstant : journalByResource,
    };
    const pending = { match: { ...match, pending: true }, until, wanted, hint: journalPending };
    return atOneInstant(connection, async (session) => {
      // An entry that gets its place in between must not be in both or in neither.
      const parts = [await places(ordered, begin, limit, session), await places(pending, begin, limit, session)];
      const [end] = parts.flatMap(({ reached }) => reached ?? []).sort(compare);
      const all = parts
        .flatMap(({ found }) => found)
        .filter((place) => !end || compare(place, end) < 0)
        .sort(compare);
      const ids = all.slice(0, limit).map(({ _id }) => _id);
      const rows = await journal
        .aggregate<EntryRow>([{ $match: { tenant, _id: { $in: ids } } }, { $sort: inOrder }, entryFields], {
          session,
          ...atSnapshot,
        })
        .toArray();
      return { rows, next: all[limit] ?? end };
    });
  }

  return {
    async changes(tenant, query, { from: text, limit }) {
      const begin = text === undefined ? undefined : placeOf(text);
      if (text !== undefined && !begin) return undefined;
      const { rows, next } = await page(tenant, query, begin ?? { at: query.since }, limit);
      return { rows: await entriesRead(connection, tenant, rows), next: next && placeText(next) };
    },

    async noteReading(tenant, reading) {
      await journal.insertOne(readingDocument(tenant, reading), { writeConcern: { w: 'majority', journal: true } });
    },
  };
}

/** What all that was read is recorded under. */
const read = { operation: 'read', kind: 'History', resource: 'history', version: 0 } as const;

/** The entry of something that was read. What was asked may name somebody: it can be erased as other personal values. */
function readingDocument(tenant: TenantId, { at, by, request, query }: Noted): JournalDocument {
  const personal = { differences: [{ path: 'query', after: query }] };
  const salt = randomBytes(16);
  return {
    _id: new mongoose.mongo.ObjectId(),
    tenant,
    pending: true,
    at,
    ...read,
    connection: by,
    request,
    personal,
    salt,
    digest: createHash('sha256').update(salt).update(JSON.stringify(personal)).digest(),
  };
}
