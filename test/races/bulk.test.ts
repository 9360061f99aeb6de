import { expect } from 'chai';
import { graphOf, largeBulk } from '../support/bulks.ts';
import { faultsWithin, readTenant } from '../support/checker.ts';
import { tally, type Answer, type Client } from '../support/client.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { randomFrom } from '../support/workload.ts';

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('Bulks at the same moment, through two processes', function () {
  this.timeout(120_000);
  let fleet: Fleet;
  let client: Client & { readonly tenantId: string };

  before(async () => {
    fleet = await startFleet(2);
  });
  after(() => fleet.stop());
  beforeEach(async () => {
    client = await fleet.tenant();
  });
  afterEach(() => {
    client.close();
  });

  const send = (operations: readonly object[], headers: Record<string, string> = {}) =>
    client.request(
      'POST',
      '/Bulk',
      { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: operations },
      headers,
    );

  const statusesOf = ({ body }: Answer): string[] =>
    (body['Operations'] as readonly { readonly status: string }[]).map(({ status }) => status);

  const faults = async () => faultsWithin(await readTenant(fleet.db.getClient(), client.tenantId));

  it('under one Idempotency-Key are done by one of them, and the others are told when to come back', async () => {
    const { operations, graph } = largeBulk(randomFrom(11));
    const key = { 'Idempotency-Key': 'the-same' };
    const answers = await Promise.all(times(6, () => send(operations, key)));
    expect(tally(answers)).to.deep.equal({ 200: 1, 409: 5 });
    for (const { status, headers } of answers)
      expect(headers['retry-after'], String(status)).to.equal(status === 409 ? '10' : undefined);
    const [done] = answers.filter(({ status }) => status === 200);
    if (!done) throw new Error('nobody did it');
    expect(statusesOf(await send(operations, key))).to.deep.equal(statusesOf(done));
    expect(await graphOf(client)).to.deep.equal(graph);
    expect(await faults()).to.deep.equal([]);
  });

  it('whose rings have one name in common leave one of the rings, whole', async () => {
    for (let round = 0; round < 5; round += 1) {
      const ring = (own: string) =>
        ['shared', own, `${own}-too`].map((name, at, names) => ({
          method: 'POST',
          path: '/Users',
          bulkId: name,
          data: {
            userName: `${name}-${round}`,
            [enterprise]: { manager: { value: `bulkId:${names[(at + 1) % 3] ?? ''}` } },
          },
        }));
      const owners = times(6, (at) => `r${at}`);
      const answers = await Promise.all(owners.map((own) => send(ring(own))));
      const whole = answers.map((answer) => new Set(statusesOf(answer)));
      expect(whole.map(({ size }) => size)).to.deep.equal(owners.map(() => 1));
      const winners = owners.filter((_, at) => whole[at]?.has('201'));
      expect(winners).to.have.lengthOf(1);
      const { managers } = await graphOf(client);
      const there = Object.keys(managers).filter((name) => name.endsWith(`-${round}`));
      expect(there.sort()).to.deep.equal(
        ['shared', winners[0], `${winners[0]}-too`].map((name) => `${name}-${round}`).sort(),
      );
    }
    expect(await faults()).to.deep.equal([]);
  });
});
