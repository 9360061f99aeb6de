import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { LoggedRow, LogRow, ProvisioningLog } from '../../src/domain/provisioningLog.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { provisioningLog, provisioningLogModel } from '../../src/storage/provisioningLog.ts';
import { site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';

const acme = tenantId('acme');
const start = Date.UTC(2027, 0, 1);

const row = (at: number, more: Partial<LogRow> = {}): LogRow => ({
  time: new Date(start + at),
  requestId: `r${String(at)}`,
  connection: 'okta',
  operation: 'PATCH',
  status: 200,
  repaired: {},
  refusedMembers: [],
  durationMs: 3,
  ...more,
});

const requests = (rows: readonly LoggedRow[] | undefined) => rows?.map(({ requestId }) => requestId);

describe('storage/provisioningLog', () => {
  let here: Site;
  let one: Process;
  let log: ProvisioningLog;
  let dropped: [rows: number, cause: unknown][];

  const open = (writing?: Parameters<typeof provisioningLog>[2]) =>
    provisioningLog(one.db, (rows, cause) => dropped.push([rows, cause]), writing);
  const kept = () => one.db.collection('provisioningLog').countDocuments();
  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; !(await holds()); tries += 1) {
      if (tries > 300) throw new Error('it never came to hold');
      await sleep(10);
    }
  }

  before(async () => {
    here = await site();
    one = await here.process();
  });

  after(async () => {
    await one.close();
    await here.drop();
  });

  beforeEach(async () => {
    await one.db.collection('provisioningLog').deleteMany({});
    dropped = [];
    log = open();
  });

  afterEach(() => log.stop());

  it('gives back what was noted, with its outcome', async () => {
    const full = row(1, {
      resourceType: 'User',
      resourceId: '2819c223',
      status: 409,
      scimType: 'uniqueness',
      attribute: 'userName',
      repaired: { 'a.dotted.name': 2, $set: 1, ['__proto__']: 3 },
      refusedMembers: ['a', 'b'],
    });
    log.record(acme, full);
    await log.stop();
    const [found] = (await log.read(acme, 'okta', { limit: 10 })) ?? [];
    const { id, ...rest } = found ?? { id: undefined };
    expect(id).to.be.a('string');
    expect(rest).to.deep.equal({ ...full, outcome: 'refused', refusedMemberCount: 2 });
  });

  it('writes what came together, behind the requests', async () => {
    for (let at = 0; at < 120; at += 1) log.record(acme, row(at));
    expect(await kept()).to.equal(0);
    await until(async () => (await kept()) === 120);
    expect(dropped).to.deep.equal([]);
  });

  it('writes at once when a batch is full', async () => {
    await log.stop();
    log = open({ everyMs: 60_000, batch: 10, waiting: 100, retryMs: 60_000 });
    for (let at = 0; at < 25; at += 1) log.record(acme, row(at));
    await until(async () => (await kept()) === 20);
    await log.stop();
    expect(await kept()).to.equal(25);
  });

  it('drops what there is no room for, tells how much, and goes on', async () => {
    await log.stop();
    log = open({ everyMs: 5, batch: 10, waiting: 20, retryMs: 5 });
    for (let at = 0; at < 50; at += 1) log.record(acme, row(at));
    await until(async () => (await kept()) === 30);
    await until(() => Promise.resolve(dropped.length > 0));
    expect(dropped.map(([rows]) => rows)).to.deep.equal([20]);
    log.record(acme, row(99));
    await until(async () => (await kept()) === 31);
  });

  it('keeps what the database cannot take just now, and writes it once when it can', async () => {
    await log.stop();
    const away = await here.process();
    log = provisioningLog(away.db, (rows, cause) => dropped.push([rows, cause]), {
      everyMs: 5,
      batch: 10,
      waiting: 100,
      retryMs: 20,
    });
    const insertMany = away.db.collection('provisioningLog').insertMany;
    const collection = provisioningLogModel(away.db).collection;
    let failures = 3;
    collection.insertMany = async (...given: Parameters<typeof insertMany>) => {
      failures -= 1;
      // The second attempt's answer gets lost: the rows are there, and sent again.
      if (failures === 1) await insertMany.apply(collection, given);
      if (failures >= 0) throw new Error('away');
      return insertMany.apply(collection, given);
    };
    for (let at = 0; at < 15; at += 1) log.record(acme, row(at));
    await until(async () => (await kept()) === 15);
    await log.stop();
    expect(await kept()).to.equal(15);
    expect(dropped).to.deep.equal([]);
    await away.close();
  });

  it('tells what it could not write before it stopped, and what comes after', async () => {
    await log.stop();
    const away = await here.process();
    log = provisioningLog(away.db, (rows, cause) => dropped.push([rows, cause]));
    await away.db.close();
    log.record(acme, row(1));
    log.record(acme, row(2));
    await log.stop();
    expect(dropped.map(([rows]) => rows)).to.deep.equal([2]);
    log.record(acme, row(3));
    expect(dropped.map(([rows]) => rows)).to.deep.equal([2, 1]);
  });

  it('names the first hundred of many refused members, and their number', async () => {
    log.record(acme, row(1, { refusedMembers: Array.from({ length: 10_000 }, (_, at) => `m${String(at)}`) }));
    await log.stop();
    const [found] = (await log.read(acme, 'okta', { limit: 1 })) ?? [];
    expect(found?.refusedMembers).to.have.length(100);
    expect(found?.refusedMemberCount).to.equal(10_000);
  });

  describe('reading', () => {
    const statuses = [200, 409, 200, 500, 204];

    beforeEach(async () => {
      for (let at = 0; at < 50; at += 1) {
        const status = statuses[at % 5] ?? 200;
        // Two rows of each instant: paging loses none of them.
        log.record(
          acme,
          row(Math.floor(at / 2), { requestId: `r${String(at)}`, status, resourceId: `u${String(at % 7)}` }),
        );
      }
      log.record(acme, row(100, { connection: 'entra', requestId: 'theirs' }));
      log.record(tenantId('globex'), row(101, { requestId: 'foreign' }));
      await log.stop();
    });

    it('newest first, page by page, each row once', async () => {
      const seen: string[] = [];
      let before: string | undefined;
      for (;;) {
        const rows: readonly LoggedRow[] = (await log.read(acme, 'okta', { limit: 7, before })) ?? [];
        if (rows.length === 0) break;
        seen.push(...rows.map(({ requestId }) => requestId));
        before = rows.at(-1)?.id;
      }
      expect(seen).to.have.length(50);
      expect(new Set(seen).size).to.equal(50);
      const instants = seen.map((id) => Math.floor(Number(id.slice(1)) / 2));
      expect(instants).to.deep.equal(instants.toSorted((a, b) => b - a));
    });

    it('by outcome, resource and request', async () => {
      const refused = await log.read(acme, 'okta', { limit: 3, outcome: 'refused' });
      expect(requests(refused)).to.deep.equal(['r46', 'r41', 'r36']);
      expect(requests(await log.read(acme, 'okta', { limit: 3, outcome: 'failed' }))).to.deep.equal([
        'r48',
        'r43',
        'r38',
      ]);
      expect(await log.read(acme, 'okta', { limit: 100, outcome: 'done' })).to.have.length(30);
      expect(requests(await log.read(acme, 'okta', { limit: 2, resourceId: 'u3' }))).to.deep.equal(['r45', 'r38']);
      expect(requests(await log.read(acme, 'okta', { limit: 2, requestId: 'r17' }))).to.deep.equal(['r17']);
      const before = refused?.[1]?.id;
      expect(requests(await log.read(acme, 'okta', { limit: 1, outcome: 'refused', before }))).to.deep.equal(['r36']);
    });

    it("never another tenant's or connection's rows", async () => {
      expect(requests(await log.read(acme, 'okta', { limit: 10, requestId: 'theirs' }))).to.deep.equal([]);
      expect(requests(await log.read(acme, 'okta', { limit: 10, requestId: 'foreign' }))).to.deep.equal([]);
      expect(requests(await log.read(tenantId('globex'), 'okta', { limit: 10 }))).to.deep.equal(['foreign']);
    });

    it('before what is no row, there is nothing to say', async () => {
      for (const before of ['', 'x', 'kj0-zz', `${'z'.repeat(20)}-${'0'.repeat(24)}`, '{"$ne":null}'])
        expect(await log.read(acme, 'okta', { limit: 1, before }), before).to.equal(undefined);
    });

    for (const [what, query] of [
      ['all', {}],
      ['refusals', { outcome: 'refused', status: { $gte: 400 } }],
      ['a resource', { resourceId: 'u3' }],
      ['a request', { requestId: 'r17' }],
    ] as const)
      it(`${what}: found over an index, reading no more than is shown`, async () => {
        const explained = await one.db
          .collection('provisioningLog')
          .find({ tenant: 'acme', connection: 'okta', ...query })
          .sort({ time: -1, _id: -1 })
          .limit(2)
          .explain('executionStats');
        const { totalDocsExamined, nReturned } = (explained as unknown as Explained).executionStats;
        expect(totalDocsExamined).to.equal(nReturned);
      });
  });

  it('rows are kept for thirty days', async () => {
    const indexes = await one.db.collection('provisioningLog').indexes();
    expect(indexes.filter(({ expireAfterSeconds }) => expireAfterSeconds === 30 * 86_400)).to.have.length(1);
  });
});

interface Explained {
  readonly executionStats: { readonly totalDocsExamined: number; readonly nReturned: number };
}
