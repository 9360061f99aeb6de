import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import { ask, connections } from './client.ts';
import { faultOf, type Closed, type Done } from './closedLoop.ts';
import type { Contender, Storing } from './contenders.ts';
import { forgetJoins, type Sizes } from './data.ts';
import type { Job } from './load.ts';
import type { Open, OpenDone } from './openLoop.ts';
import type { Operation, Round } from './operation.ts';
import { operationNamed } from './operations.ts';
import type { Plan } from './plan.ts';
import { cpuSeconds } from './processes.ts';

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
}

/** What MongoDB does for one request that is sent alone. */
export interface Store {
  readonly commands: number;
  readonly keys: number;
  readonly documents: number;
}

/** Answers that were wrong: what was measured means nothing. */
class WrongAnswers extends Error {
  override readonly name = 'WrongAnswers';
}

/** Measures, one thing at a time. */
export interface Meter {
  /** @throws WrongAnswers */
  measure(contender: Contender, cell: Cell, sizes: Sizes): Promise<Sample>;
  /** @throws WrongAnswers */
  store(contender: Contender, operation: string, sizes: Sizes): Promise<Store | undefined>;
  /** @throws WrongAnswers */
  open(job: Omit<Open, 'loop' | 'mark'>): Promise<OpenDone>;
  stop(): void;
}

/** A write's order in the journal and its row in the provisioning log come within a second after it. */
const aftermathMs = 1_100;

/** So many requests are sent to see what MongoDB does for them. */
const probes = 15;

/** A meter with a load generator of its own. */
export function startMeter(mongodPid: number, aftermath: Plan['aftermath']): Meter {
  const generator = fork(fileURLToPath(new URL('load.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  process.once('exit', () => generator.kill('SIGKILL'));
  const seeded = new WeakMap<Contender, mongoose.mongo.ObjectId>();
  const prepared = new Map<string, string>();
  let rounds = 0;

  const mark = (): string => {
    rounds += 1;
    return `r${Date.now().toString(36)}${rounds}`;
  };

  /** What the requests of an operation depend on: asked once, since it stays as it is. */
  async function preparation(contender: Contender, name: string, sizes: Sizes): Promise<Pick<Round, 'prepared'>> {
    const { prepare } = operationNamed(name);
    if (!prepare) return {};
    const key = `${contender.base} ${name} ${sizes.users}`;
    const known = prepared.get(key);
    if (known !== undefined) return { prepared: known };
    const agent = connections(1);
    const found = await prepare(sizes, (sent) => ask(agent, contender, sent));
    agent.destroy();
    prepared.set(key, found);
    return { prepared: found };
  }

  /** Does something, waits for what follows it, looks whether all of it is there, and takes back who joined. */
  async function watched(contender: Contender, operation: Operation, work: () => Promise<number>): Promise<void> {
    if (!isStoring(contender)) {
      await work();
      return;
    }
    const first = seeded.get(contender) ?? (await newestEdge(contender));
    seeded.set(contender, first);
    const before = await counts(contender);
    const answered = await work();
    const missing = lost(operation, answered, before, await counts(contender));
    if (operation.leaves.edges !== undefined) await forgetJoins(contender.soil.db, first);
    refuse(contender, operation.title, missing);
  }

  async function measure(contender: Contender, cell: Cell, sizes: Sizes): Promise<Sample> {
    const operation = operationNamed(cell.operation);
    const { base, token, name } = contender;
    const ready = await preparation(contender, cell.operation, sizes);
    let sample: Sample | undefined;
    await watched(contender, operation, async () => {
      const start = await cpu(contender, mongodPid);
      const job: Closed = {
        loop: 'closed',
        ...ready,
        ...sizes,
        ...cell,
        base,
        token,
        mark: mark(),
        duplicates: cell.duplicates ?? 0,
      };
      const done = await load<Done>(generator, job);
      if (aftermath === 'counts' && operation.leaves.journal !== undefined) await settled(contender);
      const end = await cpu(contender, mongodPid);
      refuse(contender, `${cell.operation}, ${cell.clients} clients`, done.wrong);
      const requests = done.answered + done.refused;
      const each = (from?: number, to?: number) =>
        from === undefined || to === undefined ? undefined : (1_000 * (to - from)) / requests;
      sample = {
        contender: name,
        perSecond: done.answered / done.seconds,
        refusedPerSecond: done.refused / done.seconds,
        p50: done.p50,
        p99: done.p99,
        serverCpu: each(start.server, end.server),
        mongodCpu: each(start.mongod, end.mongod),
      };
      return done.answered;
    });
    if (!sample) throw new Error('nothing was measured');
    return sample;
  }

  async function store(contender: Contender, name: string, sizes: Sizes): Promise<Store | undefined> {
    if (!isStoring(contender)) return undefined;
    const operation = operationNamed(name);
    const ready = await preparation(contender, name, sizes);
    const agent = connections(1);
    const found: Store[] = [];
    await watched(contender, operation, async () => {
      const round = { ...sizes, ...ready, mark: mark(), clients: 1 };
      const most = Math.min(probes, operation.most?.(sizes) ?? probes);
      for (let at = 0; at < most; at += 1) {
        const before = await done(contender);
        const answer = await ask(agent, contender, operation.request(round, at));
        const after = await done(contender);
        const fault = faultOf(operation, answer, round, at);
        refuse(contender, name, fault === undefined ? [] : [fault]);
        found.push({
          commands: after.commands - before.commands,
          keys: after.keys - before.keys,
          documents: after.documents - before.documents,
        });
      }
      if (aftermath === 'counts' && operation.leaves.journal !== undefined) await settled(contender);
      return most;
    });
    agent.destroy();
    // What the server does now and then for itself falls on a few of them.
    const middle = (of: (one: Store) => number): number =>
      found.map(of).toSorted((a, b) => a - b)[Math.floor(found.length / 2)] ?? NaN;
    return {
      commands: middle(({ commands }) => commands),
      keys: middle(({ keys }) => keys),
      documents: middle(({ documents }) => documents),
    };
  }

  return {
    measure,
    store,
    async open(job) {
      const done = await load<OpenDone>(generator, { ...job, loop: 'open', mark: mark() });
      if (done.wrong.length > 0) throw new WrongAnswers(done.wrong.join('\n'));
      return done;
    },
    stop: () => {
      generator.disconnect();
    },
  };
}

const isStoring = (contender: Contender): contender is Storing => contender.soil !== undefined;

function refuse({ name }: Contender, what: string, wrong: readonly string[]): void {
  if (wrong.length > 0) throw new WrongAnswers(`${name}, ${what}:\n${wrong.join('\n')}`);
}

function load<T>(generator: ChildProcess, job: Job): Promise<T> {
  return new Promise((resolve, reject) => {
    const gone = () => {
      reject(new Error('the load generator ended'));
    };
    generator.once('exit', gone);
    generator.once('message', (done) => {
      generator.off('exit', gone);
      resolve(done as T);
    });
    generator.send(job);
  });
}

/** So that what Rollcall does after its answers counts as its own, and not as another's. The others do nothing more. */
async function settled({ name, soil }: Contender): Promise<void> {
  if (name !== 'Rollcall' || !soil) return;
  for (let left = 10; left > 0; left -= 1) {
    await sleep(aftermathMs);
    if (!(await soil.db.collection('journal').findOne({ pending: true }))) return;
  }
  throw new Error('the journal is not put in order');
}

const collections = ['resources', 'edges', 'history', 'journal'] as const;

type Counts = Readonly<Record<(typeof collections)[number], number>>;

async function counts({ soil: { db } }: Storing): Promise<Counts> {
  const found = await Promise.all(
    collections.map(async (name) => [name, await db.collection(name).estimatedDocumentCount()] as const),
  );
  return Object.fromEntries(found) as Counts;
}

/** What the acknowledged writes have left too little or too much of. */
const lost = ({ leaves }: Operation, answered: number, before: Counts, after: Counts): string[] =>
  collections.flatMap((name) => {
    const each = leaves[name] ?? 0;
    const found = after[name] - before[name];
    return each === 'some' || found === answered * each
      ? []
      : [`${found} new documents in ${name} after ${answered} answers, not ${answered * each}`];
  });

/** Ids of edges made later are greater. */
async function newestEdge({ soil: { db } }: Storing): Promise<mongoose.mongo.ObjectId> {
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
const cpu = async ({ pid, soil }: Contender, mongodPid: number) => ({
  server: await cpuSeconds(pid),
  mongod: soil ? await cpuSeconds(mongodPid) : 0,
});

const counted = ['aggregate', 'count', 'delete', 'distinct', 'find', 'findAndModify', 'getMore', 'insert', 'update'];

interface ServerStatus {
  readonly metrics: {
    readonly commands: Readonly<Record<string, { readonly total: number } | undefined>>;
    readonly queryExecutor: { readonly scanned: number; readonly scannedObjects: number };
  };
}

/** What mongod has done since it began. */
async function done({ soil: { db } }: Storing): Promise<Store> {
  const { metrics } = (await db.admin().command({ serverStatus: 1 })) as unknown as ServerStatus;
  const { scanned, scannedObjects } = metrics.queryExecutor;
  const total = (name: string): number => metrics.commands[name]?.total ?? 0;
  const commands = [...counted, 'bulkWrite', 'commitTransaction'].reduce((sum, name) => sum + total(name), 0);
  return { commands, keys: scanned, documents: scannedObjects };
}
