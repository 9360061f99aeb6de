// A process that takes a lock at an instant and keeps it: `lockHolder.ts <folder> <milliseconds since 1970>`.
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from '../../src/mongod/lock.ts';

const [folder = '', instant = '0'] = process.argv.slice(2);
process.stdout.write('waiting\n');
await sleep(Math.max(0, Number(instant) - Date.now()));
try {
  await lock(folder, folder);
  process.stdout.write('holds\n');
  setInterval(() => undefined, 60_000);
} catch (cause) {
  process.stdout.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
}
