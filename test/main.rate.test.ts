import { expect } from 'chai';
import { clientOf, type Client } from './support/client.ts';
import { startFleet, type Fleet } from './support/fleet.ts';
import { startTestServer, type TestServer } from './support/server.ts';

describe('the rate of a connection, through two server processes', function () {
  this.timeout(60_000);
  let fleet: Fleet;

  before(async () => {
    fleet = await startFleet(2, { SCIM_RATE_LIMIT: '20' });
  });
  after(() => fleet.stop());

  /** Statuses of requests that are sent at once, and the seconds that they took. */
  async function asked(client: Client, times: number) {
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: times }, () => client.request('GET', '/Users?count=0')));
    const seconds = (performance.now() - began) / 1_000;
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    return { answers, seconds, ok: count(200), refused: count(429) };
  }

  it('is the burst and what the time brings, together', async () => {
    const client = await fleet.tenant();
    const { answers, seconds, ok, refused } = await asked(client, 200);
    expect(ok + refused).to.equal(200);
    expect(ok).to.be.within(80, 80 + Math.ceil(20 * seconds));
    for (const { status, headers } of answers)
      if (status === 429) expect(headers['retry-after']).to.match(/^[1-9]\d*$/);
    client.close();
  });

  it('lets those in again who come back when they were told to', async () => {
    const client = await fleet.tenant();
    const { answers } = await asked(client, 150);
    const wait = Math.max(...answers.map(({ headers }) => Number(headers['retry-after'] ?? 0)));
    expect(wait).to.equal(1);
    await new Promise((resolve) => setTimeout(resolve, wait * 1_000));
    expect((await asked(client, 10)).ok).to.equal(10);
    client.close();
  });

  it('is each connection’s own', async () => {
    const [greedy, modest] = [await fleet.tenant(), await fleet.tenant()];
    const [, { ok }] = await Promise.all([asked(greedy, 200), asked(modest, 40)]);
    expect(ok).to.equal(40);
    greedy.close();
    modest.close();
  });
});

describe('the rate of a connection, by default', function () {
  this.timeout(60_000);
  let server: TestServer;

  before(async () => {
    server = await startTestServer({ SCIM_RATE_LIMIT: '' });
  });
  after(() => server.stop());

  it('lets a Bulk of 1,000 operations in from a full bucket', async () => {
    const { base, token } = await server.tenant();
    const client = clientOf([base], token);
    const operations = Array.from({ length: 1_000 }, (_, at) => ({ method: 'DELETE', path: `/Users/nobody-${at}` }));
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'];
    const answer = await client.request('POST', '/Bulk', { schemas, Operations: operations });
    expect(answer.status).to.equal(200);
    expect(answer.body['Operations']).to.have.length(1_000);
    client.close();
  });
});
