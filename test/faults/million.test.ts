import { expect } from 'chai';
import type mongoose from 'mongoose';
import { setTimeout as sleep } from 'node:timers/promises';
import { protocolOver } from '../../src/protocol.ts';
import { connect } from '../../src/storage/connect.ts';
import { housekeeping } from '../../src/storage/housekeeping.ts';
import { migrate } from '../../src/storage/schema.ts';
import { tenantsModel } from '../../src/storage/tenants.ts';
import { clientOf, type Client } from '../support/client.ts';
import { testCaller } from '../support/callers.ts';
import { figures } from '../support/figures.ts';
import { ask, endingOf, endings, fillGroup, makeGroup } from '../support/largeGroups.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import { testRegistry } from '../support/schemas.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const { tenant } = testCaller();
const large = 50_000;
const seenIn = figures(`Ending ${large.toLocaleString('en')} memberships`);

describe('Ending all memberships of a group', function () {
  this.timeout(240_000);

  describe('in the store', () => {
    let database: TestDatabase;
    let connection: mongoose.Connection;
    let commands: string[] = [];
    let protocol: ReturnType<typeof protocolOver>;

    before(async () => {
      database = await freshDatabase();
      connection = await connect(database.uri, { monitorCommands: true });
      await migrate(connection, [tenantsModel(connection)]);
      await connection.collection<{ _id: string }>('tenants').insertOne({ _id: tenant });
      const pending = new Map<number, string>();
      connection.getClient().on('commandStarted', ({ requestId, commandName, command }) => {
        const { [commandName]: target, documents, updates, deletes, pipeline } = command as Record<string, unknown>;
        const rows: unknown[] = [documents, updates, deletes, pipeline].find(Array.isArray) ?? [];
        pending.set(requestId, `${commandName} ${String(target)} of ${rows.length}`);
      });
      connection.getClient().on('commandSucceeded', ({ requestId, reply }) => {
        const { n, nModified, cursor } = reply as {
          n?: number;
          nModified?: number;
          cursor?: { firstBatch?: unknown[]; nextBatch?: unknown[] };
        };
        const rows = (cursor?.firstBatch ?? cursor?.nextBatch)?.length;
        commands.push(`${pending.get(requestId)}: ${JSON.stringify({ n, nModified, rows })}`);
      });
      protocol = protocolOver(connection, testRegistry(), 'http://127.0.0.1');
      // The first removal of a tenant makes the document that the others write to.
      const group = await makeGroup(protocol, 'first');
      await ask(protocol, { method: 'DELETE', path: ['Groups', group] });
    });
    beforeEach(() => {
      commands = [];
    });
    after(async () => {
      await connection.close();
      await database.drop();
    });

    const edges = (group: string) => connection.collection('edges').countDocuments({ tenant, group, live: true });

    async function made(name: string, size: number): Promise<string> {
      const group = await makeGroup(protocol, name);
      await fillGroup(connection.getClient().db(), tenant, group, size);
      return group;
    }

    for (const name of endings)
      it(`${name} takes the same store commands for ${large} members as for 1,000, touches no edge, and the edges are closed afterwards`, async () => {
        const taken: string[][] = [];
        for (const size of [1_000, large]) {
          const group = await made(`${name} ${size}`, size);
          commands = [];
          const { status } = await ask(protocol, { ...endingOf(name), path: ['Groups', group] });
          expect(status).to.equal(204);
          taken.push([...commands]);
          expect(await edges(group), 'edges still to be closed').to.equal(size);

          const keeping = housekeeping(connection, (error) => {
            throw error;
          });
          await keeping.settle();
          await keeping.stop();
          expect(await edges(group)).to.equal(0);
          expect(await connection.collection('closings').countDocuments({ tenant })).to.equal(0);
          const entry = await connection.collection('journal').findOne({ tenant, resource: group, version: 2 });
          const ended: object = {
            tenant,
            group,
            generation: 1,
            to: entry?.['at'] as unknown,
            live: { $exists: false },
          };
          expect(await connection.collection('edges').countDocuments(ended)).to.equal(size);
        }
        const [few, many] = taken;
        seenIn.count('ways');
        seenIn.count('store commands', many?.length);
        seenIn.count('store commands of 1,000 memberships', few?.length);
        expect(few).to.include.members(['insert journal of 1: {"n":1}', 'insert closings of 1: {"n":1}']);
        // Two of the reads are made side by side, and are answered in either order.
        expect(many?.sort()).to.deep.equal(few?.sort());
      });
  });

  describe('for readers', () => {
    let server: TestServer;
    let client: Client;
    let world: Awaited<ReturnType<TestServer['tenant']>>;

    before(async () => {
      server = await startTestServer();
      world = await server.tenant();
      client = clientOf([world.base], world.token);
    });
    after(async () => {
      client.close();
      await server.stop();
    });

    for (const name of endings)
      it(`${name} is one instant: each sees all ${large} members or none`, async () => {
        const user = await client.createUser(`member of ${name}`);
        const group = await client.createGroup(name, [user]);
        await fillGroup(server.db.getClient().db(), world.tenantId, group, large - 1);
        const { method, body } = endingOf(name);
        const seen: string[] = [];
        let over = false;
        const look = async (): Promise<string> => {
          const { status, headers, body: found } = await client.request('GET', `/Groups/${group}`);
          if (status !== 200) return status === 404 ? 'gone' : `answered ${status}`;
          return `${String(headers['etag'])}: ${((found['members'] ?? []) as unknown[]).length}`;
        };
        const readers = Array.from({ length: 3 }, async () => {
          while (!over) seen.push(await look());
        });
        while (seen.length < 3) await sleep(10);
        const { status } = await client.request(method, `/Groups/${group}`, body);
        expect(status).to.equal(204);
        const after = await look();
        const member = await client.request('GET', `/Users/${user}`);
        // On past the moment when the edges are closed behind the readers.
        while ((await server.db.collection('edges').countDocuments({ group, live: true })) > 0) await sleep(50);
        over = true;
        await Promise.all(readers);

        const none = method === 'DELETE' ? 'gone' : 'W/"2": 0';
        seenIn.count('reads meanwhile', seen.length);
        seenIn.count('reads of some of them', seen.filter((each) => ![`W/"1": ${large}`, none].includes(each)).length);
        expect([...new Set(seen)]).to.have.members([`W/"1": ${large}`, none]);
        expect(after).to.equal(none);
        expect(member.body).not.to.have.property('groups');
      });
  });
});
