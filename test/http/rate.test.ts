import { Agent, request } from 'node:http';
import { expect } from 'chai';
import { environment } from '../../src/config.ts';
import { fullBucket, lease, rateOf, secondsFor } from '../../src/domain/rate.ts';
import { furtherCost } from '../../src/http/rate.ts';
import { limits } from '../../src/scim/limits.ts';
import { call, front, goodToken, pausedToken } from './front.ts';
import type { Front, Reply } from './front.ts';
import type { Spend } from '../../src/http/rate.ts';
import type { Json } from '../../src/scim/types.ts';

/** As README says. */
const rate = rateOf(environment.properties.SCIM_RATE_LIMIT.default);

/** One bucket for everybody, at an instant that is set by hand. */
function bucketOf(): { readonly spend: Spend; readonly clock: { now: number }; readonly spent: number[] } {
  const clock = { now: 0 };
  const spent: number[] = [];
  let bucket = fullBucket(rate, 0);
  const spend: Spend = async (_, cost, paid = 0) => {
    spent.push(cost);
    const leased = lease(bucket, rate, { holder: 'a', left: 0, cost, ahead: 0, paid }, clock.now);
    ({ bucket } = leased);
    if (leased.missing === 0) return { status: 'admitted' };
    return { status: 'refused', retryAfterSeconds: secondsFor(leased.missing, rate) };
  };
  return { spend, clock, spent };
}

const bulkOf = (count: number): string =>
  JSON.stringify({ schemas: [], Operations: Array.from({ length: count }, () => ({ method: 'DELETE' })) });

describe('HTTP: the rate of a connection', () => {
  let here: Front | undefined;
  afterEach(async () => {
    await here?.server.close();
    here = undefined;
  });

  async function open() {
    const bucket = bucketOf();
    const opened = await front({ spend: bucket.spend });
    here = opened;
    return { ...bucket, ...opened };
  }

  const expectRefusal = ({ status, headers, json }: Reply) => {
    expect(status).to.equal(429);
    expect(headers['retry-after']).to.match(/^[1-9]\d*$/);
    expect(json).to.deep.include({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '429' });
    expect(json).to.not.have.property('scimType');
    expect(json['detail']).to.match(/try again in \d+ s \[request \S+\]$/);
  };

  it('lets a whole burst in, and refuses the next one as a SCIM Error', async () => {
    const { port, handled } = await open();
    for (let left = rate.burst; left > 0; left -= 50) {
      const replies = await Promise.all(Array.from({ length: 50 }, () => call(port, 'GET', '/scim/v2/Users')));
      expect(replies.map(({ status }) => status)).to.deep.equal(Array(50).fill(200));
    }
    expectRefusal(await call(port, 'GET', '/scim/v2/Users'));
    expect(handled).to.have.length(rate.burst);
  });

  it('lets a second’s worth in after a second, and refuses the next one', async () => {
    const { port, spend, clock } = await open();
    await spend({ tenant: 'demo', connection: 'c1' }, rate.burst);
    expectRefusal(await call(port, 'GET', '/scim/v2/Users'));
    clock.now += 1_000;
    for (let left = rate.perSecond; left > 0; left -= 50) {
      const replies = await Promise.all(Array.from({ length: 50 }, () => call(port, 'GET', '/scim/v2/Users')));
      expect(replies.map(({ status }) => status)).to.deep.equal(Array(50).fill(200));
    }
    expectRefusal(await call(port, 'GET', '/scim/v2/Users'));
  });

  it('refuses before a body is read, and writes no row of it', async () => {
    const { port, spend, handled, rows, lines } = await open();
    await spend({ tenant: 'demo', connection: 'c1' }, rate.burst);
    expectRefusal(await call(port, 'POST', '/scim/v2/Users', { body: 'not JSON' }));
    expect(handled).to.deep.equal([]);
    expect(rows).to.deep.equal([]);
    expect(lines().map(({ status }) => status)).to.include(429);
  });

  it('keeps the connection of a client that it refuses, whose body nobody reads', async () => {
    const { port, spend } = await open();
    await spend({ tenant: 'demo', connection: 'c1' }, rate.burst);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { Authorization: `Bearer ${goodToken}`, 'Content-Type': 'application/scim+json' };
    const refused = (): Promise<{ status: number | undefined; reused: boolean }> =>
      new Promise((resolve, reject) => {
        const outgoing = request({ host: '127.0.0.1', port, method: 'POST', path: '/scim/v2/Users', agent, headers });
        outgoing.on('response', (answer) => {
          answer.resume().on('end', () => {
            resolve({ status: answer.statusCode, reused: outgoing.reusedSocket });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(JSON.stringify({ userName: 'x'.repeat(100_000) }));
      });
    expect(await refused()).to.deep.equal({ status: 429, reused: false });
    expect(await refused()).to.deep.equal({ status: 429, reused: true });
    agent.destroy();
  });

  it('is asked for nothing without a good token, while paused, and by probes', async () => {
    const { port, spent } = await open();
    await call(port, 'GET', '/scim/v2/Users', { headers: { Authorization: 'Bearer bad' } });
    await call(port, 'GET', '/scim/v2/Users', { headers: { Authorization: `Bearer ${pausedToken}` } });
    await call(port, 'GET', '/health/ready');
    expect(spent).to.deep.equal([]);
  });

  it('has a Bulk pay for its operations, and lets the largest in from a full bucket', async () => {
    const { port, spent } = await open();
    const body = bulkOf(limits.bulkOperations);
    expect((await call(port, 'POST', '/scim/v2/Bulk', { body })).status).to.equal(200);
    expect(spent).to.deep.equal([1, limits.bulkOperations - 1]);
    expectRefusal(await call(port, 'GET', '/scim/v2/Users'));
  });

  it('refuses a whole Bulk where it lets one request in', async () => {
    const { port, spend, handled } = await open();
    await spend({ tenant: 'demo', connection: 'c1' }, rate.burst - 10);
    expectRefusal(await call(port, 'POST', '/scim/v2/Bulk', { body: bulkOf(11) }));
    expect(handled).to.deep.equal([]);
    expect((await call(port, 'POST', '/scim/v2/Bulk', { body: bulkOf(9) })).status).to.equal(200);
  });

  const costs: [what: string, path: string[], body: Json | undefined, cost: number][] = [
    ['a Bulk of three', ['Bulk'], { Operations: [{}, {}, {}] }, 2],
    ['a Bulk in another letter case', ['Bulk'], { operations: [{}, {}, {}] }, 2],
    ['a Bulk that says twice how many', ['Bulk'], { operations: [], Operations: [{}, {}, {}] }, 2],
    ['a Bulk of none', ['Bulk'], { Operations: [] }, 0],
    [
      'a Bulk that is refused for its size',
      ['Bulk'],
      { Operations: Array<Json>(limits.bulkOperations + 1).fill({}) },
      0,
    ],
    ['no Bulk at all', ['Bulk'], 'Operations', 0],
    ['a Bulk without a body', ['Bulk'], undefined, 0],
    ['a user', ['Users'], { Operations: [{}, {}, {}] }, 0],
    ['nothing that is served', ['Bulk', 'x'], { Operations: [{}, {}, {}] }, 0],
  ];
  for (const [what, path, body, cost] of costs)
    it(`has ${what} pay ${cost} beside the one`, () => {
      expect(furtherCost({ path, query: {} }, body)).to.equal(cost);
    });

  it('is unlimited where nothing limits it', async () => {
    here = await front();
    expect((await call(here.port, 'GET', '/scim/v2/Users')).status).to.equal(200);
  });
});
