import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongodError } from './errors.ts';
import { identify, isAlive } from './processes.ts';
import type { ProcessIdentity } from './processes.ts';

/** The right to run the one mongod of a data folder. */
export interface Lock {
  release(): Promise<void>;
}

interface Claim {
  readonly name: string;
  readonly state: 'wants' | 'holds';
  readonly process: ProcessIdentity;
}

const claimName = /^[0-9a-f]{16}\.(\d+)\.([\w-]+)\.(wants|holds)$/;

/**
 * Takes the lock of a folder for this process; it is free again when the process ends, however it ends.
 *
 * Every process that wants it lays down a claim of its own, which nobody else has a name for, so that taking a dead
 * process's claim away can never hit a living one's. Of claims laid down at once the least wins: the others withdraw,
 * and it waits until they have.
 *
 * @throws MongodError when a living process has it
 */
export async function lock(folder: string, subject: string): Promise<Lock> {
  const self = await identify(process.pid);
  if (self === undefined) throw new MongodError('The system does not tell when this process started');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const base = `${randomBytes(8).toString('hex')}.${String(self.pid)}.${self.started}`;
  const wants = join(folder, `${base}.wants`);
  await writeFile(wants, '', { flag: 'wx', mode: 0o600 });
  try {
    for (;;) {
      const others = (await claims(folder)).filter(({ name }) => !name.startsWith(base));
      const before = others.find(({ name, state }) => state === 'holds' || name < base);
      if (before) throw new MongodError(taken(before.process, subject));
      if (others.length === 0) break;
      await sleep(5);
    }
    const holds = join(folder, `${base}.holds`);
    // Beside the first, not in its stead: who reads the folder meanwhile never misses both.
    await writeFile(holds, '', { flag: 'wx', mode: 0o600 });
    return {
      async release() {
        await rm(holds, { force: true });
        await rm(wants, { force: true });
      },
    };
  } catch (cause) {
    await rm(wants, { force: true });
    throw cause;
  }
}

/** The living process that has the lock of a folder, if one has. */
export async function holder(folder: string): Promise<ProcessIdentity | undefined> {
  return (await claims(folder)).find(({ state }) => state === 'holds')?.process;
}

/** The claims of living processes; those of dead ones are taken away. */
async function claims(folder: string): Promise<Claim[]> {
  const living: Claim[] = [];
  for (const name of await readdir(folder).catch(() => [])) {
    const [, pid, started, state] = claimName.exec(name) ?? [];
    if (pid === undefined || started === undefined) continue;
    const process = { pid: Number(pid), started };
    if (await isAlive(process)) living.push({ name, state: state === 'holds' ? 'holds' : 'wants', process });
    else await rm(join(folder, name), { force: true });
  }
  return living;
}

const taken = ({ pid }: ProcessIdentity, subject: string): string =>
  `Another Rollcall server (process ${String(pid)}) is using ${subject}. ` +
  'Stop it first, or give this one a DATA_DIR of its own.';
