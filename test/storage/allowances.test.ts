import { expect } from 'chai';
import mongoose from 'mongoose';
import { fullBucket, lease, leaseMs, rateOf, type Ask, type Bucket } from '../../src/domain/rate.ts';
import { tenantId } from '../../src/domain/tenants.ts';
import { allowances } from '../../src/storage/allowances.ts';
import type { Lease } from '../../src/storage/rates.ts';

const acme = tenantId('acme');

/** A store of buckets in memory and a process that spends, with a clock that is set by hand. */
function setUp(perSecond: number) {
  const rate = rateOf(perSecond);
  const clock = { now: 0 };
  const asked: Ask[] = [];
  const buckets = new Map<string, Bucket>();
  const leasing: Lease = async (_, connection, ask) => {
    asked.push(ask);
    const leased = lease(buckets.get(connection) ?? fullBucket(rate, clock.now), rate, ask, clock.now);
    buckets.set(connection, leased.bucket);
    return { missing: leased.missing, ahead: leased.ahead };
  };
  const spend = allowances(leasing, rate, 'a', () => clock.now);
  return { clock, asked, spend: (cost = 1, connection = 'c', paid = 0) => spend(acme, connection, cost, paid) };
}

describe('The rates of connections, in a process', () => {
  it('let in a burst, then what each second brings', async () => {
    const { clock, spend } = setUp(250);
    const admitted = async (times: number) => {
      let count = 0;
      for (let index = 0; index < times; index += 1) if ((await spend()).status === 'admitted') count += 1;
      return count;
    };
    expect(await admitted(1_100)).to.equal(1_000);
    clock.now += 1_000;
    expect(await admitted(1_100)).to.equal(250);
    clock.now += 60_000;
    expect(await admitted(1_100)).to.equal(1_000);
  });

  it('say in whole seconds when to come back', async () => {
    const { clock, spend } = setUp(10);
    expect((await spend(40)).status).to.equal('admitted');
    expect(await spend(25)).to.deep.equal({ status: 'refused', retryAfterSeconds: 3, forMs: 100 });
    clock.now += 2_500;
    expect((await spend(25)).status).to.equal('admitted');
  });

  it('let in a Bulk of a thousand where a full bucket is smaller, and have it paid for', async () => {
    const { clock, spend } = setUp(100);
    expect((await spend(1_000)).status).to.equal('admitted');
    clock.now += 6_000;
    expect((await spend()).status).to.equal('refused');
    clock.now += 100;
    expect((await spend()).status).to.equal('admitted');
  });

  it('let in a Bulk that is more than a full bucket from a connection that sends nothing else', async () => {
    const { clock, spend } = setUp(5);
    const bulk = async (operations: number) => {
      expect((await spend(1)).status).to.equal('admitted');
      return (await spend(operations - 1, 'c', 1)).status;
    };
    for (const operations of [20, 21, 22, 1_000]) {
      clock.now += 300_000;
      expect(await bulk(operations), `${String(operations)} operations`).to.equal('admitted');
    }
  });

  it('take ahead twice as much while it is used up in time, and little once it is not', async () => {
    const { clock, asked, spend } = setUp(50);
    for (let index = 0; index < 60; index += 1) await spend();
    expect(asked.map(({ ahead }) => ahead)).to.deep.equal([1, 2, 4, 8, 10, 10, 10, 10]);
    clock.now += leaseMs;
    await spend();
    expect(asked.at(-1)).to.deep.equal({ holder: 'a', left: 0, cost: 1, ahead: 1, paid: 0 });
  });

  it('take a little ahead for half a minute, so that a quiet connection seldom asks', async () => {
    const { clock, asked, spend } = setUp(250);
    for (let index = 0; index < 60; index += 1) {
      await spend();
      clock.now += 1_000;
    }
    expect(asked.map(({ ahead }) => ahead)).to.deep.equal(Array(10).fill(5));
  });

  it('give back what they hold when it is too little', async () => {
    const { asked, spend } = setUp(250);
    await spend();
    await spend(10);
    expect(asked.at(-1)).to.deep.include({ left: 5, cost: 10 });
  });

  it('ask once for those who come at the same moment', async () => {
    const { asked, spend } = setUp(250);
    await Promise.all(Array.from({ length: 100 }, () => spend()));
    expect(asked.length).to.be.at.most(8);
  });

  it('refuse again without asking, for a tenth of a second, and only what costs as much', async () => {
    const { clock, asked, spend } = setUp(250);
    await spend(900);
    const refusals = await Promise.all(Array.from({ length: 50 }, () => spend(500)));
    expect(refusals.map(({ status }) => status)).to.deep.equal(Array(50).fill('refused'));
    expect(asked).to.have.length(2);
    expect((await spend(50)).status).to.equal('admitted');
    clock.now += 99;
    await spend(500);
    expect(asked).to.have.length(3);
    clock.now += 1;
    await spend(500);
    expect(asked).to.have.length(4);
  });

  it('let everybody in for a second when the database is away, then ask again', async () => {
    const clock = { now: 0 };
    let asked = 0;
    const away: Lease = async () => {
      asked += 1;
      throw new mongoose.mongo.MongoNetworkError('away');
    };
    const spend = allowances(away, rateOf(1), 'a', () => clock.now);
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => spend(acme, 'c', 1)));
    expect(verdicts.map(({ status }) => status)).to.deep.equal(Array(50).fill('admitted'));
    expect(asked).to.equal(1);
    clock.now += 1_000;
    await spend(acme, 'c', 1);
    expect(asked).to.equal(2);
  });

  it('wait for no database that does not answer', async () => {
    const spend = allowances(
      () => new Promise(() => undefined),
      rateOf(1),
      'a',
      () => 0,
    );
    expect((await spend(acme, 'c', 1)).status).to.equal('admitted');
    expect((await spend(acme, 'c', 1)).status).to.equal('admitted');
  });

  it('hide no defect', async () => {
    const broken: Lease = async () => {
      throw new TypeError('broken');
    };
    const spend = allowances(broken, rateOf(1), 'a', () => 0);
    expect(await spend(acme, 'c', 1).catch((cause: unknown) => cause)).to.be.instanceOf(TypeError);
    expect(await spend(acme, 'c', 1).catch((cause: unknown) => cause)).to.be.instanceOf(TypeError);
  });

  it('keep apart what connections may ask, and remember a bounded number of them', async () => {
    const { asked, spend } = setUp(1);
    await spend(4);
    expect((await spend()).status).to.equal('refused');
    for (let index = 0; index < 10_000; index += 1) await spend(1, `other ${index}`);
    const before = asked.length;
    expect((await spend()).status).to.equal('refused');
    expect(asked).to.have.length(before + 1);
  });
});
