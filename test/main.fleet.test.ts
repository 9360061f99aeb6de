import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { pause, resume } from '../src/admin/connections.ts';
import type { Ports } from '../src/admin/ports.ts';
import { addSchema, removeSchema } from '../src/admin/schemas.ts';
import { listTokens, revokeToken } from '../src/admin/tokens.ts';
import { adminPorts } from '../src/administration.ts';
import { tenantId } from '../src/domain/tenants.ts';
import { provisioningLog } from '../src/storage/provisioningLog.ts';
import { adding, tally, type Answer, type Client } from './support/client.ts';
import { startFleet, type Fleet } from './support/fleet.ts';
import { badge, schemaText } from './support/ownSchemas.ts';

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

  it('serve a schema that a tenant makes within a second, each of them', async () => {
    const client = await fleet.tenant();
    expect(await statuses(client)).to.deep.equal([200, 200]);
    await addSchema(ports, { tenant: client.tenantId, content: schemaText('device') });
    await sleep(told);
    const asked = fleet.processes.map(() => client.request('GET', '/Devices'));
    expect((await Promise.all(asked)).map(({ status }) => status)).to.deep.equal([200, 200]);
    client.close();
  });

  it('leave no value of a removed schema behind, whoever writes while it is removed', async () => {
    const client = await fleet.tenant();
    const tenant = tenantId(client.tenantId);
    await addSchema(ports, { tenant, content: schemaText('badge') });
    expect(await statuses(client)).to.deep.equal([200, 200]);
    const removal = removeSchema(ports, { tenant, urn: badge.id }).then(
      () => 'removed',
      (error: unknown) => (error as Error).message,
    );
    const state = async () => (await ports.schemas.read(tenant)).schemas[0]?.state;
    while ((await state()) === 'served') await sleep(1);
    const written: number[] = [];
    const write = async (writer: number) => {
      const until = Date.now() + 2_000;
      for (let at = 0; Date.now() < until; at += 1) {
        const userName = `user ${writer} ${at}`;
        const { status } = await client.request('POST', '/Users', { userName, [badge.id]: { number: userName } });
        written.push(status);
      }
    };
    await Promise.all([1, 2, 3, 4].map(write));
    const outcome = await removal;
    const holders = await ports.schemas.holders(tenant, badge);
    expect(new Set(written)).to.include(201);
    for (const status of written) expect(status).to.be.oneOf([201, 503]);
    if (outcome === 'removed') expect([holders, await state()]).to.deep.equal([0, undefined]);
    else {
      expect(outcome).to.include(`hold values of it (${String(holders)})`);
      expect([holders > 0, await state()]).to.deep.equal([true, 'served']);
    }
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
