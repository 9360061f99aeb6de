import { readFile } from 'node:fs/promises';
import { platform } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from './errors.ts';
import { run } from './run.ts';

/** One process, told apart from every other that has had its pid or will have it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words: letters, digits and dashes. */
  readonly started: string;
}

/** The identity of the process that has this pid now; none when there is none, or only its unburied remains. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const started = platform === 'linux' ? await startedByProc(pid) : await startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

async function startedByProc(pid: number): Promise<string | undefined> {
  try {
    const [status, boot] = await Promise.all([
      readFile(`/proc/${String(pid)}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // proc(5): the name, in parentheses, may hold anything; the state comes after it, the number of threads 17 fields
    // later, the start time 19. A killed process is a zombie already while its threads still have its files open.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const ticks = fields[19];
    const gone = fields[0] === 'Z' && Number(fields[17]) <= 1;
    return gone || ticks === undefined ? undefined : `${boot.slice(0, 8)}-${ticks}`;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ESRCH') return undefined;
    throw cause;
  }
}

async function startedByPs(pid: number): Promise<string | undefined> {
  const { output } = await run('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { totalMs: 5_000 });
  const [state = '', ...started] = output.trim().split(/\s+/);
  return state === '' || state.startsWith('Z') ? undefined : started.join('-').replaceAll(/[^\w-]/g, '');
}

/** Whether that very process still runs. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  return (await identify(process.pid))?.started === process.started;
}

/** The command line of the process that has this pid; arguments are parted by blanks where the system keeps no better. */
export async function commandLine(pid: number): Promise<string> {
  if (platform !== 'linux')
    return (await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { totalMs: 5_000 })).output;
  const text = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').join(' ').trim();
}

/** Asks a process to end and, where it does not within the time, ends it; answers when it is gone. */
export async function end(target: ProcessIdentity, patienceMs: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!(await isAlive(target))) return;
    send(target.pid, signal);
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!(await isAlive(target))) return;
      await sleep(20);
    }
  }
}

/** Sends a signal; a process that is gone already does not mind. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (cause) {
    if (codeOf(cause) !== 'ESRCH') throw cause;
  }
}
