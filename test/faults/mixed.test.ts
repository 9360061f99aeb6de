import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultsOf, type Attempt } from '../support/acknowledged.ts';
import { bulkRecorder, bulkWorker } from '../support/bulkWork.ts';
import { readSettled } from '../support/checker.ts';
import { countAttempts, countFaults, figures } from '../support/figures.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { makeCommon, randomFrom, recorder, worker } from '../support/workload.ts';

/** Ten tenants with twenty kills each in the long form: `FAULTS=long npm run test:faults`. */
const [tenants, kills] = process.env['FAULTS'] === 'long' ? [10, 20] : [1, 4];

/** Clients that send single requests, and clients that send Bulks. */
const clients = { single: 6, bulk: 3 };

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

/** From a kill until the server is there again, in milliseconds since 1970. */
interface Gap {
  readonly killed: number;
  readonly back: number;
}

describe(`kill -9 of the server at ${tenants * kills} random moments, under single requests and Bulks (seed ${seed})`, function () {
  this.timeout(kills * 20_000 + 60_000);
  const random = randomFrom(seed);
  const seen = figures('The server killed -9 under mixed load');
  let fleet: Fleet;

  before(async () => {
    fleet = await startFleet(1);
    await fleet.limitTransactions(1);
  });
  after(async () => {
    await fleet.limitTransactions(60);
    await fleet.stop();
  });

  for (let tenant = 1; tenant <= tenants; tenant += 1)
    it(`loses nothing that was acknowledged, and leaves nothing by half, ${kills} times: ${tenant}`, async () => {
      const client = await fleet.tenant();
      const [singles, bulks] = [recorder(client), bulkRecorder(client)];
      const common = await makeCommon(singles, `t${tenant}`, 40, 4);
      const over = new AbortController();
      const steps = [
        ...Array.from({ length: clients.single }, (_, at) => worker(`t${tenant}s${at}`, singles, common, random)),
        ...Array.from({ length: clients.bulk }, (_, at) =>
          bulkWorker(`t${tenant}b${at}`, bulks, singles, common, random),
        ),
      ];
      const load = Promise.all(
        steps.map(async (step) => {
          while (!over.signal.aborted) await step();
        }),
      );
      const gaps: Gap[] = [];
      for (let left = kills; left > 0; left -= 1) {
        await sleep(100 + random() * 1_900);
        const killed = Date.now();
        await fleet.restart();
        gaps.push({ killed, back: Date.now() });
      }
      over.abort();
      await load;
      client.close();

      const attempts = [...singles.attempts, ...bulks.attempts];
      const faults = faultsOf(await readSettled(fleet.db.getClient(), client.tenantId), attempts);
      seen.count('kills', kills);
      countAttempts(seen, attempts);
      seen.count('operations of Bulks among them', bulks.attempts.length);
      countFaults(seen, faults);
      for (const { killed, back } of gaps) seen.most('longest until it served again', (back - killed) / 1_000, 's');

      expect(unexpected(attempts, gaps)).to.deep.equal([]);
      for (const { attempts: own } of [singles, bulks])
        expect(brokenOff(own, gaps), 'kills that met writes under way').to.have.length.of.at.least(kills / 2);
      expect(faults.slice(0, 10), `${faults.length} faults; seed ${seed}`).to.deep.equal([]);
    });
});

/** The kills during which writes of these broke off. */
const brokenOff = (attempts: readonly Attempt[], gaps: readonly Gap[]): readonly Gap[] =>
  gaps.filter(({ killed, back }) =>
    attempts.some(({ answer, sent, ended }) => !answer && sent <= killed && ended >= killed && ended <= back),
  );

/** What no client may see: connections break only while the server is dead, and nothing but 503 is its fault. */
function unexpected(attempts: readonly Attempt[], gaps: readonly Gap[]): string[] {
  const [accepted, refusals] = [
    [200, 201, 204, 424, 503],
    [404, 409, 412],
  ];
  return attempts.flatMap(({ answer, sent, ended, repeat, claim }) => {
    if (!answer)
      return gaps.some(({ killed, back }) => ended >= killed && sent <= back) ? [] : [`${claim.operation} broke off`];
    if (accepted.includes(answer.status) || (repeat && refusals.includes(answer.status))) return [];
    return [`${claim.operation} ${claim.kind} was answered ${answer.status}`];
  });
}
