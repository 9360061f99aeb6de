import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenFormat } from '../../src/credentials/tokens.ts';
import { adding, clientOf, removing, type Answer, type Client } from '../support/client.ts';
import { temporaryFolders } from '../support/folders.ts';
import { endPrograms, firstRunOf, serve, stop, type Program } from '../support/process.ts';
import { startReplicaSet, type ReplicaSet } from '../support/replicaSet.ts';
import { freePort } from '../support/server.ts';

/** How long the database is gone: a minute in the long form, `FAULTS=long npm run test:faults`. */
const seconds = process.env['FAULTS'] === 'long' ? 60 : 10;

/** What is promised, in milliseconds. */
const promised = 5_000;

/** A request during the outage. */
interface Asked {
  readonly what: string;
  readonly answer: Answer;
  readonly ms: number;
}

const ways = {
  'is killed': { gone: 'SIGKILL', back: 'revive' },
  'does not answer': { gone: 'SIGSTOP', back: 'SIGCONT' },
} as const;

for (const [way, { gone, back }] of Object.entries(ways))
  describe(`A database that ${way} for ${seconds} s`, function () {
    this.timeout(180_000);
    const folders = temporaryFolders();
    let set: ReplicaSet;
    let program: Program;
    let url: string;
    let client: Client;
    let stranger: Client;
    let user: string;
    let group: string;
    let asked: Asked[];
    let redAfter: number | undefined;
    let greenAfter: number | undefined;

    before(async () => {
      set = await startReplicaSet(1);
      const [dataDir, port] = [await folders.make(), await freePort()];
      const settings = { MONGODB_URI: set.uri, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error' };
      program = await serve({ ...settings, SCIM_RATE_LIMIT: '0' });
      url = `http://127.0.0.1:${port}`;
      const { token } = await firstRunOf(dataDir);
      client = clientOf([`${url}/scim/v2`], token);
      // Well-formed: one that is not is refused without a look.
      stranger = clientOf([`${url}/scim/v2`], tokenFormat.issue().text);
      user = await client.createUser('ann');
      group = await client.createGroup('Ops', [user]);

      await set.signal(gone);
      const began = performance.now();
      const red = untilReady(503, began);
      asked = await askUntil(began + seconds * 1_000);
      redAfter = await red;
      if (back === 'revive') await set.revive();
      else await set.signal(back);
      await set.primary();
      const returned = performance.now();
      greenAfter = await untilReady(200, returned);
    });
    after(async () => {
      for (const each of [client, stranger]) each.close();
      await stop(program);
      endPrograms();
      await set.stop();
      await folders.remove();
    });

    /** How long it takes until the probe says so; undefined where it does not within what is promised twice. */
    async function untilReady(status: number, since: number): Promise<number | undefined> {
      while (performance.now() - since < 2 * promised) {
        const answer = await fetch(`${url}/health/ready`);
        if (answer.status === status) return performance.now() - since;
        await sleep(50);
      }
      return undefined;
    }

    /** Everything that is asked, again and again, ten requests a second. */
    async function askUntil(end: number): Promise<Asked[]> {
      const names = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] };
      const bulk = { Operations: [{ method: 'POST', path: '/Users', bulkId: 'b', data: { userName: 'bulk' } }] };
      const kinds: Readonly<Record<string, () => Promise<Answer>>> = {
        'read a user': () => client.request('GET', `/Users/${user}`),
        'read a group': () => client.request('GET', `/Groups/${group}`),
        'read nobody': () => client.request('GET', '/Users/nobody'),
        list: () => client.request('GET', '/Users'),
        'list by cursor': () => client.request('GET', '/Users?cursor=&count=1'),
        find: () => client.request('GET', '/Users?filter=userName%20eq%20%22nobody%22'),
        search: () => client.request('POST', '/.search', names),
        create: () => client.request('POST', '/Users', { userName: 'bob' }),
        replace: () => client.request('PUT', `/Users/${user}`, { userName: 'ann', title: 'x' }),
        change: () => client.patch(`/Users/${user}`, [{ op: 'replace', value: { active: false } }]),
        add: () => client.patch(`/Groups/${group}`, [adding(user)]),
        take: () => client.patch(`/Groups/${group}`, [removing(user)]),
        'remove nobody': () => client.request('DELETE', '/Users/nobody'),
        bulk: () => client.request('POST', '/Bulk', bulk),
        'ask with an unknown token': () => stranger.request('GET', '/Users'),
      };
      const all: Promise<Asked>[] = [];
      while (performance.now() < end)
        for (const [what, ask] of Object.entries(kinds)) {
          const sent = performance.now();
          all.push(ask().then((answer) => ({ what, answer, ms: performance.now() - sent })));
          await sleep(100);
        }
      return Promise.all(all);
    }

    it('is told as 503 with Retry-After to whoever asks whatever: never as 401, 404 or an empty list', () => {
      expect(asked).to.have.length.of.at.least(seconds * 5);
      for (const { what, answer } of asked) {
        expect(answer.status, `${what}: ${JSON.stringify(answer.body)}`).to.equal(503);
        expect(answer.headers['retry-after'], what).to.match(/^[1-9]\d*$/);
        expect(answer.body['schemas']).to.deep.equal(['urn:ietf:params:scim:api:messages:2.0:Error']);
      }
    });

    it('is told within 5 s', () => {
      const slowest = asked.toSorted((a, b) => b.ms - a.ms)[0];
      expect(slowest?.ms, slowest?.what).to.be.below(promised);
    });

    it('turns the probe red within 5 s, and green within 5 s of its return', () => {
      expect(redAfter).to.be.below(promised);
      expect(greenAfter).to.be.below(promised);
    });

    it('has afterwards what it had', async () => {
      expect((await client.request('GET', `/Users/${user}`)).status).to.equal(200);
      expect((await client.request('GET', `/Groups/${group}`)).status).to.equal(200);
      expect((await stranger.request('GET', '/Users')).status).to.equal(401);
      const { status } = await client.request('POST', '/Users', { userName: 'cas' });
      expect(status).to.equal(201);
    });
  });
