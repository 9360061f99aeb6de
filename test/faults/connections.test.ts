import { expect } from 'chai';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { faultsOf } from '../support/acknowledged.ts';
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
import { startReplicaSet, type ReplicaSet } from '../support/replicaSet.ts';
import type { Found } from '../support/replay.ts';
import { randomFrom, startLoad, unexcused } from '../support/workload.ts';

/** How long others hold all connections: `FAULTS=long npm run test:faults` for longer. */
const seconds = process.env['FAULTS'] === 'long' ? 60 : 5;
const connections = 40;
const workers = 8;

const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

/** Others, who take each connection that mongod gives, as soon as it does. */
interface Others {
  /** Settles when mongod has no more to give. */
  readonly full: Promise<void>;
  letGo(): void;
}

function others(host: string): Others {
  const held = new Set<Socket>();
  let over = false;
  let refused: () => void = () => undefined;
  const full = new Promise<void>((resolve) => (refused = resolve));
  const take = () => {
    if (over) return;
    const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
    held.add(socket);
    socket.once('error', () => undefined);
    // mongod takes one that is too many, and closes it.
    socket.once('connect', () => socket.once('close', refused));
    socket.once('close', () => {
      held.delete(socket);
      setTimeout(take, 2);
    });
  };
  for (let count = 0; count < 2 * connections; count += 1) take();
  return {
    full,
    letGo() {
      over = true;
      for (const socket of held) socket.destroy();
    },
  };
}

describe(`A mongod that comes back, and whose ${connections} connections others are faster to take (seed ${seed})`, function () {
  this.timeout(seconds * 1_000 + 120_000);
  const folders = temporaryFolders();
  let set: ReplicaSet;
  let subject: Subject;
  let asked: Asked[];
  let redAfter: number | undefined;
  let greenAfter: number | undefined;
  let found: Found;
  const seen = figures('A mongod out of connections');

  before(async () => {
    set = await startReplicaSet(1, { args: ['--maxConns', String(connections)] });
    const host = await set.primary();
    subject = await startSubject(await folders.make(), { MONGODB_URI: set.uri });
    const end = await startLoad(subject.recording, workers, randomFrom(seed));
    await sleep(1_000);

    // Whoever has connections keeps them: only who has to connect anew meets others.
    await set.signal('SIGKILL');
    const { full, letGo } = others(host);
    const back = set.revive();
    try {
      redAfter = await subject.untilReady(503);
      await full;
      asked = await askFor(seconds, subject);
    } finally {
      letGo();
    }
    greenAfter = await subject.untilReady(200);
    await back;
    await sleep(1_000);
    await end();
    found = await whatIsKept(set.uri);
    countOutage(seen, { asked, redAfter, greenAfter });
    countAttempts(seen, subject.recording.attempts);
  });
  after(async () => {
    await subject.stop();
    endPrograms();
    await set.stop();
    await folders.remove();
  });

  it('is told as 503 with Retry-After to whoever asks whatever: never as 401, 404 or an empty list', () => {
    expectTold(asked, seconds);
  });

  it('is told within 5 s', () => {
    expectInTime(asked);
  });

  it('turns the probe red within 5 s, and green within 5 s of their return', () => {
    expectProbed({ redAfter, greenAfter });
  });

  it('breaks no connection, and ends in nothing but 503 and what had been done', () => {
    expect(unexcused(subject.recording.attempts)).to.deep.equal([]);
    expect(subject.recording.attempts.some(({ answer }) => answer?.status === 503)).to.equal(true);
  });

  it('loses nothing that was acknowledged, doubles nothing and leaves nothing by half', () => {
    const faults = faultsOf(found, subject.recording.attempts);
    countFaults(seen, faults);
    expect(faults.slice(0, 10), `${faults.length} faults; seed ${seed}`).to.deep.equal([]);
  });
});
