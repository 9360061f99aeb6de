import { expect } from 'chai';
import fc from 'fast-check';
import { fullBucket, lease, leaseMs, little, rateOf, type Bucket } from '../../src/domain/rate.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { allowances } from '../../src/storage/allowances.ts';
import { connect, type Database } from '../../src/storage/connect.ts';
import { rates } from '../../src/storage/rates.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';

const acme = tenantId('acme');
const start = Date.UTC(2026, 0, 1);

describe('The rates of connections, in MongoDB', () => {
  let database: TestDatabase;
  let db: Database;
  let commands = 0;
  let made = 0;

  before(async () => {
    database = await freshDatabase();
    db = await connect(database.uri, { monitorCommands: true });
    db.getClient().on('commandStarted', ({ commandName }) => {
      if (commandName === 'findAndModify') commands += 1;
    });
  });
  after(async () => {
    await db.close();
    await database.drop();
  });
  beforeEach(() => {
    commands = 0;
    made += 1;
  });

  /** The connection of this test. */
  const connection = () => `connection ${made}`;

  const step = fc.record({
    after: fc.integer({ min: 0, max: 1_500 }),
    holder: fc.constantFrom('a', '$tokens', 'c'),
    left: fc.integer({ min: 0, max: 60 }),
    cost: fc.integer({ min: 1, max: 60 }),
    ahead: fc.integer({ min: 0, max: 60 }),
    paid: fc.integer({ min: 0, max: 2 }),
  });

  it('are taken from as the domain says, to the token and the millisecond', async () => {
    const rate = { perSecond: 10, burst: 40 };
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        made += 1;
        let now = start;
        let bucket: Bucket = fullBucket(rate, now);
        for (const { after, ...ask } of steps) {
          now += after;
          const expected = lease(bucket, rate, ask, now);
          ({ bucket } = expected);
          const leased = await rates(db, rate, new Date(now))(acme, connection(), ask);
          expect(leased).to.deep.equal({ missing: expected.missing, ahead: expected.ahead });
          expect(await kept()).to.deep.equal(bucket);
        }
      }),
      { numRuns: 60 },
    );
  });

  /** As the primary has them: nobody waited for the majority. */
  const buckets = () =>
    db
      .getClient()
      .db(database.name)
      .collection('rates', { readConcern: { level: 'local' } });

  async function kept(): Promise<Bucket> {
    const document = await buckets().findOne({ tenant: acme, _id: connection() as never });
    const { tokens, at, held } = document as unknown as {
      tokens: number;
      at: Date;
      held: { holder: string; tokens: number; until: Date }[];
    };
    return { tokens, at: at.getTime(), held: held.map((one) => ({ ...one, until: one.until.getTime() })) };
  }

  it('are kept under their tenant, one document each', async () => {
    await rates(db, rateOf(10))(acme, connection(), { holder: 'a', left: 0, cost: 1, ahead: 0, paid: 0 });
    const documents = await buckets()
      .find({ _id: connection() as never })
      .toArray();
    expect(documents.map(({ tenant }) => tenant as unknown)).to.deep.equal(['acme']);
  });

  it('begin full, though many processes ask at once', async () => {
    const ask = rates(db, rateOf(10), new Date(start));
    const holders = Array.from({ length: 20 }, (_, at) => `process ${at}`);
    const leased = await Promise.all(
      holders.map((holder) => ask(acme, connection(), { holder, left: 0, cost: 1, ahead: 0, paid: 0 })),
    );
    expect(leased).to.deep.equal(holders.map(() => ({ missing: 0, ahead: 0 })));
    expect((await kept()).tokens).to.equal(20);
  });

  /** The instants of this test, for the database and the processes. */
  const at = (now: number) => ({
    process: (holder: string, rate = rateOf(250)) =>
      allowances(rates(db, rate, new Date(now)), rate, holder, () => now - start),
  });

  it('let in a burst from two processes together, and not one more, for few store commands', async () => {
    const processes = ['a', 'b'].map((holder) => at(start).process(holder));
    const verdicts = await Promise.all(
      processes.flatMap((spend) => Array.from({ length: 700 }, () => spend(acme, connection(), 1))),
    );
    const count = (wanted: string) => verdicts.filter(({ status }) => status === wanted).length;
    expect(count('admitted')).to.equal(1_000);
    expect(count('refused')).to.equal(400);
    expect(commands).to.be.at.most(50);
  });

  it('refuse a thousand requests for one store command', async () => {
    const spend = at(start).process('a', rateOf(50));
    await spend(acme, connection(), rateOf(50).burst);
    commands = 0;
    const verdicts = await Promise.all(Array.from({ length: 1_000 }, () => spend(acme, connection(), 1)));
    expect(verdicts.map(({ status }) => status)).to.deep.equal(Array(1_000).fill('refused'));
    expect(commands).to.equal(1);
  });

  it('let in what the second brought, whichever process is asked', async () => {
    const [one, other] = ['a', 'b'].map((holder) => at(start).process(holder));
    await one?.(acme, connection(), 500);
    // The first one took a little ahead.
    const ahead = little(rateOf(250));
    await other?.(acme, connection(), 500 - ahead);
    expect((await one?.(acme, connection(), ahead))?.status).to.equal('admitted');
    expect(await one?.(acme, connection(), 1)).to.deep.equal({ status: 'refused', retryAfterSeconds: 1, forMs: 100 });
    const later = ['a', 'b'].map((holder) => at(start + 1_000).process(holder));
    let admitted = 0;
    for (let index = 0; index < 300; index += 1)
      if ((await later[index % 2]?.(acme, connection(), 1))?.status === 'admitted') admitted += 1;
    expect(admitted).to.equal(250);
  });

  it('are each connection’s own', async () => {
    const spend = at(start).process('a');
    await spend(acme, connection(), 1_000);
    expect((await spend(acme, connection(), 1)).status).to.equal('refused');
    expect((await spend(acme, `${connection()} other`, 1)).status).to.equal('admitted');
  });

  it('go by the clock of the server: what is held is nobody’s after a second', async () => {
    const ask = rates(db, rateOf(10));
    const taking = { left: 0, cost: 1, ahead: 50, paid: 0 };
    expect(await ask(acme, connection(), { holder: 'a', ...taking })).to.deep.equal({ missing: 0, ahead: 39 });
    expect((await ask(acme, connection(), { holder: 'b', ...taking })).missing).to.be.greaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, leaseMs + 200));
    expect((await ask(acme, connection(), { holder: 'b', ...taking })).ahead).to.be.at.least(11);
  });

  it('let everybody in while the database is away', async () => {
    const closed = await connect(database.uri);
    const spend = allowances(rates(closed, rateOf(1)), rateOf(1), 'a', () => 0);
    await closed.close();
    const verdicts = await Promise.all(Array.from({ length: 100 }, () => spend(acme, connection(), 1)));
    expect(verdicts.filter(({ status }) => status === 'admitted')).to.have.length(100);
  });
});
