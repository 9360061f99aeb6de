import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ready } from '../support/fleet.ts';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Settings of whoever runs the bench are not those of the servers. */
const bare = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };

/** Starts a Node program, which ends with the bench. */
export function launch(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...bare, ...env }, stdio: 'ignore' });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Starts a server and waits until it says that it is ready. */
export async function serve(port: number, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ChildProcess> {
  const child = launch(args, env);
  await ready(`http://127.0.0.1:${port}`, child);
  return child;
}

/** @throws Error where it does not run */
export function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('a server does not run');
  return pid;
}

const tick = process.platform === 'linux' ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 0;

/** Seconds of CPU that a process has used; undefined where processes are not shown in /proc. */
export async function cpuSeconds(pid: number): Promise<number | undefined> {
  if (tick === 0) return undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; utime and stime are the 14th and 15th fields.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / tick;
}

/** What a process holds in memory now, and the most it has held, in MiB; undefined where there is no /proc. */
export async function memory(pid: number): Promise<{ readonly now: number; readonly peak: number } | undefined> {
  if (tick === 0) return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/** From here on the peak of a process's memory is a new one (proc(5), clear_refs). */
export const forgetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');
