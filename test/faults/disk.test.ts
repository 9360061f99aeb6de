import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunning } from '../../src/mongod/embedded.ts';
import { faultsOf } from '../support/acknowledged.ts';
import { mongodsOn } from '../support/embedded.ts';
import { countAttempts, countFaults, figures } from '../support/figures.ts';
import { temporaryFolders } from '../support/folders.ts';
import {
  askFor,
  countOutage,
  expectInTime,
  expectProbed,
  expectTold,
  startSubject,
  whatIsKept,
  type Asked,
  type Subject,
} from '../support/outages.ts';
import { endPrograms } from '../support/process.ts';
import { startReplicaSet } from '../support/replicaSet.ts';
import type { Found } from '../support/replay.ts';
import { smallDisk } from '../support/smallDisk.ts';
import { randomFrom, startLoad, unexcused } from '../support/workload.ts';

/** How long the disk stays full: `FAULTS=long npm run test:faults` for longer. */
const seconds = process.env['FAULTS'] === 'long' ? 60 : 5;
/** Full after a thousand writes or two. */
const megabytes = 3;
const workers = 8;

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

/** A server on a database whose mongod ends itself when its disk is full. */
interface Filling {
  readonly subject: Subject;
  /** Where the database is now. */
  uri(): Promise<string>;
  /** Settles when mongod has ended itself. */
  readonly full: Promise<unknown>;
  /** Settles when it was started again, and could not be. */
  refused(): Promise<unknown>;
  /** Sees to it that it runs again, now that there is room. */
  back(): Promise<unknown>;
  stop(): Promise<void>;
}

/** MongoDB runs beside the server, and whoever keeps it starts it again. */
async function beside(file: string, dataDir: string): Promise<Filling> {
  const set = await startReplicaSet(1, { file });
  const subject = await startSubject(dataDir, { MONGODB_URI: set.uri });
  return {
    subject,
    uri: () => Promise.resolve(set.uri),
    full: set.ended.then((how) => {
      expect(how, 'mongod ends itself, and is not killed').to.equal('SIGABRT');
    }),
    refused: () =>
      set.revive().then(
        () => expect.fail('mongod runs on a disk that is full'),
        () => undefined,
      ),
    back: () => set.revive().then(() => set.primary()),
    stop: () => set.stop(),
  };
}

/** The server keeps its mongod running by itself. */
async function embedded(file: string, dataDir: string): Promise<Filling> {
  const subject = await startSubject(dataDir, { MONGOD_BINARY: file, LOG_LEVEL: 'info' });
  return {
    subject,
    async uri() {
      const running = await findRunning(dataDir);
      if (!running) throw new Error('the embedded mongod does not run');
      return running.uri;
    },
    full: subject.program.says('mongod ended (WiredTiger error message'),
    refused: () => subject.program.says('mongod did not start'),
    back: () => subject.program.says('mongod is running again'),
    stop() {
      for (const pid of mongodsOn(dataDir)) process.kill(pid, 'SIGKILL');
      return Promise.resolve();
    },
  };
}

for (const [whose, start] of Object.entries({
  'a MongoDB beside the server': beside,
  'the embedded MongoDB': embedded,
}))
  describe(`A disk that is full, of ${whose} (seed ${seed})`, function () {
    this.timeout(seconds * 1_000 + 180_000);
    const folders = temporaryFolders();
    let filling: Filling;
    let asked: Asked[];
    let redAfter: number | undefined;
    let greenAfter: number | undefined;
    let found: Found;

    before(async () => {
      const disk = await smallDisk(await folders.make(), megabytes);
      filling = await start(disk.file, await folders.make());
      const { subject } = filling;
      const end = await startLoad(subject.recording, workers, randomFrom(seed));
      await filling.full;
      const red = subject.untilReady(503);
      [asked] = await Promise.all([askFor(seconds, subject), filling.refused()]);
      redAfter = await red;

      await disk.free();
      await filling.back();
      greenAfter = await subject.untilReady(200);
      await sleep(1_000);
      await end();
      found = await whatIsKept(await filling.uri());
      const seen = figures(`A disk that is full, of ${whose}`);
      countOutage(seen, { asked, redAfter, greenAfter });
      countAttempts(seen, subject.recording.attempts);
    });
    after(async () => {
      await filling.subject.stop();
      endPrograms();
      await filling.stop();
      await folders.remove();
    });

    it('is told as 503 with Retry-After to whoever asks whatever: never as 401, 404 or an empty list', () => {
      expectTold(asked, seconds);
    });

    it('is told within 5 s', () => {
      expectInTime(asked);
    });

    it('turns the probe red within 5 s, and green within 5 s of the return of mongod', () => {
      expectProbed({ redAfter, greenAfter });
    });

    it('breaks no connection, and ends in nothing but 503 and what had been done', () => {
      expect(unexcused(filling.subject.recording.attempts)).to.deep.equal([]);
      expect(filling.subject.recording.attempts.some(({ answer }) => answer?.status === 503)).to.equal(true);
    });

    it('loses nothing that was acknowledged, doubles nothing and leaves nothing by half', () => {
      expect(filling.subject.recording.attempts).to.have.length.of.at.least(500);
      const faults = faultsOf(found, filling.subject.recording.attempts);
      countFaults(figures(`A disk that is full, of ${whose}`), faults);
      expect(faults.slice(0, 10), `${faults.length} faults; seed ${seed}`).to.deep.equal([]);
    });
  });
