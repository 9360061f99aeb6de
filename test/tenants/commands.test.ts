import { expect } from 'chai';
import mongoose from 'mongoose';
import { randomUUID } from 'node:crypto';
import { backup, restore } from '../../src/admin/backup.ts';
import { housekeeping } from '../../src/storage/housekeeping.ts';
import { clientOf, type Client } from '../support/client.ts';
import { namingOf, type Asked } from '../support/naming.ts';
import { badge } from '../support/ownSchemas.ts';
import { emptyPlace, portsOn } from '../support/places.ts';
import { methods, places } from '../support/routes.ts';
import { freePort, startTestServer, type TestServer } from '../support/server.ts';
import { unnamed, type Command } from '../support/tenantNamed.ts';

/**
 * All that is sent about tenants' data without naming one tenant, and why. What an operator does to all tenants at once,
 * `rollcall backup` and `restore` of everything and what makes collections ready, is not asked here.
 */
const exceptions: Readonly<Record<string, string>> = {
  'aggregate tokens by _id': 'a token tells whose request it is; its connection is looked up under its own tenant',
  '$lookup resources by _id': 'the groups of edges, which were found by their tenant and hold ids that we gave',
  'find tenants by nothing': 'housekeeping goes through all tenants, and does the work of each by its id',
  'find tenants by nameKey': 'an operator names a tenant, whose name is unique',
};

describe('Commands on the data of tenants', function () {
  this.timeout(120_000);
  let server: TestServer;
  let watched: mongoose.Connection;
  let client: Client;
  /** Stands for a user. */
  let me: Client;
  let tenant: string;
  const found = new Map<string, Command>();
  let checked = 0;

  const watch = ({ commandName, command }: { commandName: string; command: Record<string, unknown> }) => {
    for (const fault of unnamed(commandName, command)) found.set(fault, command);
    checked += 1;
  };

  before(async () => {
    // Where there are metrics, the server is told of each command that it sends.
    server = await startTestServer({ METRICS_PORT: String(await freePort()) });
    const own = mongoose.connections.find(
      (each) => each.readyState === mongoose.ConnectionStates.connected && each.getClient().options.monitorCommands,
    );
    if (!own) throw new Error('the server has no connection');
    watched = own;
    watched.getClient().on('commandStarted', watch);
    const world = await server.tenant({ schemas: ['badge', 'device'] });
    tenant = world.tenantId;
    client = clientOf([server.base], world.token);
    me = clientOf([server.base], (await world.tokenFor?.(await client.createUser('myself'))) ?? '');
  });
  after(async () => {
    for (const each of [client, me]) each.close();
    await server.stop();
  });

  /** One of each type, with words of its own. */
  async function one(): Promise<readonly Asked[]> {
    const word = randomUUID();
    const asked = (id: string): Asked => ({
      ...{ id, name: word, externalId: word, mail: `${word}@corp.example` },
      ...{ cursor: '', key: randomUUID(), urn: badge.id },
    });
    const user = await client.createUser(word, { emails: [{ value: asked('').mail }] });
    const group = await client.createGroup(word, [user]);
    const device = await client.request('POST', '/Devices', { assetTag: word, holder: { value: user } });
    return [user, group, device.body.id].map(asked);
  }

  for (const path of places)
    for (const method of methods)
      it(`name it: ${method} ${path}`, async () => {
        for (const asked of await one())
          for (const naming of namingOf(path, method)) {
            const { method: asks, path: at, body, headers } = naming(asked);
            const { status } = await (path === '/Me' ? me : client).request(asks, at, body, headers);
            expect(status, at).not.to.be.oneOf([500, 503]);
          }
      });

  it('name it for groups in groups, rings in a Bulk, and what is asked by many at once', async () => {
    const outer = await client.createGroup('outer', [
      await client.createGroup('inner', [await client.createUser('in')]),
    ]);
    await Promise.all(Array.from({ length: 20 }, () => client.request('GET', `/Groups/${outer}`)));
    await Promise.all(Array.from({ length: 20 }, (_, at) => client.createUser(`at once ${at}`)));
    const ring = (bulkId: string, other: string) => ({
      ...{ method: 'POST', path: '/Groups', bulkId },
      data: { displayName: `ring ${bulkId}`, members: [{ value: `bulkId:${other}` }] },
    });
    const Operations = [ring('a', 'b'), ring('b', 'a')];
    expect((await client.request('POST', '/Bulk', { Operations })).status).to.equal(200);
    await client.request('DELETE', `/Groups/${outer}`);
  });

  it('name it for what follows writes', async () => {
    const keeping = housekeeping(watched, (error) => {
      throw error;
    });
    await keeping.settle();
    await keeping.stop();
    expect(await server.db.collection('journal').countDocuments({ pending: true })).to.equal(0);
  });

  it("name it for the backup and the restore of one tenant's", async () => {
    const bytes: Uint8Array[] = [];
    await backup(portsOn(watched), tenant, async (pieces) => {
      for await (const piece of pieces) bytes.push(piece);
    });
    const place = await emptyPlace({ monitorCommands: true });
    place.db.getClient().on('commandStarted', watch);
    async function* all(): AsyncGenerator<Uint8Array> {
      yield* bytes;
    }
    await restore(place.ports, tenant, all());
    await place.close();
  });

  it('name it but for a few, which are listed', () => {
    expect(checked).to.be.greaterThan(1_000);
    const others = [...found].filter(([fault]) => !Object.hasOwn(exceptions, fault));
    expect(Object.fromEntries(others)).to.deep.equal({});
    expect([...found.keys()]).to.have.members(Object.keys(exceptions));
  });
});
