import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type mongoose from 'mongoose';
import { keyOf, type EdgeDocument, type JournalDocument, type ResourceDocument } from '../../src/storage/documents.ts';
import {
  attributesOf,
  grouped,
  livesOf,
  membershipsTold,
  type Content,
  type Found,
  type Life,
  type Told,
} from './replay.ts';

/** Said at each read: the driver keeps a read concern of the client, where it has one, in a snapshot session too. */
const atSnapshot = { readConcern: { level: 'snapshot' } } as const;

/** Something that cannot be in a database where every write is there wholly or not at all. */
export interface Fault {
  readonly rule: string;
  readonly about: string;
}

/** Reads all that is kept of a tenant, at one instant, from MongoDB itself. */
export async function readTenant(client: mongoose.mongo.MongoClient, tenant: string): Promise<Found> {
  const db = client.db();
  const session = client.startSession({ snapshot: true });
  const all = <Row extends object>(name: string): Promise<Row[]> =>
    db
      .collection(name)
      .find({ tenant }, { session, ...atSnapshot })
      .toArray() as Promise<object[]> as Promise<Row[]>;
  try {
    return {
      resources: await all('resources'),
      edges: await all('edges'),
      history: await all('history'),
      journal: (await all<JournalDocument>('journal')).map(withPlainBytes),
      closings: await all('closings'),
      totals:
        (await db
          .collection<NonNullable<Found['totals']>>('totals')
          .findOne({ _id: tenant }, { session, ...atSnapshot })) ?? undefined,
    };
  } finally {
    await session.endSession();
  }
}

/** The same, once nothing is left to be done behind the writes. */
export async function readSettled(client: mongoose.mongo.MongoClient, tenant: string): Promise<Found> {
  for (;;) {
    const found = await readTenant(client, tenant);
    if (found.closings.length === 0 && found.journal.every(({ pending }) => !pending)) return found;
    await sleep(100);
  }
}

const withPlainBytes = (entry: JournalDocument): JournalDocument => ({
  ...entry,
  salt: bytes(entry.salt),
  digest: bytes(entry.digest),
});

const bytes = (value: unknown): Buffer =>
  Buffer.isBuffer(value) ? value : Buffer.from((value as mongoose.mongo.Binary).buffer);

/**
 * What is wrong in a tenant's data: state, closed versions, memberships and journal must tell one and the same story.
 * Pure.
 */
export function faultsWithin(found: Found): Fault[] {
  const lives = livesOf(found);
  const told = membershipsTold(lives);
  return [
    ...[...lives.values()].flatMap((life) => [
      ...existence(life),
      ...versions(life, told),
      ...closedVersions(life),
      ...contents(life),
    ]),
    ...names(found),
    ...memberships(found, told, lives),
    ...found.journal.flatMap(entry),
    ...parts(found),
    ...totals(found),
  ];
}

const fault = (rule: string, ...about: readonly unknown[]): Fault => ({ rule, about: about.map(String).join(' ') });

/** A fault where something is so that cannot be. */
const faultIf = (broken: unknown, ...about: Parameters<typeof fault>): Fault[] => (broken ? [fault(...about)] : []);

/** From its creation to its removal a resource has a state, and never otherwise. */
function existence({ id, states, entries, removed }: Life): Fault[] {
  const [first, ...others] = entries;
  if (!first) return [fault(states.length > 0 ? 'state without journal' : 'history without journal', id)];
  const removals = entries.filter(({ operation }) => operation === 'remove');
  return [
    ...faultIf(first.operation !== 'create', 'journal without creation', id),
    ...faultIf(
      others.some(({ operation }) => operation === 'create'),
      'created twice',
      id,
    ),
    ...faultIf(removals.length > 1, 'removed twice', id),
    ...faultIf(removed && entries.at(-1) !== removed, 'changed after its removal', id),
    ...faultIf(removed && states.length > 0, 'state after removal', id),
    ...faultIf(!removed && states.length === 0, 'journal without state', id),
  ];
}

/**
 * The journal has one entry for each version from 1 to the newest. A group also gets a version when one of its members
 * is removed for good, which is told by the entry of that removal.
 */
function versions({ id, states: [state], entries, removed }: Life, told: readonly Told[]): Fault[] {
  const last = entries.at(-1);
  const newest = removed?.version ?? state?.version;
  if (!last || newest === undefined) return [];
  const own = new Set(entries.map(({ version }) => version));
  const left = told.filter(({ group, endedWithMember }) => group === id && endedWithMember !== false);
  const certain = left.filter(({ endedWithMember }) => endedWithMember);
  const gaps = newest - own.size;
  const ends = certain.flatMap(({ to }) => (to ? [to.getTime()] : []));
  const modified = Math.max(last.at.getTime(), ...ends);
  const backwards = entries.some(({ at }, index) => at < (entries[index - 1]?.at ?? at));
  return [
    ...faultIf(own.size < entries.length, 'version journaled twice', id),
    ...faultIf(last.version > newest, 'journal beyond the state', id, last.version, '>', newest),
    ...faultIf(
      gaps < certain.length || gaps > left.length,
      'versions without entry',
      id,
      `${gaps} of ${newest}, ${certain.length} members were removed`,
    ),
    ...faultIf(backwards, 'instants go backwards', id),
    ...faultIf(state && state.modified.getTime() !== modified, 'modified at another instant than journaled', id),
  ];
}

/** Each closed revision has one row, from the instant it began until the next began or the resource went. */
function closedVersions({ id, states: [state], history, revised, removed }: Life): Fault[] {
  const due = revised.flatMap(({ at: from }, index) => {
    const to = revised[index + 1]?.at ?? removed?.at;
    return to ? [{ revision: index + 1, from, to }] : [];
  });
  const rows = grouped(history, ({ revision }) => revision);
  const strangers = [...rows.keys()].filter((revision) => !due.some((each) => each.revision === revision));
  return [
    ...faultIf(state && state.revision !== revised.length, 'revision without entry', id, state?.revision),
    ...strangers.map((revision) => fault('closed version of no revision', id, revision)),
    ...due.flatMap(({ revision, from, to }) => {
      const [row, ...more] = rows.get(revision) ?? [];
      if (!row) return [fault('closed version missing', id, revision)];
      const differs = !isDeepStrictEqual([row.from, row.to, row.revised], [from, to, from]);
      return [
        ...faultIf(more.length > 0, 'closed version twice', id, revision),
        ...faultIf(row.to < row.from, 'closed version ends before it begins', id, revision),
        ...faultIf(differs, 'closed version at other instants than journaled', id, revision),
      ];
    }),
  ];
}

/** State and closed versions have the attributes that the entries add up to. */
function contents({ id, states, history, revised }: Life): Fault[] {
  const newest = revised.at(-1)?.content;
  return [
    ...states.flatMap((state) => (newest && !agrees(state, newest) ? [fault('state differs from journal', id)] : [])),
    ...history.flatMap((row) => {
      const content = revised[row.revision - 1]?.content;
      return content && !agrees(row, content) ? [fault('closed version differs from journal', id, row.revision)] : [];
    }),
  ];
}

function agrees(
  { type, name, key, ext, attributes }: Pick<ResourceDocument, 'type' | 'name' | 'key' | 'ext' | 'attributes'>,
  content: Content,
) {
  const { externalIds = {} } = content;
  const told = attributesOf(content);
  const external = Object.entries(externalIds as Record<string, string>).map(
    ([connection, value]) => `${connection}:${value}`,
  );
  // Kinds of our own have no name for show.
  const nameTold = type === 'User' ? told['userName'] : (told['displayName'] ?? told['name']);
  return isDeepStrictEqual([attributes, name, key, ext ?? []], [told, nameTold, keyOf(type, name), external]);
}

/** No name is given twice. */
const names = ({ resources }: Found): Fault[] =>
  [...grouped(resources, ({ key }) => key)].flatMap(([key, { length }]) =>
    length > 1 ? [fault('name given twice', key)] : [],
  );

/** The edges are those the journal tells of. An emptied or removed group's may still wait to be closed. */
function memberships(found: Found, told: readonly Told[], lives: ReadonlyMap<string, Life>): Fault[] {
  const due = new Map(told.map((each) => [edgeKey(each), each]));
  const edges = grouped(found.edges, edgeKey);
  const waits = ({ group, generation }: EdgeDocument): boolean =>
    found.closings.some((closing) => closing.group === group && generation < closing.below);
  return [
    ...[...edges].flatMap(([key, same]) => faultIf(same.length > 1, 'edge twice', key)),
    ...found.edges.flatMap((edge) => {
      const expected = due.get(edgeKey(edge));
      return expected ? ending(edge, expected, waits(edge)) : [fault('edge without journal', edgeKey(edge))];
    }),
    ...found.edges.flatMap((edge) => ends(edge, waits(edge), lives)),
    ...[...due.keys()].flatMap((key) => faultIf(!edges.has(key), 'edge missing', key)),
    ...overlaps(found.edges),
  ];
}

/** Both ends of an open edge are there; the group has not been emptied since. */
function ends(edge: EdgeDocument, waits: boolean, lives: ReadonlyMap<string, Life>): Fault[] {
  const [group, member] = [lives.get(edge.group), lives.get(edge.member)];
  const open = edge.live && !waits;
  const current = group?.states[0]?.generation === edge.generation;
  return [
    ...faultIf(open && !current, 'live edge of an earlier generation', edgeKey(edge)),
    ...faultIf(open && !member?.states[0], 'live edge of nobody', edgeKey(edge)),
    ...faultIf(member && member.kind !== edge.type, 'edge of another kind', edgeKey(edge)),
  ];
}

function ending({ live, to, from }: EdgeDocument, expected: Told, waits: boolean): Fault[] {
  const key = edgeKey(expected);
  if ((live === true) === (to !== undefined)) return [fault('edge neither open nor closed', key)];
  if (to && to < from) return [fault('edge ends before it begins', key)];
  if (live && (waits || expected.to === undefined)) return [];
  return to?.getTime() === expected.to?.getTime()
    ? []
    : [fault('edge ends at another instant than journaled', key, to?.toISOString(), 'not', expected.to?.toISOString())];
}

const edgeKey = ({
  group,
  member,
  generation,
  from,
}: Pick<EdgeDocument, 'group' | 'member' | 'generation' | 'from'>): string =>
  `${group} ${member} ${generation} ${from.toISOString()}`;

/** Nobody is a member of one group twice at a time. */
function overlaps(edges: readonly EdgeDocument[]): Fault[] {
  return [...grouped(edges, ({ group, member }) => `${group} ${member}`)].flatMap(([key, same]) => {
    const inOrder = same.toSorted((a, b) => a.generation - b.generation || a.from.getTime() - b.from.getTime());
    const clash = inOrder.some((edge, index) => {
      const before = inOrder[index - 1];
      // One of an earlier generation that is still open waits to be closed, at an instant that is known.
      const until = before?.to ?? (before?.generation === edge.generation ? undefined : edge.from);
      return before && (until === undefined || until > edge.from);
    });
    return clash ? [fault('edges overlap', key)] : [];
  });
}

/** An entry is whole: what it counts, its place in the order, its seal. */
function entry({ _id, pending, epoch, operation, adds, salt, digest, personal }: JournalDocument): Fault[] {
  const faults: Fault[] = [];
  const due = { create: 1, remove: -1, revise: 0, members: 0, read: 0 }[operation];
  if ((adds ?? 0) !== due) faults.push(fault('entry counts wrongly', _id));
  if ((pending === true) === (epoch !== undefined)) faults.push(fault('entry neither pending nor in order', _id));
  const sealed = createHash('sha256').update(salt).update(JSON.stringify(personal)).digest();
  if (!sealed.equals(digest)) faults.push(fault('entry differs from its digest', _id));
  return faults;
}

/** No operation of a Bulk is done twice. */
const parts = ({ journal }: Found): Fault[] =>
  [...grouped(journal, ({ part }) => part && `${part.run} ${part.index}`)].flatMap(([part, { length }]) =>
    faultIf(part !== undefined && length > 1, 'operation of a Bulk done twice', part),
  );

/** What was counted and what is pending make the number of resources; a resource's entries stand in order. */
function totals({ resources, journal, totals: counted }: Found): Fault[] {
  const faults: Fault[] = [];
  for (const kind of ['User', 'Group'] as const) {
    const pending = journal
      .filter((row) => row.pending && row.kind === kind)
      .reduce((sum, { adds = 0 }) => sum + adds, 0);
    const total = (counted?.counts[kind] ?? 0) + pending;
    const there = resources.filter(({ type }) => type === kind).length;
    if (total !== there) faults.push(fault('total differs', kind, total, 'counted,', there, 'there'));
  }
  for (const [id, entries] of grouped(journal, ({ resource }) => resource)) {
    const places = entries.toSorted((a, b) => a.version - b.version).map(({ epoch = Infinity }) => epoch);
    if (places.some((place, index) => place < (places[index - 1] ?? 0))) faults.push(fault('entries out of order', id));
    if (places.some((place) => place !== Infinity && place > (counted?.epoch ?? 0)))
      faults.push(fault('epoch of the future', id));
  }
  return faults;
}
