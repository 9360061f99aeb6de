import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script of this folder, run in a process and a process group of its own. */
export interface Child {
  readonly pid: number;
  /** The first line of its output that passes; fails when it ends without one. */
  line(passes: (line: string) => boolean): Promise<string>;
  /** Settles with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

const running = new Set<ChildProcess>();

/** Kills the scripts that still run, so that a test that failed leaves none. */
export function endScripts(): void {
  for (const child of running) child.kill('SIGKILL');
}

process.once('exit', endScripts);

/** Runs a script of this folder. */
export function runScript(name: string, ...args: readonly string[]): Child {
  const file = fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const heard: string[] = [];
  const hearers = new Set<() => void>();
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    heard.push(line);
    for (const hear of hearers) hear();
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal);
    });
  });
  if (child.pid === undefined) throw new Error(`${name} does not run`);
  return {
    pid: child.pid,
    ended,
    line: (passes) =>
      new Promise((resolve, reject) => {
        const hear = () => {
          const line = heard.find(passes);
          if (line !== undefined) resolve(line);
        };
        hearers.add(hear);
        lines.once('close', () => {
          reject(new Error(`${name} ended; it had said: ${heard.join(' | ')}`));
        });
        hear();
      }),
  };
}
