import { expect } from 'chai';
import fc from 'fast-check';
import { fullBucket, lease, leaseMs, leaseMsOf, rateOf, secondsFor, type Bucket } from '../../src/domain/rate.ts';

const rate = { perSecond: 10, burst: 40 };
const full = fullBucket(rate, 0);

const ask = (cost: number, { holder = 'a', left = 0, ahead = 0, paid = 0 } = {}) => ({
  holder,
  left,
  cost,
  ahead,
  paid,
});

const bucket = (tokens: number, held: Bucket['held'] = []): Bucket => ({ tokens, at: 0, held });

describe('The rate of a connection', () => {
  it('lets in after a rest what four seconds bring', () => {
    expect(rateOf(250)).to.deep.equal({ perSecond: 250, burst: 1_000 });
  });

  const table: [what: string, from: Bucket, cost: number, now: number, missing: number, tokens: number][] = [
    ['takes what is asked', full, 1, 0, 0, 39],
    ['gives a whole burst', full, 40, 0, 0, 0],
    ['gives nothing where one is missing', bucket(4.5), 5, 0, 0.5, 4.5],
    ['brings its tokens with time', bucket(0), 5, 500, 0, 0],
    ['is never fuller than a burst', bucket(39), 1, 60_000, 0, 39],
    ['takes a clock that was set back for one that stood still', { ...bucket(5), at: 9_000 }, 5, 8_000, 0, 0],
    ['lets in what costs more than a burst, when it is full', full, 100, 0, 0, -60],
    ['keeps what costs more than a burst until it is full', bucket(30), 100, 0, 10, 30],
    ['has a debt paid before it lets in another', bucket(-60), 1, 6_000, 1, 0],
  ];
  for (const [what, from, cost, now, missing, tokens] of table)
    it(what, () => {
      const leased = lease(from, rate, ask(cost), now);
      expect({ missing: leased.missing, tokens: leased.bucket.tokens }).to.deep.equal({ missing, tokens });
    });

  it('gives ahead what is left at most, in whole tokens', () => {
    expect(lease(bucket(7.5), rate, ask(1, { ahead: 50 }), 0).ahead).to.equal(6);
    expect(lease(full, rate, ask(100, { ahead: 50 }), 0).ahead).to.equal(0);
    expect(lease(bucket(0), rate, ask(1, { ahead: 50 }), 0).ahead).to.equal(0);
  });

  it('takes back what a process has left, once', () => {
    const { bucket: after } = lease(full, rate, ask(1, { ahead: 9 }), 0);
    expect(after.tokens).to.equal(30);
    const again = lease(after, rate, ask(1, { left: 9 }), 0);
    expect(again.bucket).to.deep.equal(bucket(38));
    expect(lease(again.bucket, rate, ask(1, { left: 9 }), 0).bucket.tokens).to.equal(37);
  });

  it('does not refill what others hold, until that is stale', () => {
    const { bucket: after } = lease(full, rate, ask(1, { holder: 'b', ahead: 9 }), 0);
    expect(lease(after, rate, ask(1), leaseMs - 1).bucket.tokens).to.equal(30);
    expect(lease(after, rate, ask(1), leaseMs).bucket.tokens).to.equal(39);
  });

  it('lets a whole burst in, though others hold a part of it', () => {
    const { bucket: after } = lease(full, rate, ask(1, { holder: 'b', ahead: 9 }), 0);
    expect(lease(after, rate, ask(40), 0).missing).to.equal(1);
    expect(lease(after, rate, ask(40), 100).missing).to.equal(0);
  });

  it('counts what was paid towards it for what costs more than a burst, and for nothing else', () => {
    const paid = lease(full, rate, ask(1), 0).bucket;
    expect(lease(paid, rate, ask(100, { paid: 1 }), 0).bucket.tokens).to.equal(-61);
    expect(lease(paid, rate, ask(40, { paid: 1 }), 0).bucket.tokens).to.equal(-1);
    expect(lease(paid, rate, ask(100), 0).missing).to.equal(1);
    expect(lease(bucket(38), rate, ask(39, { paid: 1 }), 0).missing).to.equal(1);
  });

  it('is told of in whole seconds, one at least', () => {
    expect([0.1, 10, 10.1, 400].map((tokens) => secondsFor(tokens, rate))).to.deep.equal([1, 1, 2, 40]);
  });

  // Each process keeps what it took ahead while the bucket would let it, and uses of that what it likes.
  const step = fc.record({
    after: fc.integer({ min: 0, max: 700 }),
    holder: fc.constantFrom('a', 'b', 'c'),
    cost: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: rate.burst })),
    ahead: fc.integer({ min: 0, max: 60 }),
    used: fc.integer({ min: 0, max: 60 }),
    paid: fc.constant(0),
  });

  it('never lets in more, in any span of time, than a burst and what the span brings, whoever takes ahead', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let now = 0;
        let current = full;
        const holds = new Map<string, { tokens: number; until: number }>();
        const used: { at: number; tokens: number }[] = [];
        for (const { after, used: wanted, ...one } of steps) {
          now += after;
          const own = holds.get(one.holder);
          const live = own && own.until > now ? own.tokens : 0;
          const spent = Math.min(live, wanted);
          used.push({ at: now, tokens: spent });
          const held = current.held.filter(({ until }) => until > now).reduce((sum, { tokens }) => sum + tokens, 0);
          // What costs more than there can be has its own rule.
          const cost = Math.min(one.cost, Math.max(rate.burst - held, 1));
          const leased = lease(current, rate, { ...one, cost, left: live - spent }, now);
          current = leased.bucket;
          if (leased.missing === 0) used.push({ at: now, tokens: cost });
          holds.set(one.holder, { tokens: leased.ahead, until: now + leaseMsOf(leased.ahead, rate) });
        }
        for (const [from, first] of used.entries()) {
          let sum = 0;
          for (const { at, tokens } of used.slice(from)) {
            sum += tokens;
            expect(sum).to.be.at.most(rate.burst + (rate.perSecond * (at - first.at)) / 1_000 + 1e-6);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
