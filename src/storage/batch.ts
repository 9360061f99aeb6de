import { many, subjectsOf, type Change, type Committed, type NewState, type Unit } from '../domain/changes.ts';
import type { Head } from '../domain/states.ts';
import type { ResourceType } from '../scim/schema/types.ts';
import { contentFields, historyDocument, journalDocument, newDocument, newEdge } from './documents.ts';
import { accountBook } from './accounts.ts';
import type { HeadCache } from './heads.ts';
import { newJobDocument } from './jobs.ts';
import { noWrites, type Writes } from './writes.ts';

/** A batch made ready: its writes, what each change gets, the heads it leaves, and who no longer belongs in it. */
export interface Assembled<U> {
  readonly writes: Writes;
  /** What becomes of the changes of each, in their order. */
  readonly outcomes: Map<U, readonly Committed[]>;
  readonly stale: U[];
  readonly heads: readonly Head[];
  readonly removed: readonly string[];
}

/** The type that a change is about, as its tenant has it now. @throws DomainError `schema-withdrawn` */
export type TypeOf = (change: Change) => ResourceType;

/**
 * Turns changes that wait together into one set of writes: a document that several of them change is written once,
 * each of them gets a version of its own, and one whose conditions no longer hold is set aside, with those that stand
 * or fall with it.
 *
 * Pure but for the ids it draws.
 */
export function assemble<U extends Unit>(
  batch: readonly U[],
  heads: HeadCache,
  typeOf: TypeOf,
  now: Date,
  stripe = 0,
): Assembled<U> {
  const book = documentBook(heads);
  const writes = noWrites();
  const outcomes = new Map<U, readonly Committed[]>();
  const stale: U[] = [];
  const relied: Relied = new Map();
  const accounts = accountBook();

  const put = (change: Change): Committed => {
    const at = instantOf(change, book, now);
    const version = write(change, at, book, typeOf, writes);
    // The groups it leaves have no entry of their own: this one says which versions it gave them.
    const left = change.removes?.leaves.map((seen) => ({ group: seen.id, version: book.current(seen).version })) ?? [];
    writes.journal.push(journalDocument(change, version, at, left));
    rely(change, relied, writes);
    if (change.removes) depart(change.tenant, stripe, writes);
    accounts.move(change);
    for (const job of change.starts ?? []) writes.jobs.push(newJobDocument(change.tenant, job, change.entry.order, at));
    return { version, at };
  };

  for (const unit of batch)
    if (unit.changes.every((change) => holds(change, book) && accounts.agrees(change)))
      outcomes.set(unit, unit.changes.map(put));
    else stale.push(unit);
  writeDocuments(book, relied, writes);
  writes.accounts.push(...accounts.statements());
  return { writes, outcomes, stale, ...book.left() };
}

interface Pending {
  readonly tenant: string;
  readonly seen: Head;
  head: Head;
  set: object;
  unset: string[];
  removed: boolean;
}

/** The head alone of what was seen: what else it said then is no longer so once it is changed. */
const bare = ({ id, kind, version, revision, generation, modified }: Head): Head => ({
  ...{ id, kind, version, revision, generation, modified },
});

function documentBook(heads: HeadCache) {
  const pending = new Map<string, Pending>();
  return {
    pending,
    current: (seen: Head): Head => pending.get(seen.id)?.head ?? heads.newest(seen),
    open(tenant: string, seen: Head): Pending {
      const head = bare(heads.newest(seen));
      const entry = pending.get(seen.id) ?? { tenant, seen: head, head, set: {}, unset: [], removed: false };
      pending.set(seen.id, entry);
      return entry;
    },
    left() {
      const entries = [...pending.values()];
      return {
        heads: entries.filter(({ removed }) => !removed).map(({ head }) => head),
        removed: entries.filter(({ removed }) => removed).map(({ head }) => head.id),
      };
    },
  };
}

type Book = ReturnType<typeof documentBook>;

function holds(change: Change, book: Book): boolean {
  const { revises, removes, members, creates, onlyAt } = change;
  if (revises && book.current(revises.before).revision !== revises.before.revision) return false;
  if (removes && book.current(removes.state).revision !== removes.state.revision) return false;
  if (removes?.leaves.some((seen) => book.current(seen).generation !== seen.generation)) return false;
  if (members && !creates && book.current(members.group).generation !== members.group.generation) return false;
  const [subject] = subjectsOf(change);
  return onlyAt === undefined || subject === undefined || book.current(subject).version === onlyAt;
}

/** Instants never go backwards for a resource, whatever the clocks of the processes say. */
const instantOf = (change: Change, book: Book, now: Date): Date =>
  new Date(Math.max(now.getTime(), ...subjectsOf(change).map((seen) => book.current(seen).modified.getTime())));

function write(change: Change, at: Date, book: Book, typeOf: TypeOf, writes: Writes): number {
  const { creates, revises, removes, members, tenant } = change;
  if (creates) return writeCreation(change, creates, at, typeOf, writes);
  const [subject] = subjectsOf(change);
  if (!subject) throw new TypeError('a change changes something');
  const entry = book.open(tenant, subject);
  const last = entry.head;
  entry.head = {
    ...entry.head,
    version: entry.head.version + 1,
    revision: entry.head.revision + (revises ? 1 : 0),
    generation: generationAfter(entry.head, members),
    modified: at,
  };
  if (revises) writeRevision(change, at, entry, last, typeOf, writes);
  writeMembers(change, entry.head.generation, at, writes);
  if (removes) writeRemoval(change, at, entry, last, book, typeOf, writes);
  return entry.head.version;
}

const generationAfter = ({ generation }: Head, members: Change['members']): number =>
  members?.staged ?? (members?.reset ? generation + 1 : generation);

function writeCreation(change: Change, creates: NewState, at: Date, typeOf: TypeOf, writes: Writes): number {
  const generation = change.members?.staged ?? 1;
  writes.resources.inserts.push({ ...newDocument(typeOf(change), creates, at), generation });
  writeMembers(change, generation, at, writes);
  return 1;
}

function writeRevision(change: Change, at: Date, entry: Pending, last: Head, typeOf: TypeOf, writes: Writes): void {
  if (!change.revises) return;
  const { before, after, password } = change.revises;
  const type = typeOf(change);
  const content = contentFields(type, before.kind, after);
  entry.set = { ...content, revised: at, ...(typeof password === 'string' && { password }) };
  if (password === null) entry.unset.push('password');
  entry.unset.push(...optionalFields.filter((field) => !(field in content)));
  const closed = historyDocument(type, { ...before, ...last }, at);
  writes.history.push(closed.key === content.key ? closed : { ...closed, freed: true });
}

/** What a resource may have had before and has no longer. */
const optionalFields = ['ext', 'custom', 'person', 'held', 'waits'] as const;

function writeMembers({ tenant, members, nesting }: Change, generation: number, at: Date, writes: Writes): void {
  if (!members) return;
  const { group, joins, leaves, leavesVia = null, marks = [], reset, staged } = members;
  if (staged === undefined)
    for (const member of joins) writes.edges.inserts.push(newEdge(tenant, group.id, generation, member, at));
  else writes.stagings.push({ q: { tenant, group: group.id, staged, abandoned: null }, u: { $set: { flipped: at } } });
  if (reset) writes.closings.push({ tenant, group: group.id, below: generation, at });
  if (leaves.length > 0) {
    writes.edges.updates.push({
      q: { tenant, group: group.id, generation, member: { $in: leaves }, live: true, via: leavesVia },
      u: { $set: { to: at }, $unset: { live: '' } },
      multi: true,
    });
    writes.edges.closed += leaves.length;
  }
  for (const { id, from = null, to } of marks) {
    writes.edges.updates.push({
      q: { tenant, group: group.id, generation, member: id, live: true, via: from },
      u: to === undefined ? { $unset: { via: '' } } : { $set: { via: to } },
    });
    writes.edges.closed += 1;
  }
  if (nesting !== undefined)
    writes.nesting.push({ q: { _id: tenant, version: nesting }, u: { $inc: { version: 1 } }, upsert: nesting === 0 });
}

function writeRemoval(
  change: Change,
  at: Date,
  entry: Pending,
  last: Head,
  book: Book,
  typeOf: TypeOf,
  writes: Writes,
): void {
  const { tenant, removes } = change;
  if (!removes) return;
  const { state, leaves, edges } = removes;
  entry.removed = true;
  for (const seen of leaves) {
    const left = book.open(tenant, seen);
    left.head = { ...left.head, version: left.head.version + 1, modified: at };
  }
  writes.history.push({ ...historyDocument(typeOf(change), { ...state, ...last }, at), freed: true });
  // Also where none is open: whoever opened one since the decision is met here. An edge that a group's emptying or
  // removal left behind ended then, not now: it is met too, and left to its closing.
  const open = { tenant, member: state.id, live: true };
  const now = leaves.map(({ id: group, generation }) => ({ group, generation }));
  writes.edges.looks.push({
    q: { ...open, ...(now.length > 0 && { $nor: now }) },
    u: { $unset: { to: '' } },
    multi: true,
  });
  writes.edges.met += edges - now.length;
  if (now.length > 0)
    writes.edges.updates.push({ q: { ...open, $or: now }, u: { $set: { to: at }, $unset: { live: '' } }, multi: true });
  writes.edges.closed += now.length;
  if (state.kind === 'Group') writes.closings.push({ tenant, group: state.id, below: entry.head.generation + 1, at });
}

/** The documents that changes of a tenant rely on, and those of them that are groups now inside another. */
type Relied = Map<string, { readonly ids: Set<string>; readonly nested: Set<string> }>;

/** Removals of a tenant write to one of so many documents, so that they seldom meet each other. */
export const stripes = 8;

/**
 * Who joins must stay until the change is committed. Each is written to, so that a removal at the same moment
 * conflicts; of many, it is looked whether all are there, and what every removal writes to is written to.
 */
function rely({ tenant, relies, members }: Change, relied: Relied, writes: Writes): void {
  const entry = relied.get(tenant) ?? { ids: new Set(), nested: new Set() };
  relied.set(tenant, entry);
  const groups = (members?.joins ?? []).filter(({ kind }) => kind === 'Group').map(({ id }) => id);
  for (const id of groups) entry.nested.add(id);
  if (relies.length > many) {
    writes.existing.push({ tenant, ids: relies });
    for (let stripe = 0; stripe < stripes; stripe += 1) depart(tenant, stripe, writes);
  }
  for (const id of relies.length > many ? groups : relies) entry.ids.add(id);
}

/** Once for a batch: it is the meeting that counts. */
function depart(tenant: string, stripe: number, { departures }: Writes): void {
  const _id = `${tenant} ${stripe}`;
  if (departures.some(({ q }) => '_id' in q && q._id === _id)) return;
  departures.push({ q: { _id, tenant }, u: { $inc: { count: 1 } }, upsert: true });
}

function writeDocuments({ pending }: Book, relied: Relied, writes: Writes): void {
  const { resources } = writes;
  const nested = new Set([...relied.values()].flatMap((entry) => [...entry.nested]));
  for (const { tenant, seen, head, set, unset, removed } of pending.values()) {
    const q = { _id: seen.id, tenant, version: seen.version };
    if (removed) resources.deletes.push({ q, limit: 1 });
    else {
      const { version, revision, generation, modified } = head;
      const u = {
        $set: { version, revision, generation, modified, ...set, ...(nested.has(seen.id) && { nested: true }) },
        ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((name) => [name, ''])) }),
      };
      resources.updates.push({ q, u });
      resources.updated += 1;
    }
  }
  for (const [tenant, entry] of relied)
    for (const inside of [false, true]) {
      const ids = [...entry.ids].filter((id) => !pending.has(id) && entry.nested.has(id) === inside);
      if (ids.length === 0) continue;
      // A real write: whoever removes one of these at the same moment conflicts with this transaction.
      const u = { $inc: { touched: 1 }, ...(inside && { $set: { nested: true } }) };
      resources.updates.push({ q: { tenant, _id: { $in: ids } }, u, multi: true });
      resources.updated += ids.length;
    }
}
