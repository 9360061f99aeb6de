import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { pause, resume } from '../src/admin/connections.ts';
import type { Ports } from '../src/admin/ports.ts';
import { listTokens, revokeToken } from '../src/admin/tokens.ts';
import { adminPorts } from '../src/compose.ts';
import { provisioningLog } from '../src/storage/provisioningLog.ts';
import { adding, tally, type Answer, type Client } from './support/client.ts';
import { startFleet, type Fleet } from './support/fleet.ts';

/** Within this long every process knows what an operator did, in milliseconds. */
const told = 1_000;

describe('several server processes on one database', function () {
  this.timeout(60_000);
  let fleet: Fleet;
  let ports: Ports;

  before(async () => {
    fleet = await startFleet(2);
    const log = provisioningLog(fleet.db, () => undefined);
    ports = adminPorts(fleet.db, 'http://127.0.0.1', 'test', log);
  });
  after(() => fleet.stop());

  /** One request to each process, which takes turns. */
  const askEach = async (client: Client): Promise<Answer[]> =>
    Promise.all(fleet.processes.map(() => client.request('GET', '/Users?count=1')));
  const statuses = async (client: Client) => (await askEach(client)).map(({ status }) => status);

  it('refuse a revoked token within a second, each of them, however often it was used just before', async () => {
    const client = await fleet.tenant();
    for (let round = 0; round < 20; round += 1) expect(await statuses(client)).to.deep.equal([200, 200]);
    const [token] = await listTokens(ports, { tenant: client.tenantId, connection: client.connectionId });
    await revokeToken(ports, { tenant: client.tenantId, id: token?.id ?? '' });
    const revoked = Date.now();
    while (Date.now() - revoked < told)
      for (const status of await statuses(client)) expect(status).to.be.oneOf([200, 401]);
    for (const { status, headers } of [...(await askEach(client)), ...(await askEach(client))]) {
      expect(status).to.equal(401);
      expect(headers['www-authenticate']).to.match(/^Bearer/);
    }
    client.close();
  });

  it('answer 503 with Retry-After while a connection is paused, and serve it when it is resumed', async () => {
    const client = await fleet.tenant();
    const choice = { tenant: client.tenantId, connection: client.connectionId };
    expect(await statuses(client)).to.deep.equal([200, 200]);
    await pause(ports, choice);
    await sleep(told);
    for (const { status, headers, body } of await askEach(client)) {
      expect(status).to.equal(503);
      expect(headers['retry-after']).to.match(/^\d+$/);
      expect(body).to.include({ status: '503' });
    }
    await resume(ports, choice);
    await sleep(told);
    expect(await statuses(client)).to.deep.equal([200, 200]);
    client.close();
  });

  it('lose no member whose adding says If-Match: *', async () => {
    const client = await fleet.tenant();
    const group = await client.createGroup('Ops EU');
    const users = await Promise.all(Array.from({ length: 60 }, (_, at) => client.createUser(`user ${at}`)));
    const answers = await Promise.all(
      users.map((user) => client.patch(`/Groups/${group}`, [adding(user)], { 'If-Match': '*' })),
    );
    expect(tally(answers)).to.deep.equal({ 204: users.length });
    expect((await client.members(group)).sort()).to.deep.equal(users.sort());
    client.close();
  });
});
