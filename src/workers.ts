import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { toWorkers, type Serving } from './channel.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { startOwn } from './mongod/own.ts';

/** A worker ended before it served. Where it ended by itself it has said why. */
export class NotServing extends Error {
  override readonly name = 'NotServing';
  readonly exitCode: number;

  constructor({ exitCode, signal }: Ending) {
    super(`A worker ended before it served (${signal ?? `exit code ${String(exitCode)}`})`);
    this.exitCode = exitCode ?? 1;
  }
}

/** Workers that serve, until they are told to stop. */
export interface Supervised extends Serving {
  /** Lets them finish what they do, and ends the embedded database. @throws Error where one could not */
  close(): Promise<void>;
}

interface Ending {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** One process that serves, while it does. */
interface Running {
  readonly worker: Worker;
  readonly serving: Promise<Serving>;
  readonly ended: Promise<Ending>;
}

const firstDelayMs = 100;
const longestDelayMs = 10_000;
/** Having run for so long, a worker that ends is replaced at once. */
const steadyAfterMs = 30_000;
/** Longer than a worker's own patience with requests that run. */
const stopWithinMs = 28_000;

/**
 * Runs as many server processes as the settings say on one port, and the embedded database for all of them: another
 * takes the place of one that ends, after a while that grows where they end soon. This process serves nothing itself.
 *
 * @throws NotServing, MongodError
 */
export async function supervise(settings: Config, log: Log): Promise<Supervised> {
  const embedded =
    settings.mongodbUri === undefined
      ? await startOwn(settings, (line) => {
          log.info(line);
        })
      : undefined;
  const crew = crewOf(embedded && { MONGODB_URI: embedded.uri }, log);
  const close = async () => {
    try {
      await crew.stop();
    } finally {
      await embedded?.stop();
    }
  };
  try {
    // The first makes the database ready, so that what keeps it from serving is said once.
    const found = await crew.hire(1);
    await Promise.all(Array.from({ length: settings.workers - 1 }, (_, more) => crew.hire(more + 2)));
    return { ...found, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The workers, each in a place that has a number. */
function crewOf(environment: Readonly<Record<string, string>> | undefined, log: Log) {
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const alive = new Set<Running>();
  const kept: Promise<void>[] = [];
  const channels = toWorkers();

  function run(place: number): Running {
    const worker = cluster.fork(environment);
    const ended = new Promise<Ending>((resolve) => {
      worker.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
        resolve({ exitCode: code ?? undefined, signal: signal ?? undefined });
      });
    });
    const serving = new Promise<Serving>((resolve, reject) => {
      channels.listen(worker, place, (found) => {
        log.info('a worker serves', { pid: worker.process.pid });
        resolve(found);
      });
      void ended.then((ending) => {
        reject(new NotServing(ending));
      });
    });
    // Whoever takes another's place is not waited for.
    serving.catch(() => undefined);
    const running = { worker, serving, ended };
    alive.add(running);
    void ended.then(() => alive.delete(running));
    return running;
  }

  /** Puts another worker in this place whenever one ends. */
  async function keep(place: number, first: Running): Promise<void> {
    let current = first;
    let failures = 0;
    for (;;) {
      const since = Date.now();
      const ending = await current.ended;
      if (isStopping()) return;
      failures = Date.now() - since > steadyAfterMs ? 0 : failures + 1;
      const delayMs = failures === 0 ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
      log.warn('a worker ended; another takes its place', { pid: current.worker.process.pid, ...ending, delayMs });
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (isStopping()) return;
      current = run(place);
    }
  }

  return {
    /** Fills a place, from now on. @throws NotServing */
    async hire(place: number): Promise<Serving> {
      const running = run(place);
      const found = await running.serving;
      kept.push(keep(place, running));
      return found;
    },
    /** Lets every worker finish what it does. @throws Error where one could not */
    async stop(): Promise<void> {
      stopping.abort();
      const running = [...alive];
      for (const { worker } of running) worker.process.kill('SIGTERM');
      const killing = setTimeout(() => {
        for (const { worker } of running) worker.process.kill('SIGKILL');
      }, stopWithinMs);
      const endings = await Promise.all(running.map(({ ended }) => ended));
      clearTimeout(killing);
      await Promise.all(kept);
      if (!endings.every(isClean)) throw new Error('A worker could not stop cleanly');
    },
  };
}

/** It ended as it was told to, by its supervisor or the terminal; where it had only just begun, by the signal itself. */
const isClean = ({ exitCode, signal }: Ending): boolean =>
  exitCode === 0 || signal === 'SIGTERM' || signal === 'SIGINT';
