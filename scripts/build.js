// Compiles src/ to dist/, if anything changed since the last time. Silent unless it fails: its callers have their own output.
// It only strips the types; checking them is the work of `npm run typecheck`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const stamp = 'dist/.stamp';
const sources = () => [
  ...readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort(),
  'package-lock.json',
  'tsconfig.json',
  'scripts/tsconfig.build.json',
  'scripts/build.js',
];

/** Changes with any file's name, size or time: also with a file that is gone or older than it was. */
const fingerprint = () => {
  const hash = createHash('sha256');
  for (const file of sources()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\n`);
  }
  return hash.digest('hex');
};

const built = () => (existsSync(stamp) ? readFileSync(stamp, 'utf8') : '');

function build(wanted) {
  // Built aside and swapped in whole: a command that starts meanwhile never sees half of it, and nothing stale stays.
  const aside = `dist.${process.pid}`;
  const tsc = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '--project', 'scripts/tsconfig.build.json', '--outDir', aside],
    { encoding: 'utf8' },
  );
  try {
    if (tsc.status !== 0) {
      process.stderr.write(`${tsc.stdout}${tsc.stderr}The build failed: nothing in dist/ was changed.\n`);
      return 1;
    }
    if (existsSync(`${aside}/cli.js`)) chmodSync(`${aside}/cli.js`, 0o755);
    writeFileSync(`${aside}/.stamp`, wanted);
    swapIn(aside, wanted);
    return 0;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function swapIn(aside, wanted) {
  const old = `${aside}.old`;
  try {
    if (existsSync('dist')) renameSync('dist', old);
    renameSync(aside, 'dist');
  } catch (error) {
    // Another build of the same sources may have been quicker.
    if (built() !== wanted) throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

// An installed package has dist/ and no src/.
if (existsSync('src')) {
  const wanted = fingerprint();
  if (built() !== wanted) process.exitCode = build(wanted);
}
