import { spawn } from 'node:child_process';
import { readFile, rename, stat } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongodError } from './errors.ts';
import { commandLine, end, identify, send } from './processes.ts';
import { readText } from './files.ts';
import type { Places } from './files.ts';
import type { ProcessIdentity } from './processes.ts';

/** A mongod process that was started here. */
export interface Server {
  readonly identity: ProcessIdentity;
  /** Settles when it has ended: with the reason, as far as its log tells. */
  readonly ended: Promise<Ending>;
  /** Ends it cleanly; kills it when it does not end in time. WiredTiger's journal loses nothing either way. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** A mongod is the member of its replica set, or runs alone while the set's own record is put right. */
export type Mode = 'member' | 'alone';

/** How a mongod ended. */
export interface Ending {
  readonly code: number | null;
  readonly says: string;
}

/** mongod's exit code for an address that is taken, or another failure of its network. */
export const exitNetwork = 48;

/** The name of the embedded replica set. */
export const setName = 'rollcall';

const patienceMs = 20_000;
const largestLog = 16 * 1024 * 1024;

/**
 * Starts mongod on the data folder's files: a member of a replica set, on loopback only, with access control, without
 * network compression (CVE-2025-14847, "MongoBleed", reads its memory through zlib), in its own process group, so that
 * Ctrl-C in the terminal reaches the server alone and the server ends it in order. Answers how it ended where it did at
 * once.
 */
export async function launch(file: string, places: Places, port: number, mode: Mode): Promise<Server | Ending> {
  const logged = await rotated(places.log);
  const child = spawn(file, commandOf(places, port, mode), { cwd: places.dataDir, detached: true, stdio: 'ignore' });
  const ended = new Promise<Ending>((resolve) => {
    child.once('error', (cause) => {
      resolve({ code: null, says: cause.message });
    });
    child.once('exit', (code, signal) => {
      void complaint(places.log, logged).then((says) => {
        resolve({ code, says: says ?? (signal ? `signal ${signal}` : `exit code ${String(code)}`) });
      });
    });
  });
  const identity = child.pid === undefined ? undefined : await identify(child.pid);
  if (identity === undefined) return ended;

  // A server that ends without stopping its mongod (an uncaught error) at least asks it to end.
  const last = () => {
    send(identity.pid, 'SIGTERM');
  };
  process.once('exit', last);
  void ended.then(() => process.off('exit', last));
  return {
    identity,
    ended,
    async stop() {
      child.kill('SIGTERM');
      const killing = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await ended;
      clearTimeout(killing);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const commandOf = (places: Places, port: number, mode: Mode): string[] => [
  ...['--dbpath', places.db, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
  ...(mode === 'member' ? ['--replSet', setName] : ['--setParameter', 'disableLogicalSessionCacheRefresh=true']),
  ...['--auth', '--keyFile', places.keyFile, '--noscripting'],
  ...['--networkMessageCompressors', 'disabled'],
  ...['--wiredTigerCacheSizeGB', cacheGigabytes(), '--oplogSize', '1024'],
  // Slow commands are logged with their values, which may be personal: only those worth a bug report are.
  ...['--logpath', places.log, '--logappend', '--quiet', '--slowms', '10000'],
  ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
  // What a server that was killed had open keeps its documents for so long.
  ...['--setParameter', 'transactionLifetimeLimitSeconds=10'],
];

/**
 * WiredTiger's share of memory: a quarter of what this process may use, at least 0.25 GB and at most 2. mongod itself
 * would take half of the machine, which it does not have to itself.
 */
function cacheGigabytes(): string {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.min(2, Math.max(0.25, memory / 4 / 1024 ** 3)).toFixed(2);
}

/** Keeps the log below a size, and says where it ends now. */
async function rotated(log: string): Promise<number> {
  const size = await stat(log).then(
    (file) => file.size,
    () => 0,
  );
  if (size < largestLog) return size;
  await rename(log, `${log}.1`);
  return 0;
}

/** The last error that mongod logged from an offset on, in its words. */
async function complaint(log: string, offset: number): Promise<string | undefined> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const lines = text.slice(offset).split('\n').slice(-200);
  const errors = lines.filter((line) => /"s":"[EF]"/.test(line)).map(messageOf);
  return errors.find((message) => message !== undefined);
}

function messageOf(line: string): string | undefined {
  try {
    const { msg, attr } = JSON.parse(line) as { msg?: unknown; attr?: unknown };
    return `${String(msg)}${attr === undefined ? '' : ` ${JSON.stringify(attr)}`}`.slice(0, 500);
  } catch {
    return undefined;
  }
}

/** Ends a mongod that a killed server left on these files; says whether there was one. */
export async function endLeftBehind(places: Places, say: (line: string) => void): Promise<boolean> {
  // mongod writes its pid there and leaves the file empty when it ends in order.
  const pid = Number.parseInt((await readText(`${places.db}/mongod.lock`)) ?? '', 10);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  const identity = await identify(pid);
  if (identity === undefined || !(await commandLine(pid)).includes(`--dbpath ${places.db} `)) return false;
  say(`Ending the mongod (process ${String(pid)}) that an earlier server left behind`);
  await end(identity, patienceMs);
  return true;
}

/** Waits until a port of this machine answers, no longer than the mongod lives that is to listen there. */
export async function listening(server: Server, port: number, deadline: number): Promise<void> {
  const gone = new AbortController();
  void server.ended.then(() => {
    gone.abort();
  });
  while (!(await answers(port))) {
    gone.signal.throwIfAborted();
    if (Date.now() > deadline) throw new MongodError(`mongod does not listen on port ${String(port)}`);
    await sleep(15);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

/**
 * A port that is free: the wanted one, if it is or soon becomes it (a mongod that was killed a moment ago lets go of its
 * own). Others are drawn below the range from which systems take the ports of outgoing connections, so that the port is
 * still free when mongod comes back to it.
 */
export async function freePort(wanted: number | undefined): Promise<number> {
  for (let wait = 0; wanted !== undefined && wait < 10; wait++) {
    if (await isFree(wanted)) return wanted;
    await sleep(100);
  }
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
  throw new MongodError('No port between 20000 and 32000 of 127.0.0.1 is free for mongod');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
