// Replays an Okta run and an Entra run against a running server, and prints what was sent and what it changed.
// The server is that of DATA_DIR/first-run.json, or of SCIM_BASE_URL and SCIM_TOKEN.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanUp } from './demo/cleanUp.ts';
import { UnexpectedAnswer } from './demo/client.ts';
import { entraRun } from './demo/entra.ts';
import { oktaRun } from './demo/okta.ts';
import type { Target } from './demo/client.ts';

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

async function target(environment: NodeJS.ProcessEnv): Promise<Target> {
  const { SCIM_BASE_URL: scimBaseUrl, SCIM_TOKEN: token, DATA_DIR = 'data' } = environment;
  if (scimBaseUrl !== undefined && token !== undefined) return { scimBaseUrl, token };
  const file = join(DATA_DIR, 'first-run.json');
  const written = await readFile(file, 'utf8').catch(() => undefined);
  if (written === undefined) {
    throw new UnexpectedAnswer(
      `There is no ${file}: start the server with npm start, or set SCIM_BASE_URL and SCIM_TOKEN`,
    );
  }
  return JSON.parse(written) as Target;
}

async function main(): Promise<number> {
  try {
    const on = await target(process.env);
    print(`Rollcall at ${on.scimBaseUrl}`);
    const old = await cleanUp(on);
    if (old > 0) print(`Removed ${old} left by an earlier run.`);
    await oktaRun(on, print);
    await entraRun(on, print);
    print(`\nBoth runs went as their clients expect. Cleaned up: ${await cleanUp(on)} deleted.`);
    return 0;
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    return 1;
  }
}

process.exitCode = await main();
