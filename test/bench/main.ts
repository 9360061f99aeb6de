import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import mongoose from 'mongoose';
import { startTestMongod } from '../support/mongod.ts';
import { goals } from './goals.ts';
import { startMeter } from './measure.ts';
import { tabled } from './operations.ts';
import { plans } from './plan.ts';
import type { Run } from './run.ts';
import { measureAll, sections } from './sections.ts';
import { printed, printedFigures, printedGoals } from './table.ts';

/** What can be measured alone. */
const named = [...Object.keys(tabled(plans.full.groups)), ...sections];

const usage = `npm run bench -- [--quick | --full] [--only NAME] [--json FILE] [--profile FOLDER]

Compares Rollcall with a bare handler on one MongoDB, and with others.
  --quick           fewer people, shorter rounds, no scimmy-routers: less than three minutes
  --full            up to a million people
  --only NAME       one of ${named.join(', ')}; may be repeated
  --json FILE       also writes what was found as JSON, which npm run bench:page makes a page of
  --profile FOLDER  also writes a CPU profile of each server
`;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** What the command line asks for; undefined where it asks for help, or for what there is not. */
function asked() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, full, only, json, profile, help } = values;
  const known = (only ?? []).every((name) => named.includes(name));
  if (help || !known || (quick && full)) {
    process.stderr.write(usage);
    process.exitCode = help ? 0 : 2;
    return undefined;
  }
  const plan = quick ? plans.quick : full ? plans.full : plans.usual;
  const wanted = only ?? named.filter((name) => !quick || name !== 'scimmy');
  return { wanted, plan, json, profile };
}

const machine = (mongod: unknown): Run['machine'] => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  os: `${process.platform} ${process.arch}`,
  node: process.version,
  mongod: String(mongod),
});

async function main(): Promise<void> {
  const request = asked();
  if (!request) return;
  const { wanted, plan, json, profile } = request;
  const began = new Date();
  const load = loadavg();

  const mongod = await startTestMongod();
  const client = await new mongoose.mongo.MongoClient(mongod.uri).connect();
  const status = await client.db().admin().command({ serverStatus: 1 });
  await client.close();
  const meter = startMeter(Number(status['pid']), plan.aftermath);
  try {
    const found = await measureAll({ meter, plan, say }, mongod, wanted, profile);
    const run: Run = {
      machine: machine(status['version']),
      began: began.toISOString(),
      seconds: Math.round((Date.now() - began.getTime()) / 1_000),
      load: { before: load, after: loadavg() },
      plan,
      ...found,
      goals: goals(found),
    };
    process.stdout.write(`${text(run)}\n`);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(run, null, 2)}\n`);
  } finally {
    meter.stop();
    await mongod.stop();
  }
}

const text = ({ machine: on, plan, rows, figures, goals: asked, seconds }: Run): string =>
  [
    `${on.cpu}, ${on.cores} cores, ${on.memoryGiB} GiB, ${on.os}, Node ${on.node}, mongod ${on.mongod}`,
    `users in 3 groups each; medians of ${plan.rounds} rounds of ${plan.milliseconds} ms; ±: half the range of the rounds`,
    'CPU: milliseconds per request of server and mongod; ratios: round by round over the floor, their median and range',
    'commands, keys, documents: what MongoDB does and examines for a request that comes alone',
    '',
    ...(rows.length > 0 ? [printed(rows), ''] : []),
    ...(figures.length > 0 ? [printedFigures(figures), ''] : []),
    printedGoals(asked),
    '',
    `${seconds} s`,
  ].join('\n');

// Ends the process where servers of a failed start would keep it going; they end with it.
main().then(
  () => process.exit(),
  (error: unknown) => {
    say(error instanceof Error && error.name !== 'WrongAnswers' ? String(error.stack) : String(error));
    process.exit(1);
  },
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
