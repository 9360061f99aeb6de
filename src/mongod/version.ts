import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { run } from './run.ts';

/** The oldest MongoDB series that Rollcall works with. */
const oldestSeries = 6;

/** What asking a file for its version gave: the version, or the reason it is no mongod for us. */
export type Probe = { readonly version: string } | { readonly refused: string };

/** Says which version of mongod a file is, by running it: one that cannot run here or is older than 6.0 is refused. */
export async function probe(file: string): Promise<Probe> {
  try {
    await access(file, constants.X_OK);
  } catch {
    return { refused: `${file} is no file that can be run` };
  }
  const outcome = await run(file, ['--version'], { totalMs: 15_000 });
  const version = /^db version v(\d+\.\d+\.\d+\S*)/m.exec(outcome.output)?.[1];
  if (version === undefined) {
    const said = outcome.problem ?? (outcome.output.trim().split('\n').at(-1) || `exit code ${String(outcome.code)}`);
    return { refused: `${file} does not tell its version (${said})` };
  }
  if (Number.parseInt(version, 10) < oldestSeries) return { refused: `${file} is ${version}, older than 6.0` };
  return { version };
}

/** Orders versions, newest first. */
export function newestFirst(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/\D+/).map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (right?.[part] ?? 0) - (left?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
