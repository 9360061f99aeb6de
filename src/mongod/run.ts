import { spawn } from 'node:child_process';

/** The environment a program is given. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a program ended: its exit code, or the reason there is none, and the last of what it printed. */
export interface Outcome {
  readonly code: number | undefined;
  readonly problem: string | undefined;
  readonly output: string;
}

interface Bounds {
  readonly environment?: Environment;
  /** The program is ended after this long, whatever it does. */
  readonly totalMs: number;
  /** The program is ended when it has printed nothing for this long. */
  readonly silentMs?: number;
  readonly onLine?: (line: string) => void;
}

const keptOutput = 8_192;

/** Runs a program to its end, bounded in time; never throws. */
export function run(file: string, args: readonly string[], bounds: Bounds): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(bounds.environment && { env: { ...bounds.environment } }),
    });
    let output = '';
    let problem: string | undefined;
    const end = (why: string) => {
      problem = why;
      child.kill('SIGKILL');
    };
    const total = setTimeout(() => {
      end(`not done after ${String(bounds.totalMs / 1000)} s`);
    }, bounds.totalMs);
    const silentMs = bounds.silentMs ?? bounds.totalMs;
    const silent = setTimeout(() => {
      end(`silent for ${String(silentMs / 1000)} s`);
    }, silentMs);

    const hear = (chunk: Buffer) => {
      silent.refresh();
      const text = chunk.toString('utf8');
      output = (output + text).slice(-keptOutput);
      for (const line of text.split(/[\r\n]+/)) if (line.trim() !== '') bounds.onLine?.(line.trim());
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);

    const settle = (code: number | undefined) => {
      clearTimeout(total);
      clearTimeout(silent);
      resolve({ code, problem, output });
    };
    child.on('error', (cause) => {
      problem ??= cause.message;
      settle(undefined);
    });
    child.on('close', (code, signal) => {
      if (signal) problem ??= `ended by ${signal}`;
      settle(code ?? undefined);
    });
  });
}
