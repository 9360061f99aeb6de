import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirstRun } from './admin/firstRun.ts';

/** Where the server is found. */
type Addresses = Pick<FirstRun, 'scimBaseUrl' | 'adminApiUrl'>;

/** Keeps what the first start made; at later ones, where the server is found now. */
export async function noteFirstRun(
  dataDir: string,
  { scimBaseUrl, adminApiUrl }: Addresses,
  made: FirstRun | undefined,
): Promise<void> {
  const file = join(dataDir, 'first-run.json');
  const kept = made ?? (await readFirstRun(file));
  if (!kept || (!made && kept.scimBaseUrl === scimBaseUrl && kept.adminApiUrl === adminApiUrl)) return;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify({ ...kept, scimBaseUrl, adminApiUrl })}\n`, { mode: 0o600 });
}

/** What an earlier start kept, of an earlier version maybe; undefined where it was taken away, or is no longer what it was. */
async function readFirstRun(file: string): Promise<Partial<FirstRun> | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<FirstRun>;
  } catch {
    return undefined;
  }
}
