import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultsOf } from '../support/acknowledged.ts';
import { readSettled } from '../support/checker.ts';
import { clientOf, type Answer, type Client } from '../support/client.ts';
import { onDatabase } from '../support/embedded.ts';
import { countAttempts, countFaults, figures } from '../support/figures.ts';
import { temporaryFolders } from '../support/folders.ts';
import { endPrograms, firstRunOf, serve, stop, type Program } from '../support/process.ts';
import { startReplicaSet, type ReplicaSet } from '../support/replicaSet.ts';
import type { Found } from '../support/replay.ts';
import { freePort } from '../support/server.ts';
import { makeCommon, randomFrom, recorder, worker, type Recorder } from '../support/workload.ts';

/** Twenty in the long form: `FAULTS=long npm run test:faults`. */
const rounds = process.env['FAULTS'] === 'long' ? 20 : 3;
const workers = 10;
const perSecond = 50;

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

describe(`A primary that steps down or is killed, ${rounds} times at ${perSecond} requests a second (seed ${seed})`, function () {
  this.timeout(rounds * 40_000 + 120_000);
  const folders = temporaryFolders();
  const random = randomFrom(seed);
  const seen = figures('A primary that steps down or is killed');
  /** What no client may see. */
  const unexpected: string[] = [];
  /** How long after each event the first write was acknowledged, in milliseconds. */
  const pauses: number[] = [];
  let set: ReplicaSet;
  let program: Program;
  let client: Client;
  let recording: Recorder;
  let found: Found;

  before(async () => {
    set = await startReplicaSet(3);
    const [dataDir, port] = [await folders.make(), await freePort()];
    const settings = { MONGODB_URI: set.uri, DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error' };
    program = await serve({ ...settings, SCIM_RATE_LIMIT: '0' });
    client = clientOf([`http://127.0.0.1:${port}/scim/v2`], (await firstRunOf(dataDir)).token);
    recording = recorder({ request: watched });
    const common = await makeCommon(recording, 'set', 60, 4);

    const over = new AbortController();
    const load = Promise.all(
      Array.from({ length: workers }, async (_, index) => {
        const step = worker(`c${index}`, recording, common, random);
        while (!over.signal.aborted) await Promise.all([step(), sleep((workers * 1_000) / perSecond)]);
      }),
    );
    for (let round = 0; round < rounds; round += 1) {
      await sleep(1_500);
      const began = Date.now();
      if (round % 2 === 0) await set.stepDown();
      else await set.killPrimary();
      pauses.push(await untilWritten(began));
      seen.count(round % 2 === 0 ? 'step-downs' : 'kills');
      await set.revive();
    }
    await sleep(1_000);
    over.abort();
    await load;
    found = await left();
    countAttempts(seen, recording.attempts);
    seen.most('longest until a write was acknowledged', Math.max(...pauses) / 1_000, 's');
  });
  after(async () => {
    client.close();
    await stop(program);
    endPrograms();
    await set.stop();
    await folders.remove();
  });

  /** A request, of whose answer is noted what may not be. */
  const watched: Client['request'] = async (method, path, ...more) => {
    const answer = await client.request(method, path, ...more).catch((error: unknown) => {
      unexpected.push(`${method} ${path} broke off`);
      throw error;
    });
    if (isUnexpected(answer)) unexpected.push(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  };

  const isUnexpected = ({ status, headers }: Answer): boolean =>
    status === 503
      ? !/^[1-9]\d*$/.test(String(headers['retry-after']))
      : status >= 300 && ![404, 409, 412].includes(status);

  /** How long it is from then to the first write that was sent after it and is done. */
  async function untilWritten(began: number): Promise<number> {
    for (;;) {
      const done = recording.attempts.find(({ sent, answer }) => sent >= began && answer && answer.status < 300);
      if (done) return done.ended - began;
      await sleep(20);
    }
  }

  /** What is in MongoDB once nothing is left to be done behind the writes. */
  async function left(): Promise<Found> {
    return onDatabase(set.uri, async (database) => {
      const tenant = await database.db().collection<{ _id: string }>('tenants').findOne({});
      return readSettled(database, tenant?._id ?? '');
    });
  }

  it('is told as 503 with Retry-After, and a repeat of what had been done as 404, 409 or 412', () => {
    seen.count('answered otherwise than may be', unexpected.length);
    expect(unexpected).to.deep.equal([]);
    const refused = recording.attempts.filter(
      ({ repeat, answer }) => !repeat && answer && answer.status !== 503 && answer.status >= 300,
    );
    expect(refused).to.deep.equal([]);
  });

  it('was met by requests under way', () => {
    expect(recording.attempts.some(({ answer }) => answer?.status === 503)).to.equal(true);
    expect(recording.attempts).to.have.length.of.at.least(rounds * 50);
  });

  it('is over within 15 s each time', () => {
    expect(pauses).to.have.lengthOf(rounds);
    for (const pause of pauses) expect(pause).to.be.below(15_000);
  });

  it('loses nothing that was acknowledged, and doubles nothing', () => {
    const faults = faultsOf(found, recording.attempts);
    countFaults(seen, faults);
    expect(faults.slice(0, 10), `${faults.length} faults; seed ${seed}`).to.deep.equal([]);
  });
});
