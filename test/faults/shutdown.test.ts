import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOf, type Client } from '../support/client.ts';
import { figures } from '../support/figures.ts';
import { temporaryFolders } from '../support/folders.ts';
import { freshDatabase, type TestDatabase } from '../support/mongod.ts';
import { endPrograms, firstRunOf, serve, stop } from '../support/process.ts';
import { freePort } from '../support/server.ts';
import { randomFrom } from '../support/workload.ts';

/** Fifty in the long form: `FAULTS=long npm run test:faults`. */
const rounds = process.env['FAULTS'] === 'long' ? 50 : 5;
const workers = 16;
const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

/** What became of a request. */
interface Asked {
  readonly sent: number;
  readonly ended: number;
  /** Where it was answered. */
  readonly status?: number;
  readonly name: string;
}

describe(`SIGTERM under load, ${rounds} times (seed ${seed})`, function () {
  this.timeout(rounds * 10_000 + 60_000);
  const folders = temporaryFolders();
  const random = randomFrom(seed);
  const seen = figures('SIGTERM under load');
  let database: TestDatabase;
  let dataDir: string;
  let settings: Readonly<Record<string, string>>;

  before(async () => {
    database = await freshDatabase();
    dataDir = await folders.make();
    const port = await freePort();
    settings = { MONGODB_URI: database.uri, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error' };
  });
  after(async () => {
    endPrograms();
    await database.drop();
    await folders.remove();
  });

  /** Creates one user after the other until nobody answers. */
  async function work(client: Client, name: string): Promise<Asked[]> {
    const all: Asked[] = [];
    for (let at = 0; ; at += 1) {
      const sent = performance.now();
      const userName = `${name} ${at}`;
      const answer = await client.request('POST', '/Users', { userName }).catch(() => undefined);
      all.push({ sent, ended: performance.now(), name: userName, ...(answer && { status: answer.status }) });
      if (!answer) return all;
    }
  }

  for (let round = 1; round <= rounds; round += 1)
    it(`fails no request that is in flight, and ends with 0: ${round}`, async () => {
      const program = await serve({ ...settings, SCIM_RATE_LIMIT: '0' });
      const { token } = await firstRunOf(dataDir);
      const client = clientOf([`http://127.0.0.1:${settings['PORT'] ?? ''}/scim/v2`], token);
      const working = Promise.all(Array.from({ length: workers }, (_, at) => work(client, `r${round} w${at}`)));
      await sleep(400 + random() * 400);
      const told = performance.now();
      const { code } = await stop(program);
      seen.most('longest until it had ended', performance.now() - told, 'ms');
      const asked = (await working).flat();
      client.close();

      expect(code).to.equal(0);
      const inFlight = asked.filter(({ sent, ended }) => sent < told && ended >= told);
      seen.count('SIGTERMs');
      seen.count('requests sent before it', asked.filter(({ sent }) => sent < told).length);
      seen.count('of these in flight', inFlight.length);
      seen.count('of these failed', inFlight.filter(({ status }) => status !== 201).length);
      expect(inFlight).to.have.length.of.at.least(1);
      expect(asked.filter(({ sent, status }) => sent < told && status !== 201)).to.deep.equal([]);
      expect(asked.filter(({ status }) => status !== undefined && status !== 201)).to.deep.equal([]);

      // What was acknowledged is there when the server is again.
      const again = await serve({ ...settings, SCIM_RATE_LIMIT: '0' });
      const reader = clientOf([`http://127.0.0.1:${settings['PORT'] ?? ''}/scim/v2`], token);
      for (const { name } of inFlight.filter(({ status }) => status === 201)) {
        const { body } = await reader.request('GET', `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`);
        expect(body['totalResults'], name).to.equal(1);
      }
      reader.close();
      expect((await stop(again)).code).to.equal(0);
    });
});
