import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunning } from '../../src/mongod/embedded.ts';
import { faultsOf, type Attempt } from '../support/acknowledged.ts';
import { readSettled } from '../support/checker.ts';
import { clientOf, type Client } from '../support/client.ts';
import { mongodsOn, onDatabase } from '../support/embedded.ts';
import { countAttempts, countFaults, figures } from '../support/figures.ts';
import { ended, ready } from '../support/fleet.ts';
import { temporaryFolders } from '../support/folders.ts';
import type { Found } from '../support/replay.ts';
import { freePort } from '../support/server.ts';
import { makeCommon, randomFrom, recorder, worker, type Recorder } from '../support/workload.ts';

const writes = 1_000;
const clients = 8;
const moments = 3;

/** A seed of one's own runs the same workload again: `FAULTS_SEED=1 npm run test:faults`. */
const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

const folders = temporaryFolders();

/** The server as `npm start` runs it, on the embedded default. */
interface Subject {
  readonly child: ChildProcess;
  readonly url: string;
}

async function serve(dataDir: string, port: number): Promise<Subject> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: {
      ...process.env,
      MONGODB_URI: '',
      DATA_DIR: dataDir,
      PORT: String(port),
      HOST: '127.0.0.1',
      LOG_LEVEL: 'error',
      SCIM_RATE_LIMIT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface(child.stdout)) if (line.startsWith('Rollcall is ready')) break;
  if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
  const url = `http://127.0.0.1:${port}`;
  await ready(url, child);
  return { child, url };
}

for (const victims of ['the server', 'mongod', 'both'] as const)
  describe(`kill -9 of ${victims} in the middle of ${writes} writes (seed ${seed})`, function () {
    this.timeout(300_000);
    const random = randomFrom(seed + victims.length);
    const seen = figures(`kill -9 of ${victims}, embedded`);
    let dataDir: string;
    let port: number;
    let subject: Subject | undefined;
    let client: Client | undefined;
    let recording: Recorder;

    before(async () => {
      dataDir = await folders.make();
      port = await freePort();
      subject = await serve(dataDir, port);
      const first = JSON.parse(await readFile(join(dataDir, 'first-run.json'), 'utf8')) as {
        scimBaseUrl: string;
        token: string;
      };
      client = clientOf([first.scimBaseUrl], first.token);
      recording = recorder(client);
    });
    after(async () => {
      client?.close();
      if (subject) await ended(subject.child, 'SIGTERM');
      for (const pid of mongodsOn(dataDir)) process.kill(pid, 'SIGKILL');
      await folders.remove();
    });

    /** Kills, and sees to it that the server is there again on the same files. */
    async function kill({ child, url }: Subject): Promise<void> {
      const mongods = victims === 'the server' ? [] : mongodsOn(dataDir);
      const exit = once(child, 'exit');
      if (victims !== 'mongod') child.kill('SIGKILL');
      for (const pid of mongods) process.kill(pid, 'SIGKILL');
      if (victims === 'mongod') {
        while (mongodsOn(dataDir).some((pid) => mongods.includes(pid))) await sleep(10);
        await ready(url, child);
      } else {
        await exit;
        subject = await serve(dataDir, port);
      }
    }

    /** What is in MongoDB once nothing is left to be done behind the writes. */
    async function readAll(): Promise<Found> {
      const running = await findRunning(dataDir);
      if (!running) throw new Error('the embedded mongod is not running');
      return onDatabase(running.uri, async (database) => {
        const demo = await database.db().collection<{ _id: string }>('tenants').findOne({});
        if (!demo) throw new Error('the tenant of the first start is gone');
        return readSettled(database, demo._id);
      });
    }

    for (let round = 1; round <= moments; round += 1) {
      const at = 100 + Math.floor(random() * (writes - 200));

      it(`after ${at} of them: all that was acknowledged is there, nothing is there by half`, async () => {
        const before = recording.attempts.length;
        const common = await makeCommon(recording, `r${round}`, 60, 4);
        const started = recording.attempts.length;
        let left = writes;
        const steps = Array.from({ length: clients }, (_, index) =>
          worker(`r${round}c${index}`, recording, common, random),
        );
        const work = Promise.all(
          steps.map(async (step) => {
            while (left > 0) {
              left -= 1;
              await step();
            }
          }),
        );
        const enough = async () => {
          while (recording.attempts.length - started < at) await sleep(1);
        };
        await Promise.race([enough(), work]);
        const killed = Date.now();
        if (subject) await kill(subject);
        const back = Date.now();
        await work;

        const all = recording.attempts.slice(before);
        const faults = faultsOf(await readAll(), recording.attempts);
        seen.count('kills');
        countAttempts(seen, all);
        countFaults(seen, faults);
        seen.most('longest until it served again', (back - killed) / 1_000, 's');
        expect(unexpected(all, killed, back)).to.deep.equal([]);
        const underWay = all.filter(({ sent, ended: end }) => sent <= killed && end >= killed);
        expect(underWay, 'writes under way at that moment').not.to.deep.equal([]);
        expect(faults.slice(0, 10), `${faults.length} faults; seed ${seed}`).to.deep.equal([]);
      });
    }

    /** What no client may see: connections break only while a server is dead, and nothing but 503 is a server's fault. */
    function unexpected(all: readonly Attempt[], killed: number, back: number): string[] {
      const accepted = [200, 201, 204, 503];
      return all.flatMap(({ answer, sent, ended: end, repeat, claim }) => {
        if (!answer)
          return victims !== 'mongod' && end >= killed && sent <= back ? [] : [`${claim.operation} broke off`];
        if (accepted.includes(answer.status) || (repeat && [404, 409, 412].includes(answer.status))) return [];
        return [`${claim.operation} ${claim.kind} was answered ${answer.status}`];
      });
    }
  });
