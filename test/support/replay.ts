import type { Kind } from '../../src/domain/states.ts';
import type { EdgeDocument, HistoryDocument, JournalDocument, ResourceDocument } from '../../src/storage/documents.ts';
import type { TotalsDocument } from '../../src/storage/totals.ts';

/** What a tenant's data is in MongoDB, read at one instant. */
export interface Found {
  readonly resources: readonly ResourceDocument[];
  readonly edges: readonly EdgeDocument[];
  readonly history: readonly HistoryDocument[];
  readonly journal: readonly JournalDocument[];
  readonly closings: readonly { readonly group: string; readonly below: number; readonly at: Date }[];
  readonly totals: TotalsDocument | undefined;
}

/** Attribute values by name, as the journal tells them: external ids are among them. */
export type Content = Readonly<Record<string, unknown>>;

/** The attributes that a resource had from that version on. */
export interface Revised {
  readonly version: number;
  readonly at: Date;
  readonly content: Content;
}

/** All that is kept of one resource, put beside what its journal entries add up to. */
export interface Life {
  readonly id: string;
  readonly kind: Kind;
  readonly states: readonly ResourceDocument[];
  /** By version. */
  readonly entries: readonly JournalDocument[];
  /** By revision. */
  readonly history: readonly HistoryDocument[];
  /** What the entries say its attributes were, revision by revision. */
  readonly revised: readonly Revised[];
  readonly removed: JournalDocument | undefined;
}

/** A membership as the journal tells it. */
export interface Told {
  readonly group: string;
  readonly member: string;
  readonly generation: number;
  readonly from: Date;
  readonly to: Date | undefined;
  /** By which requests, or operations of Bulks, it began and ended. */
  readonly openedBy: string;
  readonly closedBy: string | undefined;
  /** Whether it ended with the member, which gives the group a new version without an entry; undefined: can't be told. */
  readonly endedWithMember: boolean | undefined;
}

/** Names what an entry was asked for by: a request, or an operation of a Bulk. */
export const askedBy = ({ request, part }: Pick<JournalDocument, 'request' | 'part'>): string =>
  part ? `${request} ${part.index}` : request;

/** The rows of each key, in their order. */
export function grouped<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

/** The lives of all resources of which anything is left. */
export function livesOf(found: Found): Map<string, Life> {
  const states = grouped(found.resources, ({ _id }) => _id);
  // What was read is about nothing that lives.
  const written = found.journal.filter(({ operation }) => operation !== 'read');
  const entries = grouped(written, ({ resource }) => resource);
  const history = grouped(found.history, ({ resource }) => resource);
  const ids = new Set([...states.keys(), ...entries.keys(), ...history.keys()]);
  return new Map(
    [...ids].map((id) => {
      const own = (entries.get(id) ?? []).toSorted((a, b) => a.version - b.version);
      const kept = states.get(id) ?? [];
      const closed = (history.get(id) ?? []).toSorted((a, b) => a.revision - b.revision);
      const life: Life = {
        id,
        kind: own[0]?.kind ?? kept[0]?.type ?? closed[0]?.type ?? 'User',
        states: kept,
        entries: own,
        history: closed,
        revised: revisedBy(own),
        removed: own.find(({ operation }) => operation === 'remove'),
      };
      return [id, life];
    }),
  );
}

function revisedBy(entries: readonly JournalDocument[]): Revised[] {
  const all: Revised[] = [];
  for (const { operation, version, at, personal } of entries)
    if (operation === 'create' || operation === 'revise')
      all.push({ version, at, content: applied(all.at(-1)?.content ?? {}, personal.differences) });
  return all;
}

/** Attributes after these differences. */
export function applied(before: Content, differences: JournalDocument['personal']['differences']): Content {
  const content: Record<string, unknown> = { ...before };
  for (const { path, after } of differences) {
    if (path === 'password') continue;
    const at = path.startsWith('urn:') ? path.lastIndexOf(':') : -1;
    if (at < 0) set(content, path, after);
    else {
      const urn = path.slice(0, at);
      const extension = { ...(content[urn] as object | undefined) };
      set(extension, path.slice(at + 1), after);
      set(content, urn, Object.keys(extension).length > 0 ? extension : undefined);
    }
  }
  return content;
}

/** What of a content stands in attributes: not what the organization knows besides, nor whose it is. */
export const attributesOf = ({ externalIds: _, owner: __, ...told }: Content): Content =>
  Object.fromEntries(Object.entries(told).filter(([name]) => !name.startsWith('person.')));

function set(target: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) Reflect.deleteProperty(target, name);
  else target[name] = value;
}

/** Every membership there was, told by the entries of the groups and of who was removed. */
export function membershipsTold(lives: ReadonlyMap<string, Life>): Told[] {
  return [...lives.values()].flatMap((life) => (life.kind === 'Group' ? toldOf(life, lives) : []));
}

function toldOf({ id: group, entries }: Life, lives: ReadonlyMap<string, Life>): Told[] {
  const told: Told[] = [];
  const open = new Map<string, JournalDocument>();
  let generation = 1;

  const close = (member: string, entry: JournalDocument | undefined): void => {
    const opened = open.get(member);
    open.delete(member);
    if (opened) told.push({ group, member, generation, ...span(opened, entry, lives.get(member)?.removed) });
  };

  for (const entry of entries) {
    const { reset, joined, left } = entry.members ?? { reset: false, joined: [], left: [] };
    const all = reset || entry.operation === 'remove';
    for (const member of all ? [...open.keys()] : left) close(member, entry);
    if (reset) generation += 1;
    for (const member of joined) open.set(member, entry);
  }
  for (const member of [...open.keys()]) close(member, undefined);
  return told;
}

/** From the entry that began a membership to the one that ended it, or to its member's removal, whichever was first. */
function span(opened: JournalDocument, ended: JournalDocument | undefined, gone: JournalDocument | undefined) {
  const first = gone !== undefined && (ended === undefined || gone.at <= ended.at);
  const closed = first ? gone : ended;
  const tie = first && ended?.at.getTime() === gone.at.getTime();
  return {
    from: opened.at,
    to: closed?.at,
    openedBy: askedBy(opened),
    closedBy: closed && askedBy(closed),
    endedWithMember: tie ? undefined : first,
  };
}
