import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import type { Change } from '../../src/domain/changes.ts';
import { differences, type Entry } from '../../src/domain/journal.ts';
import type { State } from '../../src/domain/states.ts';
import { tenantId, type TenantId } from '../../src/domain/tenants.ts';
import {
  historyDocument,
  journalDocument,
  newDocument,
  newEdge,
  type EdgeDocument,
  type HistoryDocument,
  type JournalDocument,
  type ResourceDocument,
} from '../../src/storage/documents.ts';
import type { TotalsDocument } from '../../src/storage/totals.ts';
import { newState } from './changes.ts';
import { testType } from './schemas.ts';

/** So many groups each person is in. */
const memberships = 3;

/** Users written at a time, with all that belongs to them. */
const atOnce = 2_000;

interface Rows {
  readonly resources: ResourceDocument[];
  readonly history: HistoryDocument[];
  readonly journal: JournalDocument[];
  readonly edges: EdgeDocument[];
}

/**
 * Puts people and groups in a database past the server, as it would have: each person created, changed once, and in three
 * groups.
 */
export async function populate(db: mongoose.mongo.Db, tenant: string, users: number, groups: number): Promise<void> {
  const to = tenantId(tenant);
  const begun = Date.now() - 86_400_000;
  const members: string[] = [];
  for (let done = 0; done < users; done += atOnce) {
    const rows: Rows = { resources: [], history: [], journal: [], edges: [] };
    for (let at = done; at < Math.min(users, done + atOnce); at += 1)
      members.push(person(rows, to, at, new Date(begun + at)));
    await insert(db, rows);
  }
  const each = Math.ceil((users * memberships) / groups);
  for (let done = 0; done < groups; done += 100) {
    const rows: Rows = { resources: [], history: [], journal: [], edges: [] };
    for (let at = done; at < Math.min(groups, done + 100); at += 1) {
      const joins = Array.from({ length: each }, (_, next) => members[(at * each + next) % users] ?? '');
      group(rows, to, at, new Set(joins), new Date(begun + users + at));
    }
    await insert(db, rows);
  }
  await db
    .collection<TotalsDocument>('totals')
    .insertOne({ _id: tenant, epoch: 1, counts: { User: users, Group: groups } });
}

async function insert(db: mongoose.mongo.Db, rows: Rows): Promise<void> {
  for (const [name, documents] of Object.entries(rows) as [string, mongoose.mongo.Document[]][])
    if (documents.length > 0) await db.collection(name).insertMany(documents, { ordered: false });
}

function person({ resources, history, journal }: Rows, tenant: TenantId, number: number, at: Date): string {
  const userName = `Ann.User${number}@corp.example`;
  const attributes = (title: string) => ({
    userName,
    name: { givenName: 'Ann', familyName: `User${number}`, formatted: `Ann User${number}` },
    displayName: `Ann User${number}`,
    title,
    preferredLanguage: 'en-US',
    active: true,
    emails: [{ value: userName, type: 'work', primary: true }],
    phoneNumbers: [{ value: '+33 1 23 45 67 89', type: 'work' }],
  });
  const before = { ...newState(tenant, 'User', userName, at), attributes: attributes('Engineer') };
  const later = new Date(at.getTime() + 60_000);
  resources.push({
    ...newDocument(testType('User'), { ...before, attributes: attributes('Head') }, at),
    version: 2,
    revision: 2,
    modified: later,
    revised: later,
  });
  history.push(historyDocument(testType('User'), before, later));
  journal.push(
    ordered(journalDocument({ ...change(before, 'create', {}), creates: before }, 1, at)),
    ordered(
      journalDocument(change({ ...before, attributes: attributes('Head') }, 'revise', before.attributes), 2, later),
    ),
  );
  return before.id;
}

function group(
  { resources, journal, edges }: Rows,
  tenant: TenantId,
  number: number,
  ids: ReadonlySet<string>,
  at: Date,
): void {
  const displayName = `Team ${number}`;
  const made = newState(tenant, 'Group', displayName, at);
  const members = [...ids].map((id) => ({ id, kind: 'User' as const }));
  const { entry, ...rest } = change(made, 'create', {});
  resources.push(newDocument(testType('Group'), made, at));
  edges.push(...members.map((member) => newEdge(tenant, made.id, 1, member, at)));
  const joined = { reset: false, joined: [...ids], left: [] };
  journal.push(ordered(journalDocument({ ...rest, creates: made, entry: { ...entry, members: joined } }, 1, at)));
}

/** The change that led to a state. */
function change(
  { tenant, id, kind, attributes }: State,
  operation: Entry['operation'],
  before: State['attributes'],
): Change {
  const order = { connection: 'okta', request: randomUUID() };
  const entry = { order, operation, kind, resource: id, differences: differences(before, attributes) };
  return { tenant, relies: [], entry };
}

/** As if it had had its place for long. */
const ordered = ({ pending: _, ...entry }: JournalDocument): JournalDocument => ({ ...entry, epoch: 1 });
