import { expect } from 'chai';
import { tenantId } from '../../src/domain/tenants.ts';
import { quirkCounts, quirkTally, quirkTallyModel } from '../../src/storage/quirkTally.ts';
import { site } from '../support/administration.ts';
import type { Process, Site } from '../support/administration.ts';

const acme = tenantId('acme');
const [noon, one, two] = [12, 13, 14].map((hour) => new Date(Date.UTC(2027, 0, 1, hour))) as [Date, Date, Date];

const repaired = (quirks: Record<string, number>): ReadonlyMap<string, number> => new Map(Object.entries(quirks));
const unexpected = (cause: unknown): void => {
  throw cause;
};

describe('The tally of quirks', () => {
  let here: Site;
  let first: Process;
  let second: Process;

  before(async () => {
    here = await site();
    [first, second] = await Promise.all([here.process(), here.process()]);
  });
  after(async () => {
    await Promise.all([first.close(), second.close()]);
    await here.drop();
  });
  afterEach(() => quirkTallyModel(first.db).deleteMany({}));

  it('is empty for a connection whose requests needed nothing', async () => {
    const tally = quirkTally(first.db, unexpected);
    tally.count(acme, 'c1', repaired({}), noon);
    await tally.stop();
    expect(await quirkCounts(first.db).read(acme, 'c1')).to.deep.equal([]);
    expect(await quirkTallyModel(first.db).countDocuments({})).to.equal(0);
  });

  it('adds up what several processes and several lives of one counted, with the first and the last instant', async () => {
    const [a, b] = [quirkTally(first.db, unexpected), quirkTally(second.db, unexpected)];
    a.count(acme, 'c1', repaired({ stringScalars: 2, bareValues: 1 }), one);
    a.count(acme, 'c1', repaired({ stringScalars: 3 }), two);
    b.count(acme, 'c1', repaired({ stringScalars: 4 }), noon);
    await Promise.all([a.stop(), b.stop()]);
    const later = quirkTally(first.db, unexpected);
    later.count(acme, 'c1', repaired({ bareValues: 1 }), noon);
    await later.stop();

    expect(await quirkCounts(second.db).read(acme, 'c1')).to.deep.equal([
      { quirk: 'stringScalars', times: 9, since: noon, last: two },
      { quirk: 'bareValues', times: 2, since: noon, last: one },
    ]);
  });

  it('keeps connections and tenants apart', async () => {
    const tally = quirkTally(first.db, unexpected);
    tally.count(acme, 'c1', repaired({ bareValues: 1 }), noon);
    tally.count(acme, 'c2', repaired({ bareValues: 2 }), noon);
    tally.count(tenantId('globex'), 'c1', repaired({ bareValues: 4 }), noon);
    await tally.stop();
    const times = async (tenant: string, connection: string) =>
      (await quirkCounts(first.db).read(tenantId(tenant), connection)).map((row) => row.times);
    expect([await times('acme', 'c1'), await times('acme', 'c2'), await times('globex', 'c1')]).to.deep.equal([
      [1],
      [2],
      [4],
    ]);
    expect(await times('globex', 'c2')).to.deep.equal([]);
  });

  it('is written while requests come, without being stopped', async () => {
    const tally = quirkTally(first.db, unexpected, { everyMs: 10 });
    for (let round = 1; round <= 3; round += 1) {
      tally.count(acme, 'c1', repaired({ bareValues: 1 }), noon);
      while ((await quirkCounts(second.db).read(acme, 'c1'))[0]?.times !== round);
    }
    await tally.stop();
  });

  it('tries again what could not be written, and counts it once', async () => {
    const failures: unknown[] = [];
    const cut = await here.process();
    const tally = quirkTally(cut.db, (cause) => failures.push(cause), { everyMs: 10 });
    await cut.db.close();
    tally.count(acme, 'c1', repaired({ bareValues: 5 }), noon);
    while (failures.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await cut.db.openUri(here.uri);
    while ((await quirkCounts(first.db).read(acme, 'c1')).length === 0);
    await tally.stop();
    await cut.close();
    expect(await quirkCounts(first.db).read(acme, 'c1')).to.deep.equal([
      { quirk: 'bareValues', times: 5, since: noon, last: noon },
    ]);
  });

  it('does not wait for each connection while the database is away', async () => {
    const failures: unknown[] = [];
    const cut = await here.process();
    const tally = quirkTally(cut.db, (cause) => failures.push(cause));
    await cut.db.close();
    for (const connection of ['c1', 'c2', 'c3']) tally.count(acme, connection, repaired({ bareValues: 1 }), noon);
    await tally.stop();
    expect(failures).to.have.length(1);
    await cut.close();
  });
});
