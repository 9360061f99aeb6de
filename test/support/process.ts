import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FirstRun } from '../../src/admin/firstRun.ts';
import { testBinary } from './mongod.ts';

/** What a program printed, and its exit code or the signal that ended it. */
export interface Ending {
  readonly code: number | NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A program of `src/`, run as people run it, in a process of its own. */
export interface Program {
  readonly pid: number;
  /** What it has printed so far. */
  out(): string;
  err(): string;
  /** Settles when its output or its log has this text; fails when it ends without. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ending>;
}

const running = new Set<number>();

/** Kills the programs that still run, so that a test that failed leaves none. */
export function endPrograms(): void {
  for (const pid of running) process.kill(pid, 'SIGKILL');
}

process.once('exit', endPrograms);

/** Runs `src/main.ts` or `src/cli.ts` with these settings and no others, but for the mongod of the tests. */
export async function runProgram(
  name: 'main' | 'cli',
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Program> {
  const { file } = await testBinary();
  const script = fileURLToPath(new URL(`../../src/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], MONGOD_BINARY: file, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} does not run`);
  running.add(pid);
  let out = '';
  let err = '';
  const hearers = new Set<() => void>();
  const hear = () => {
    for (const hearer of hearers) hearer();
  };
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString();
    hear();
  });
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
    hear();
  });
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', () => running.delete(pid));
    child.once('close', (code, signal) => {
      resolve({ code: code ?? signal, out, err });
    });
  });
  return {
    pid,
    out: () => out,
    err: () => err,
    ended,
    says: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (out.includes(text) || err.includes(text)) resolve();
        };
        hearers.add(look);
        void ended.then(() => {
          reject(new Error(`${name} ended without saying '${text}': ${out}${err}`));
        });
        look();
      }),
  };
}

/** Runs the server and waits until it serves. */
export async function serve(settings: Readonly<Record<string, string>>): Promise<Program> {
  const server = await runProgram('main', settings);
  await server.says('SCIM base URL');
  return server;
}

/** Sends a signal and waits for the end. */
export async function stop(program: Program, signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
  process.kill(program.pid, signal);
  return program.ended;
}

/** Creates a user, the most of which is sent only when something else is over: the status that it is answered. */
export function createWhile(
  first: FirstRun,
  userName: string,
  meanwhile: () => Promise<void>,
): Promise<number | undefined> {
  const body = JSON.stringify({ userName });
  const headers = {
    Authorization: `Bearer ${first.token}`,
    'Content-Type': 'application/scim+json',
    'Content-Length': body.length,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${first.scimBaseUrl}/Users`, { method: 'POST', headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    outgoing.on('error', reject);
    outgoing.write(body.slice(0, 5));
    void (async () => {
      await sleep(300);
      await meanwhile();
      outgoing.end(body.slice(5));
    })().catch(reject);
  });
}

/** What the first start left in the data folder. */
export const firstRunOf = async (dataDir: string): Promise<FirstRun> =>
  JSON.parse(await readFile(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;

/** The form of the ids that the server gives. */
export const isId = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
