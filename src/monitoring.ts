import { readFileSync } from 'node:fs';
import type { Fellows } from './channel.ts';
import { management } from './http/metrics.ts';
import type { Ready } from './http/health.ts';
import { listen } from './http/server.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { merged, metrics, type Metrics } from './metrics.ts';
import type { Database } from './storage/connect.ts';
import { watchCommands, watchPool } from './storage/watch.ts';

/** Who takes what is to be counted. */
export interface Monitoring extends Pick<Metrics, 'answered' | 'batch' | 'repaired'> {
  close(): Promise<void>;
}

const nothing = (): void => undefined;

/** A scrape is short: closing does not wait long for one. */
const drainMs = 1_000;

/**
 * Counts what happens, and shows it on the management port, where there is to be one: with what its fellows counted.
 *
 * @throws Error with what to do, where nobody can listen there
 */
export async function monitoring(
  place: Config['metrics'],
  db: Database,
  ready: () => Ready,
  log: Log,
  fellows?: Fellows,
): Promise<Monitoring> {
  if (!place) return { answered: nothing, batch: nothing, repaired: nothing, close: () => Promise.resolve() };
  const counted = metrics(version(), watchPool(db));
  watchCommands(db, counted.command);
  const all = fellows?.(counted.text);
  const text = all ? async () => merged(await all()) : () => counted.text();
  const shown = { contentType: counted.contentType, text };
  const server = await listen(management({ metrics: shown, ready, log, clock: Date.now }), {
    ...place,
    drainMs,
    settings: 'METRICS_PORT or METRICS_HOST',
  });
  return { ...counted, close: server.close };
}

/** The version of this Rollcall. */
const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
