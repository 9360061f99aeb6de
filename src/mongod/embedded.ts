import { setTimeout as sleep } from 'node:timers/promises';
import { MongodError, reason } from './errors.ts';
import { credentialsOf, keyOf, makePlaces, placesOf, readCredentials, readRuntime, writeRuntime } from './files.ts';
import { holder, lock } from './lock.ts';
import { isAlive } from './processes.ts';
import { bringUp, databaseName, moveTo } from './replicaSet.ts';
import { endLeftBehind, exitNetwork, freePort, launch, listening, setName } from './server.ts';
import type { Mongod } from './binary.ts';
import type { Credentials, Places } from './files.ts';
import type { Lock } from './lock.ts';
import type { Ending, Mode, Server } from './server.ts';

/** Whether the embedded server can be used; while it is down it is being started again. */
export type Status = 'up' | 'down';

/** The embedded MongoDB server, watched: when it dies it is started again, on the same port and files. */
export interface Embedded {
  /** The connection string, with credentials; the same for as long as this server runs. */
  readonly uri: string;
  /** The version of its mongod. */
  readonly version: string;
  status(): Status;
  /** Ends mongod cleanly and gives the data folder free; calling it again is harmless. */
  stop(): Promise<void>;
}

/** What the embedded server is started with. */
export interface EmbeddedOptions {
  readonly dataDir: string;
  /** Called once the data folder is known to be free. */
  readonly findBinary: () => Promise<Pick<Mongod, 'file' | 'version'>>;
  readonly say: (line: string) => void;
  readonly onStatus?: (status: Status) => void;
}

const startWithinMs = 120_000;
const firstDelayMs = 100;
const longestDelayMs = 10_000;
/** Having run for so long, a mongod that dies is started again at once. */
const steadyAfterMs = 30_000;
const attempts = 5;

interface Setup {
  readonly binary: Pick<Mongod, 'file' | 'version'>;
  readonly places: Places;
  readonly key: string;
  readonly credentials: Credentials;
  readonly say: (line: string) => void;
  /** Told of every process as soon as it runs, so that stopping can end one that is not ready yet. */
  readonly onLaunch: (server: Server) => void;
}

/**
 * Starts a real mongod as a single-node replica set under the data folder, ready for use when this answers. One that a
 * killed server left on these files is ended first.
 *
 * @throws MongodError when another server uses the data folder, or no mongod can be found or started
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const places = await makePlaces(options.dataDir);
  const taken = await lock(places.claims, places.dataDir);
  let latest: Server | undefined;
  try {
    const setup: Setup = {
      binary: await options.findBinary(),
      places,
      key: await keyOf(places),
      credentials: await credentialsOf(places),
      say: options.say,
      onLaunch: (server) => {
        latest = server;
      },
    };
    await endLeftBehind(places, options.say);
    const [server, port] = await startAnywhere(setup, (await readRuntime(places))?.port);
    return watch(setup, server, port, taken, options.onStatus ?? (() => undefined));
  } catch (cause) {
    await latest?.stop();
    await taken.release();
    throw cause;
  }
}

/** The embedded server of a data folder that another process runs now; takes no lock. */
export async function findRunning(dataDir: string): Promise<{ readonly uri: string } | undefined> {
  const places = await placesOf(dataDir).catch(() => undefined);
  if (places === undefined || !(await holder(places.claims))) return undefined;
  const [runtime, credentials] = await Promise.all([readRuntime(places), readCredentials(places)]);
  if (!runtime || !credentials || !(await isAlive(runtime.mongod))) return undefined;
  return { uri: uriOf(runtime.port, credentials) };
}

const uriOf = (port: number, { user, password }: Credentials): string =>
  `mongodb://${encodeURIComponent(user)}:${encodeURIComponent(password)}@127.0.0.1:${String(port)}/${databaseName}` +
  `?replicaSet=${setName}&authSource=admin`;

/** Starts mongod on the port it had, or on another when that one is taken. */
async function startAnywhere(setup: Setup, wanted: number | undefined): Promise<[server: Server, port: number]> {
  let hoped = wanted;
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(hoped);
    const started = await start(setup, port);
    if ('identity' in started) return [started, port];
    // Taken in the moment between looking and listening; or a mongod left behind that had not written its pid yet.
    if (started.code === exitNetwork) hoped = undefined;
    const again = started.code === exitNetwork || (await endLeftBehind(setup.places, setup.say));
    if (!again || attempt === attempts) throw new MongodError(await notStarted(setup, started.says));
  }
}

/** Starts mongod and makes it ready; answers how it ended when it ended instead. */
async function start(setup: Setup, port: number): Promise<Server | Ending> {
  const deadline = Date.now() + startWithinMs;
  const member = () =>
    launched(setup, port, 'member', deadline, () => bringUp(port, setup.key, setup.credentials, deadline));
  let begun = await member();
  if (!isEnding(begun) && begun.result === 'moved') {
    // While it looks for itself under its old address it does not end in order.
    await begun.server.kill();
    const alone = await launched(setup, port, 'alone', deadline, () => moveTo(port, setup.key));
    if (isEnding(alone)) return alone;
    await alone.server.stop();
    begun = await member();
  }
  if (isEnding(begun)) return begun;
  const { server } = begun;
  await writeRuntime(setup.places, { mongod: server.identity, port, version: setup.binary.version });
  return server;
}

/** Launches mongod and does something as soon as it listens; answers what came of that, or how it ended before. */
async function launched<Result>(
  { binary, places, onLaunch }: Setup,
  port: number,
  mode: Mode,
  deadline: number,
  work: () => Promise<Result>,
): Promise<{ readonly server: Server; readonly result: Result } | Ending> {
  const server = await launch(binary.file, places, port, mode);
  if (isEnding(server)) return server;
  onLaunch(server);
  const working = listening(server, port, deadline).then(work);
  try {
    return await Promise.race([working.then((result) => ({ server, result })), server.ended]);
  } catch (cause) {
    // What was asked of a mongod that dies may fail before its end is known, which says more.
    const ending = await Promise.race([server.ended, sleep(500)]);
    if (ending) return ending;
    await server.stop();
    throw cause;
  }
}

const isEnding = (outcome: unknown): outcome is Ending =>
  typeof outcome === 'object' && outcome !== null && 'says' in outcome;

async function notStarted({ binary, places }: Setup, says: string): Promise<string> {
  const before = (await readRuntime(places))?.version;
  const other = before !== undefined && before.split('.')[0] !== binary.version.split('.')[0];
  const hint = other
    ? ` Its files were last used by mongod ${before}: set MONGOD_BINARY to one of that series, and upgrade a series at a time.`
    : '';
  return `mongod ${binary.version} (${binary.file}) did not start on ${places.db}: ${says}.${hint} Its log: ${places.log}`;
}

/** Keeps a mongod running until it is stopped. */
function watch(setup: Setup, first: Server, port: number, taken: Lock, onStatus: (status: Status) => void): Embedded {
  const stopping = new AbortController();
  let status: Status = 'up';
  let current = first;
  let stopped: Promise<void> | undefined;
  const isStopping = () => stopping.signal.aborted;
  const become = (next: Status) => {
    if (status !== next) onStatus((status = next));
  };
  const startAgain = { ...setup, onLaunch: (server: Server) => (current = server) };

  async function comeBack(failures: number): Promise<boolean> {
    await sleep(Math.min(longestDelayMs, firstDelayMs * 2 ** failures), undefined, { signal: stopping.signal });
    await endLeftBehind(setup.places, setup.say);
    if (isStopping()) return false;
    const started = await start(startAgain, port);
    if (!('identity' in started)) throw new MongodError(started.says);
    return true;
  }

  async function keepRunning(): Promise<void> {
    let failures = 0;
    let since = Date.now();
    while (!isStopping()) {
      const { says } = await current.ended;
      if (isStopping()) return;
      become('down');
      setup.say(`mongod ended (${says}); starting it again`);
      if (Date.now() - since > steadyAfterMs) failures = 0;
      for (let back = false; !back && !isStopping(); failures++) {
        back = await comeBack(failures).catch((cause: unknown) => {
          if (!isStopping()) setup.say(`mongod did not start: ${reason(cause)}`);
          return false;
        });
      }
      if (isStopping()) return;
      since = Date.now();
      become('up');
      setup.say('mongod is running again');
    }
  }

  const watching = keepRunning();
  return {
    uri: uriOf(port, setup.credentials),
    version: setup.binary.version,
    status: () => status,
    stop() {
      stopped ??= (async () => {
        stopping.abort();
        status = 'down';
        await current.stop();
        await watching;
        // One that was being started when stopping began.
        await current.stop();
        await taken.release();
      })();
      return stopped;
    },
  };
}
