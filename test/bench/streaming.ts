import { get } from 'node:http';
import { ended } from '../support/fleet.ts';
import type { TestMongod } from '../support/mongod.ts';
import { freePort } from '../support/server.ts';
import type { Bench } from './compare.ts';
import { runRollcall } from './contenders.ts';
import { groupId } from './data.ts';
import { forgetPeak, memory, pidOf } from './processes.ts';
import type { Figure } from './rows.ts';

const warmUps = 3;

/** Reads the largest group whole, as a server of its own streams it: how it grows meanwhile, and how long it is deaf. */
export async function stream(
  { plan, say }: Bench,
  mongod: TestMongod,
  database: string,
  dataDir: string,
): Promise<Figure[]> {
  const size = Math.max(...plan.groups);
  say(`streaming a group of ${size}`);
  const metricsPort = await freePort();
  const env = { SCIM_RATE_LIMIT: '0', DATA_DIR: dataDir, METRICS_PORT: String(metricsPort) };
  const server = await runRollcall(mongod, database, env);
  const pid = pidOf(server.child);
  const small = Math.min(...plan.groups);
  for (let left = warmUps; left > 0; left -= 1) await members(server, small);
  const before = await memory(pid);
  if (before) await forgetPeak(pid);
  await longestDelay(metricsPort);
  const began = performance.now();
  const found = await members(server, size);
  const seconds = (performance.now() - began) / 1_000;
  const delay = await longestDelay(metricsPort);
  const after = await memory(pid);
  await ended(server.child, 'SIGTERM');
  await server.connection.close();
  if (found !== size) throw new Error(`${found} members came of ${size}`);

  const figure = (name: string, title: string, value: number, unit: string): Figure => ({
    name,
    title: `a group of ${size.toLocaleString('en')} read whole: ${title}`,
    contender: 'Rollcall',
    size,
    value,
    unit,
  });
  return [
    figure('stream-seconds', 'how long', seconds, 's'),
    figure('stream-memory', 'growth of memory', after && before ? after.peak - before.now : NaN, 'MiB'),
    // The timer that measures it comes every 10 ms, and that is part of it.
    figure('stream-delay', 'longest delay of the event loop', delay, 'ms'),
  ];
}

/** The longest delay since the last time it was asked, in milliseconds. */
async function longestDelay(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const value = /^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1];
  return 1_000 * Number(value);
}

/** Reads a group, counting its members, without keeping them. */
function members({ base, token }: { readonly base: string; readonly token: string }, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` };
    const asked = get(`${base}/Groups/${groupId(`size ${size}`)}`, { headers }, (answer) => {
      let found = 0;
      let rest = '';
      answer.setEncoding('latin1');
      answer.on('data', (chunk: string) => {
        const parts = (rest + chunk).split('"value":');
        found += parts.length - 1;
        // A word that is cut in two is found with the next chunk.
        rest = (parts.at(-1) ?? '').slice(-7);
      });
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 200 && answer.complete) resolve(found);
        else reject(new Error(`a group was answered ${answer.statusCode}`));
      });
    });
    asked.on('error', reject);
  });
}
