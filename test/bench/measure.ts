import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import type { Contender } from './contenders.ts';
import { forgetJoins, type Sizes } from './data.ts';
import type { Done, Job } from './load.ts';
import { operationNamed, type Operation } from './operations.ts';

/** One measurement: an operation against a contender, by so many clients. */
export interface Cell {
  readonly operation: string;
  readonly clients: number;
  readonly milliseconds: number;
  /** Of the clients, those that always send what is refused. */
  readonly duplicates?: number;
}

/** What one measurement found. */
export interface Sample {
  readonly contender: Contender['name'];
  /** Of the requests that were answered as they had to be. */
  readonly perSecond: number;
  readonly refusedPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of CPU per request, refused ones included; undefined where there is no /proc. */
  readonly serverCpu: number | undefined;
  readonly mongodCpu: number | undefined;
  readonly wrong: readonly string[];
}

/** Measures, one cell at a time. */
export interface Meter {
  measure(contender: Contender, cell: Cell): Promise<Sample>;
  stop(): void;
}

/** A write's order in the journal and its row in the provisioning log come within a second after it. */
const aftermath = 1_100;

/** A meter with a load generator of its own. */
export async function startMeter(mongodPid: number, sizes: Sizes): Promise<Meter> {
  const generator = fork(fileURLToPath(new URL('load.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  process.once('exit', () => generator.kill('SIGKILL'));
  const tick = ticksPerSecond();
  let rounds = 0;
  let seeded: mongoose.mongo.ObjectId | undefined;

  async function measure(contender: Contender, cell: Cell): Promise<Sample> {
    const operation = operationNamed(cell.operation);
    const { edges = 0, journal = 0 } = operation.leaves;
    seeded ??= await newestEdge(contender);
    rounds += 1;
    const before = await counts(contender);
    const start = await cpu(contender, mongodPid, tick);
    const done = await load(generator, {
      ...sizes,
      ...cell,
      base: contender.base,
      token: contender.token,
      mark: `r${Date.now().toString(36)}${rounds}`,
      duplicates: cell.duplicates ?? 0,
    });
    if (journal > 0) await settled(contender);
    const end = await cpu(contender, mongodPid, tick);
    const missing = lost(operation, done.answered, before, await counts(contender));
    if (edges > 0) await forgetJoins(contender.db, seeded);
    const requests = done.answered + done.refused;
    const each = (from?: number, to?: number) =>
      from === undefined || to === undefined ? undefined : (1_000 * (to - from)) / requests;
    return {
      contender: contender.name,
      perSecond: done.answered / done.seconds,
      refusedPerSecond: done.refused / done.seconds,
      p50: done.p50,
      p99: done.p99,
      serverCpu: each(start?.server, end?.server),
      mongodCpu: each(start?.mongod, end?.mongod),
      wrong: [...done.wrong, ...missing],
    };
  }

  return {
    measure,
    stop: () => {
      generator.disconnect();
    },
  };
}

function load(generator: ChildProcess, job: Job): Promise<Done> {
  return new Promise((resolve, reject) => {
    const gone = () => {
      reject(new Error('the load generator ended'));
    };
    generator.once('exit', gone);
    generator.once('message', (done) => {
      generator.off('exit', gone);
      resolve(done as Done);
    });
    generator.send(job);
  });
}

/** So that what Rollcall does after its answers counts as its own, and not as the floor's. The floor does nothing more. */
async function settled({ name, db }: Contender): Promise<void> {
  if (name === 'floor') return;
  for (let left = 10; left > 0; left -= 1) {
    await sleep(aftermath);
    if (!(await db.collection('journal').findOne({ pending: true }))) return;
  }
  throw new Error('the journal is not put in order');
}

const collections = ['resources', 'edges', 'history', 'journal'] as const;

type Counts = Readonly<Record<(typeof collections)[number], number>>;

async function counts({ db }: Contender): Promise<Counts> {
  const found = await Promise.all(
    collections.map(async (name) => [name, await db.collection(name).estimatedDocumentCount()] as const),
  );
  return Object.fromEntries(found) as Counts;
}

/** What the acknowledged writes have left too little or too much of. */
const lost = ({ leaves }: Operation, answered: number, before: Counts, after: Counts): string[] =>
  collections.flatMap((name) => {
    const expected = answered * (leaves[name] ?? 0);
    const found = after[name] - before[name];
    return found === expected ? [] : [`${found} new documents in ${name} after ${answered} answers, not ${expected}`];
  });

/** Ids of edges made later are greater. */
async function newestEdge({ db }: Contender): Promise<mongoose.mongo.ObjectId> {
  await sleep(1_000);
  const newest = await db
    .collection('edges')
    .find()
    .sort({ _id: -1 })
    .project<{ _id: mongoose.mongo.ObjectId }>({ _id: 1 })
    .next();
  const second = newest ? newest._id.getTimestamp().getTime() / 1_000 : 0;
  return mongoose.mongo.ObjectId.createFromTime(second + 1);
}

/** Seconds of CPU that the contender and mongod have used. */
async function cpu({ pid }: Contender, mongodPid: number, tick: number | undefined) {
  if (tick === undefined) return undefined;
  return { server: await secondsOf(pid, tick), mongod: await secondsOf(mongodPid, tick) };
}

async function secondsOf(pid: number, tick: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything; utime and stime are the 14th and 15th fields.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / tick;
}

/** Undefined where processes are not shown in /proc. */
function ticksPerSecond(): number | undefined {
  return process.platform === 'linux' ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : undefined;
}
