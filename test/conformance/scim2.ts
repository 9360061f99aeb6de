// Runs scim2-tester, the public checker of SCIM servers, on a fresh tenant of a strict and of a lenient connection.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userCache } from '../../src/mongod/cache.ts';
import { startTestServer } from '../support/server.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const requirements = here('requirements.txt');

// What else is installed on the machine is no concern of a folder of its own.
const quietly = ['--quiet', '--no-warn-conflicts', '--root-user-action', 'ignore'];

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What the machine lacks to run the checker. */
class Missing extends Error {
  override readonly name = 'Missing';
}

/** The exit code of a program that prints where we print, with settings besides our environment. */
const run = (program: string, args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...more } });
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 1);
    });
  });

async function python(): Promise<string> {
  const code = await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']).catch(() => undefined);
  if (code === undefined) throw new Missing('There is no python3 on PATH: scim2-tester needs Python 3.11 or newer');
  if (code !== 0) throw new Missing('python3 is too old: scim2-tester needs Python 3.11 or newer');
  return 'python3';
}

/**
 * The folder with the checker's packages, in the user's cache; installed once for each state of requirements.txt.
 *
 * @throws Missing where there is neither pip nor venv, or no package index
 */
async function packages(interpreter: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(requirements));
  const root = join(userCache(process.env, homedir()), 'rollcall', 'scim2-tester');
  const folder = join(root, hash.digest('hex').slice(0, 12));
  if (existsSync(folder)) return folder;
  await mkdir(root, { recursive: true, mode: 0o700 });
  const staging = await mkdtemp(join(root, '.installing-'));
  try {
    const installer = await withPip(interpreter, join(staging, 'venv'));
    const target = join(staging, 'packages');
    const code = await run(installer, ['-m', 'pip', 'install', ...quietly, '--target', target, '-r', requirements]);
    if (code !== 0) throw new Missing('pip could not install scim2-tester: it needs a package index');
    // Whoever installs at the same time installs the same.
    await rename(target, folder).catch(() => undefined);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return folder;
}

const hasPip = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)";

/** A Python that has pip: the one there is, or else one in an environment of its own. */
async function withPip(interpreter: string, environment: string): Promise<string> {
  if ((await run(interpreter, ['-c', hasPip])) === 0) return interpreter;
  if ((await run(interpreter, ['-m', 'venv', environment])) === 0) return join(environment, 'bin', 'python3');
  throw new Missing('Python has neither pip nor venv: install python3-pip or python3-venv');
}

async function main(): Promise<number> {
  const interpreter = await python();
  const path = await packages(interpreter);
  const server = await startTestServer();
  let failed = 0;
  try {
    for (const dialect of ['strict', 'lenient'] as const) {
      say(`\nscim2-tester, a ${dialect} connection`);
      const { base, token } = await server.tenant({ dialect });
      const settings = { PYTHONPATH: path, SCIM_BASE_URL: base, SCIM_TOKEN: token };
      failed += await run(interpreter, [here('check_server.py')], settings);
    }
  } finally {
    await server.stop();
  }
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
