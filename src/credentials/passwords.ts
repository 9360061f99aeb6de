import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { turns } from './turns.ts';

/** Hashes and checks passwords. */
export interface Passwords {
  /** The hash to keep: argon2id, of a password prepared by RFC 8265. Costs some 15 ms of a core. */
  hashPassword(tenant: string, password: string, signal?: AbortSignal): Promise<string>;
  /** Whether it is the password of that hash. */
  verifyPassword(tenant: string, kept: string, password: string, signal?: AbortSignal): Promise<boolean>;
}

/** The form in which passwords are compared (RFC 8265 §4.2.2, OpaqueString): all spaces alike, then NFC. */
const prepared = (password: string): string => password.replace(/\p{Zs}/gu, ' ').normalize('NFC');

/** At once, as many as leave a core to everything else. */
const mostAtOnce = Math.max(1, availableParallelism() - 1);

/**
 * Password hashing that others hardly feel: few at a time, tenants taking turns, on threads that let whatever else is to
 * be done on the machine go first.
 */
export function passwords(atOnce: number = mostAtOnce): Passwords {
  const queue = turns(atOnce);
  const work = threads();
  return {
    hashPassword: (tenant, password, signal) =>
      queue.run(tenant, async () => String(await work({ password: prepared(password) })), signal),

    verifyPassword: (tenant, kept, password, signal) =>
      queue.run(tenant, async () => (await work({ kept, password: prepared(password) })) === true, signal),
  };
}

/** What a thread is asked: the hash of a password or, of one that is kept, whether it is that password's. */
interface Hashing {
  readonly password: string;
  readonly kept?: string;
}

/** Threads that hash one password at a time each: as many as were ever needed at once, which keep no process alive. */
function threads(): (hashing: Hashing) => Promise<unknown> {
  const idle: Worker[] = [];
  return async (hashing) => {
    const thread = idle.pop() ?? new Worker(program, { eval: true, workerData });
    thread.ref();
    thread.postMessage(hashing);
    // Rejects where the thread throws, which ends it: it is not used again.
    const [answer] = (await once(thread, 'message')) as unknown[];
    thread.unref();
    idle.push(thread);
    return answer;
  };
}

const workerData = {
  argon2: fileURLToPath(import.meta.resolve('@node-rs/argon2')),
  // OWASP's least for argon2id: 19 MiB, two passes, one lane. The algorithm is the library's default.
  cost: { memoryCost: 19_456, timeCost: 2, parallelism: 1 },
};

/** What a thread runs; as text, since no thread of Node 20 begins in a file that may be TypeScript. */
const program = `
const { constants, setPriority } = require('node:os');
const { parentPort, workerData } = require('node:worker_threads');
const { hashSync, verifySync } = require(workerData.argon2);

// On Linux this is the priority of the thread that asks for it; elsewhere it would be that of the whole process.
if (process.platform === 'linux')
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // A sandbox forbids it: as quick as everything else, then.
  }

parentPort.on('message', ({ password, kept }) => {
  parentPort.postMessage(kept === undefined ? hashSync(password, workerData.cost) : verifySync(kept, password));
});
`;
