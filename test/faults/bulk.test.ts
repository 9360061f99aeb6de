import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { limits } from '../../src/scim/limits.ts';
import { graphOf, largeBulk } from '../support/bulks.ts';
import { faultsWithin, readTenant } from '../support/checker.ts';
import type { Answer, Client } from '../support/client.ts';
import { countFaults, figures } from '../support/figures.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { randomFrom } from '../support/workload.ts';

const kills = 3;

/** A seed of one's own runs the same Bulk, killed at the same moments, again: `FAULTS_SEED=1 npm run test:faults`. */
const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

type Customer = Client & { readonly tenantId: string };

/** What an answer says of each operation, but for ids. */
function told({ status, body }: Answer) {
  expect(status).to.equal(200);
  const results = body['Operations'] as readonly Readonly<Record<string, string>>[];
  return results.map((each) => ({
    method: each['method'],
    bulkId: each['bulkId'],
    status: each['status'],
    version: each['version'],
  }));
}

describe(`A Bulk of ${limits.bulkOperations} operations that refer to each other (seed ${seed})`, function () {
  this.timeout(300_000);
  const random = randomFrom(seed);
  const { operations, graph } = largeBulk(random);
  const seen = figures('kill -9 in the middle of a Bulk');
  const message = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations };
  let fleet: Fleet;
  let whole: Customer;
  let killed: Customer;
  let expected: ReturnType<typeof told>;

  before(async () => {
    fleet = await startFleet(1);
    // What a killed server had begun holds its names until MongoDB ends it, usually for a minute.
    await fleet.limitTransactions(5);
    [whole, killed] = [await fleet.tenant(), await fleet.tenant()];
  });
  after(async () => {
    whole.close();
    killed.close();
    await fleet.limitTransactions(60);
    await fleet.stop();
  });

  const send = (client: Client, key: string) => client.request('POST', '/Bulk', message, { 'Idempotency-Key': key });

  /** Sends it as a client does that was told when to come back, until it is no longer told so. */
  async function insist(client: Client, key: string): Promise<Answer> {
    for (;;) {
      const answer = await send(client, key);
      if (answer.status !== 409) return answer;
      expect(answer.headers['retry-after']).to.match(/^\d+$/);
      await sleep(1_000 * Number(answer.headers['retry-after']));
    }
  }

  /** Sends it until no operation is to be tried again. */
  async function complete(client: Client, key: string): Promise<Answer> {
    for (;;) {
      const answer = await insist(client, key);
      if (told(answer).every(({ status }) => status !== '503')) return answer;
    }
  }

  const entriesOf = ({ tenantId }: Customer) => fleet.db.collection('journal').countDocuments({ tenant: tenantId });

  /** The indexes of the operations that the journal tells of. */
  async function partsOf({ tenantId }: Customer): Promise<number[]> {
    const { journal } = await readTenant(fleet.db.getClient(), tenantId);
    return journal.flatMap(({ part }) => part?.index ?? []).sort((a, b) => a - b);
  }

  async function faultsOf({ tenantId }: Customer) {
    const faults = faultsWithin(await readTenant(fleet.db.getClient(), tenantId));
    countFaults(seen, faults);
    return faults;
  }

  it('is done, whichever way they refer', async () => {
    seen.count('operations', operations.length);
    expect(operations).to.have.lengthOf(limits.bulkOperations);
    expected = told(await send(whole, randomUUID()));
    const statuses = (of: string) =>
      [...new Set(expected.flatMap(({ method, status }) => (method === of ? [status] : [])))].sort();
    expect(expected).to.have.lengthOf(operations.length);
    expect(statuses('POST')).to.deep.equal(['201', '409']);
    expect(statuses('PATCH')).to.deep.equal(['204']);
    expect(await graphOf(whole)).to.deep.equal(graph);
    expect(await faultsOf(whole)).to.deep.equal([]);
  });

  it(`comes to the same end where the server is killed ${kills} times, and it is sent again each time`, async () => {
    const key = randomUUID();
    const due = await entriesOf(whole);
    for (let left = kills; left > 0; left -= 1) {
      const before = await entriesOf(killed);
      // Only once it goes on, and well before its end.
      const moment = before + 1 + Math.floor(random() * 0.6 * (due - before));
      const sending = insist(killed, key).then(told, (error: unknown) => error);
      while ((await entriesOf(killed)) < moment) await sleep(1);
      await fleet.restart();
      seen.count('kills');
      expect(await sending, `killed after ${moment} of ${due}`).to.be.an('error');
      const done = await partsOf(killed);
      expect(new Set(done).size).to.equal(done.length);
      expect(done.length).to.be.within(moment, due - 1);
      expect(await faultsOf(killed)).to.deep.equal([]);
    }
    expect(told(await complete(killed, key))).to.deep.equal(expected);
    expect(await graphOf(killed)).to.deep.equal(graph);
    expect(await partsOf(killed)).to.deep.equal(await partsOf(whole));
    expect(await faultsOf(killed)).to.deep.equal([]);

    expect(told(await send(killed, key)), 'sent once more').to.deep.equal(expected);
    expect(await entriesOf(killed)).to.equal(due);
  });
});
