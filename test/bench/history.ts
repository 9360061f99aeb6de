// How long the first page of each question about the history takes at a million entries of each sort.
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import type { Page, Portion } from '../../src/domain/history.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { connect } from '../../src/storage/connect.ts';
import type { EdgeDocument, HistoryDocument, JournalDocument, ResourceDocument } from '../../src/storage/documents.ts';
import { history } from '../../src/storage/history.ts';
import { migrate } from '../../src/storage/schema.ts';
import { freshDatabase } from '../support/mongod.ts';

const people = 100_000;
const stints = 10;
const atOnce = 5_000;
const tenant = tenantId('acme');
const group = randomUUID();
const begun = Date.parse('2026-01-01T00:00:00Z');
const minute = 60_000;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

const id = () => new mongoose.mongo.ObjectId();
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Instants of the stints of somebody: each begins as the one before ends. */
const turn = (number: number, stint: number): Date => new Date(begun + (stint * people + number) * minute);

const database = await freshDatabase();
const db = await connect(database.uri);
await migrate(db);

async function insert(name: string, documents: readonly object[]): Promise<void> {
  await db.collection(name).insertMany(documents, { ordered: false });
}

const users = Array.from({ length: people }, () => randomUUID()).sort();
for (let done = 0; done < people; done += atOnce) {
  const rows = { resources: [] as object[], history: [] as object[], edges: [] as object[], journal: [] as object[] };
  for (let number = done; number < done + atOnce; number += 1) {
    const user = users[number] ?? '';
    const shown = { tenant, type: 'User', generation: 1, created: new Date(begun), owner: 'okta', name: user };
    const common = { ...shown, key: `User:${user}`, attributes: { userName: user }, fold: {} };
    // Who joined long ago stays out of every page about the beginning, and is looked at for it.
    const [first, last] = [turn(number, 0), turn(number, stints)];
    for (let stint = 0; stint < stints; stint += 1) {
      const [from, to] = [turn(number, stint), turn(number, stint + 1)];
      rows.edges.push({
        ...{ _id: id(), tenant, group, generation: 1, member: user, type: 'User', from, to },
      } satisfies EdgeDocument);
      rows.history.push({
        ...{
          ...common,
          _id: id(),
          resource: user,
          version: stint + 1,
          revision: stint + 1,
          modified: from,
          revised: from,
        },
        ...{ held: stint % 2 === 0 ? ['role:trainer'] : ['role:other'], from, to },
      } satisfies HistoryDocument);
      rows.journal.push({
        ...{ _id: id(), tenant, epoch: stint + 1, at: from, operation: 'revise', kind: 'User', resource: user },
        ...{ version: stint + 1, connection: 'okta', request: 'r', salt: Buffer.alloc(16), digest: Buffer.alloc(32) },
        personal: { differences: [{ path: 'title', before: 'a', after: 'b' }] },
      } satisfies JournalDocument);
    }
    rows.edges.push({
      ...{ _id: id(), tenant, group, generation: 1, member: user, type: 'User', from: last, live: true },
    } satisfies EdgeDocument);
    rows.resources.push({
      ...{
        ...common,
        _id: user,
        version: stints + 1,
        revision: stints + 1,
        modified: last,
        revised: last,
        created: first,
      },
      held: ['role:trainer'],
    } satisfies ResourceDocument);
  }
  await Promise.all(Object.entries(rows).map(([name, documents]) => insert(name, documents)));
}
say(`${people * stints} closed edges, closed versions and entries; ${people} open edges and users`);

const port = history(db);
const page: Page = { from: undefined, limit: 100 };
const after = (share: number) => new Date(begun + share * people * (stints + 1) * minute);
const [someone = ''] = users;

const questions: readonly (readonly [name: string, ask: () => Promise<unknown>])[] = [
  ...[-0.01, 0.0001, 0.01, 0.5, 0.99].flatMap((share) => [
    [`members, at ${share} of the time`, () => port.members(tenant, group, after(share), page)] as const,
    [`holders of a role, at ${share}`, () => port.holders(tenant, 'role:trainer', after(share), page)] as const,
  ]),
  ['holders of what nobody held', () => port.holders(tenant, 'role:none', after(0.5), page)],
  ['the life of somebody', () => port.timeline(tenant, someone, 'newest', page)],
  ['what somebody was', () => port.states(tenant, [someone], after(0.5))],
  ['what somebody was in', () => port.memberships(tenant, someone, after(0.5))],
  ['changes of all time', () => port.changes(tenant, { since: new Date(begun), until: after(2) }, page)],
  ['changes of a day', () => port.changes(tenant, { since: after(0.5), until: after(0.51) }, page)],
  ['changes of a resource', () => port.changes(tenant, { since: after(0), until: after(2), resource: someone }, page)],
  ['changes by nobody', () => port.changes(tenant, { since: after(0), until: after(2), by: 'nobody' }, page)],
  ['accounts outside SCIM: none', () => port.outsideScim(tenant, page)],
];

for (const [name, ask] of questions) {
  const times: number[] = [];
  let result: unknown;
  for (let round = 0; round < 3; round += 1) {
    const since = performance.now();
    result = await ask();
    times.push(performance.now() - since);
  }
  const { rows } = result as { rows?: readonly unknown[] };
  const cold = times[0] ?? 0;
  say(
    `${name.padEnd(40)} first ${cold.toFixed(0).padStart(5)} ms, then ${median(times).toFixed(0)} ms${rows ? `, ${rows.length} rows` : ''}`,
  );
}

/** Reads all of a list, as it is written to a file. */
async function exported(part: (from: string | undefined) => Promise<Portion<object> | undefined>): Promise<number> {
  let count = 0;
  for (let from: string | undefined; ;) {
    const portion = await part(from);
    count += portion?.rows.length ?? 0;
    if (portion?.next === undefined) return count;
    from = portion.next;
  }
}

const all = { since: new Date(begun), until: after(2) };
const exports: readonly (readonly [name: string, part: Parameters<typeof exported>[0]])[] = [
  ['all members, at 0.5', (from) => port.members(tenant, group, after(0.5), { from, limit: 1_000 })],
  ['all changes', (from) => port.changes(tenant, all, { from, limit: 1_000 })],
];
for (const [name, part] of exports) {
  const since = performance.now();
  const count = await exported(part);
  const megabytes = process.memoryUsage().rss / 1_048_576;
  const seconds = (performance.now() - since) / 1_000;
  say(`${name.padEnd(40)} ${count} rows in ${seconds.toFixed(1)} s, ${megabytes.toFixed(0)} MiB`);
}

await db.close();
await database.drop();
