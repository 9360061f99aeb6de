import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import type mongoose from 'mongoose';
import { protocolOver } from '../../src/protocol.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import type { JsonObject, ScimRequest } from '../../src/scim/types.ts';
import { connect } from '../../src/storage/connect.ts';
import { newDocument, type ResourceDocument } from '../../src/storage/documents.ts';
import { migrate } from '../../src/storage/schema.ts';
import { tenantsModel } from '../../src/storage/tenants.ts';
import type { TotalsDocument } from '../../src/storage/totals.ts';
import { testCaller } from '../support/callers.ts';
import { figures } from '../support/figures.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import { testRegistry, testType } from '../support/schemas.ts';
import { randomFrom } from '../support/workload.ts';

const people = 20_000;
const writers = 10;
/** By cursor, so that a crawl takes many pages; and by index. */
const [pageSize, largePage] = [400, 1_000];

/** A seed of one's own makes the same choices again: `FAULTS_SEED=1 npm run test:faults`. */
const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

const tenant = tenantId(testCaller().tenant);
const core = 'urn:ietf:params:scim:schemas:core:2.0:User';

const crawls: readonly [name: string, sort: Record<string, string>][] = [
  ['in the order of ids', {}],
  ['sorted by userName', { sortBy: 'userName' }],
  ['sorted by userName, descending', { sortBy: 'userName', sortOrder: 'descending' }],
];

interface Person {
  readonly id: string;
  readonly userName: string;
}

/** What writers did while somebody crawled. */
interface Writes {
  readonly victims: Person[];
  inserted: number;
  readonly renamed: Set<string>;
  readonly deleted: Set<string>;
}

describe(`A crawl of ${people} users (seed ${seed})`, function () {
  this.timeout(240_000);
  const random = randomFrom(seed);
  const seenIn = figures('Writes during a crawl');
  const seeded = Array.from({ length: people }, (): Person => ({ id: randomUUID(), userName: randomName() }));
  /** Whom writers may rename or delete, each once, shared out among the crawls. */
  const victims = seeded.slice(0, people / 2);
  let database: TestDatabase;
  let db: mongoose.Connection;
  let protocol: ReturnType<typeof protocolOver>;

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri);
    await migrate(db, [tenantsModel(db)]);
    await db.collection<{ _id: string }>('tenants').insertOne({ _id: tenant });
    await settle(db, seeded);
    protocol = protocolOver(db, testRegistry(), 'http://127.0.0.1');
  });
  after(async () => {
    await db.close();
    await database.drop();
  });

  /** A name anywhere in the alphabet: a rename leads across the place that a crawl has come to. */
  function randomName(): string {
    return `${Math.floor(random() * 36 ** 4).toString(36)} ${randomUUID()}`;
  }

  async function ask(method: ScimRequest['method'], path: string[], more: Partial<ScimRequest> = {}) {
    const caller = testCaller({ requestId: randomUUID(), deadline: Date.now() + 60_000 });
    const { status, body } = await protocol({ method, path, query: {}, caller, ...more });
    return { status, body: (body ?? {}) as JsonObject };
  }

  async function page(query: Record<string, string>) {
    const { status, body } = await ask('GET', ['Users'], {
      query: { attributes: 'userName', count: String(pageSize), ...query },
    });
    expect(status, JSON.stringify(body)).to.equal(200);
    return { body, found: body['Resources'] as unknown as readonly Person[] };
  }

  /** Everybody that one cursor after the other leads to, page by page. */
  async function crawl(sort: Record<string, string>, towards: 'nextCursor' | 'previousCursor', first = '') {
    const seen: Person[][] = [];
    for (let cursor: unknown = first, last: JsonObject = {}; ;) {
      if (typeof cursor !== 'string') return { seen, last };
      const { body, found } = await page({ ...sort, cursor });
      seen.push([...found]);
      [cursor, last] = [body[towards], body];
    }
  }

  /** Ten writers at work for as long as the crawl takes. */
  async function amidWrites<T>(work: () => Promise<T>): Promise<{ result: T; writes: Writes }> {
    const share = victims.splice(0, people / 2 / crawls.length);
    const writes: Writes = { victims: share, inserted: 0, renamed: new Set(), deleted: new Set() };
    let isOver = false;
    const write = async () => {
      while (!isOver) await writeOnce(writes);
    };
    const running = Promise.all(Array.from({ length: writers }, write));
    const result = await work().finally(() => {
      isOver = true;
    });
    await running;
    return { result, writes };
  }

  async function writeOnce(writes: Writes): Promise<void> {
    const kind = Math.floor(random() * 3);
    const victim = kind === 0 ? undefined : writes.victims.pop();
    if (!victim) {
      writes.inserted += 1;
      const { status } = await ask('POST', ['Users'], { body: { schemas: [core], userName: randomName() } });
      expect(status).to.equal(201);
    } else if (kind === 1) {
      writes.renamed.add(victim.id);
      const Operations = [{ op: 'replace', path: 'userName', value: randomName() }];
      expect((await ask('PATCH', ['Users', victim.id], { body: { Operations } })).status).to.equal(200);
    } else {
      writes.deleted.add(victim.id);
      expect((await ask('DELETE', ['Users', victim.id])).status).to.equal(204);
    }
  }

  /** Who is there before a crawl and after it, whatever happens in between. */
  const present = async (): Promise<ReadonlyMap<string, string>> =>
    new Map(
      (
        await db
          .collection<ResourceDocument>('resources')
          .find({ tenant })
          .project<Pick<ResourceDocument, '_id' | 'name'>>({ name: 1 })
          .toArray()
      ).map(({ _id, name }): [string, string] => [_id, name]),
    );

  /** How often each was seen. */
  const timesSeen = (seen: readonly Person[]): ReadonlyMap<string, number> =>
    seen.reduce((times, { id }) => times.set(id, (times.get(id) ?? 0) + 1), new Map<string, number>());

  for (const [name, sort] of crawls)
    it(`${name}, forth and back, shows everybody who stays as they are exactly once, while ${writers} write`, async () => {
      const before = await present();
      const { result, writes } = await amidWrites(async () => {
        const forth = await crawl(sort, 'nextCursor');
        const { previousCursor } = forth.last;
        if (typeof previousCursor !== 'string') throw new Error('the last page leads nowhere');
        const back = await crawl(sort, 'previousCursor', previousCursor);
        // The page from which the way back begins is the last one of the way forth.
        return [forth.seen, [...back.seen, ...forth.seen.slice(-1)]];
      });
      const after = await present();

      const staying = [...before].filter(([id, userName]) => after.get(id) === userName).map(([id]) => id);
      expect(staying.length, 'who stays').to.be.at.least(people / 2);
      for (const seen of result) {
        const times = timesSeen(seen.flat());
        seenIn.count('crawls');
        seenIn.count('people who stay and are to be shown', staying.length);
        seenIn.count('of these not shown', staying.filter((id) => !times.has(id)).length);
        seenIn.count('of these shown twice', staying.filter((id) => (times.get(id) ?? 0) > 1).length);
        expect(staying.filter((id) => times.get(id) !== 1)).to.deep.equal([]);
        // A rename may lead somebody across the place where the crawl is; ids do not change.
        if (sort['sortBy'] === undefined) expect(Math.max(...times.values())).to.equal(1);
      }
      const { inserted, renamed, deleted } = writes;
      seenIn.count('writes meanwhile', inserted + renamed.size + deleted.size);
      expect(Math.min(inserted, renamed.size, deleted.size), 'writes of each kind').to.be.above(20);
    });

  for (const [name, sort] of crawls)
    it(`by startIndex ${name} is exact where nobody writes, and the same as by cursor`, async () => {
      const there = await present();
      const ids: string[] = [];
      for (let startIndex = 1; startIndex <= there.size; startIndex += largePage) {
        const { body, found } = await page({ ...sort, startIndex: String(startIndex), count: String(largePage) });
        expect([body['totalResults'], body['startIndex']]).to.deep.equal([there.size, startIndex]);
        expect(found).to.have.length(Math.min(largePage, there.size - startIndex + 1));
        ids.push(...found.map(({ id }) => id));
      }
      expect(new Set(ids).size).to.equal(there.size);
      expect(ids.filter((id) => !there.has(id))).to.deep.equal([]);
      const { seen } = await crawl(sort, 'nextCursor');
      expect(seen.flat().map(({ id }) => id)).to.deep.equal(ids);
    });
});

/** Puts people in a database as if they had been created long ago. */
async function settle(db: mongoose.Connection, people: readonly Person[]): Promise<void> {
  const at = new Date('2026-01-01T00:00:00Z');
  const documents = people.map(({ id, userName }) =>
    newDocument(
      testType('User'),
      {
        id,
        tenant,
        kind: 'User',
        owner: testCaller().connection,
        name: userName,
        externalIds: {},
        attributes: { userName, active: true },
      },
      at,
    ),
  );
  await db.collection<ResourceDocument>('resources').insertMany(documents, { ordered: false });
  await db.collection<TotalsDocument>('totals').insertOne({ _id: tenant, epoch: 1, counts: { User: people.length } });
}
