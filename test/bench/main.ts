import { cpus, totalmem } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { startTestMongod } from '../support/mongod.ts';
import { startFloor, startRollcall, type Contender } from './contenders.ts';
import { crowd, crowdCells, crowdRatios } from './crowds.ts';
import { startMeter, type Meter, type Sample } from './measure.ts';
import { operations } from './operations.ts';
import { printed, printedRatios, summary, type Row } from './table.ts';

/** What can be measured alone. */
const named = [...Object.keys(operations), 'crowds'];

const usage = `npm run bench -- [--quick] [--only NAME] [--json FILE] [--profile FOLDER]

Compares Rollcall with a bare handler on one MongoDB.
  --quick           fewer people, shorter rounds: less than three minutes
  --only NAME       one of ${named.join(', ')}; may be repeated
  --json FILE       also writes what was found as JSON
  --profile FOLDER  also writes a CPU profile of each server
`;

/** How much is measured, and how long. */
interface Plan {
  readonly users: number;
  readonly joiners: number;
  readonly rounds: number;
  readonly milliseconds: number;
  readonly warmUp: number;
}

const plans = {
  quick: { users: 2_000, joiners: 5_000, rounds: 3, milliseconds: 400, warmUp: 600 },
  full: { users: 10_000, joiners: 20_000, rounds: 5, milliseconds: 2_000, warmUp: 3_000 },
} as const satisfies Record<string, Plan>;

const clientCounts = [1, 8] as const;

type Contenders = readonly [Contender, Contender];

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Answers that were wrong: what was measured means nothing. */
class WrongAnswers extends Error {
  override readonly name = 'WrongAnswers';
}

async function measured(meter: Meter, contender: Contender, cell: Parameters<Meter['measure']>[1]): Promise<Sample> {
  const sample = await meter.measure(contender, cell);
  if (sample.wrong.length > 0)
    throw new WrongAnswers(
      `${contender.name}, ${cell.operation}, ${cell.clients} clients:\n${sample.wrong.join('\n')}`,
    );
  return sample;
}

/** Both contenders in turn, the one that begins changing from round to round. */
async function compare(meter: Meter, contenders: Contenders, names: readonly string[], plan: Plan): Promise<Row[]> {
  const rows: Row[] = [];
  for (const operation of names) {
    say(operation);
    for (const contender of contenders)
      await measured(meter, contender, { operation, clients: 8, milliseconds: plan.warmUp });
    for (const clients of clientCounts) {
      const samples: Sample[] = [];
      for (let round = 0; round < plan.rounds; round += 1)
        for (const contender of round % 2 === 0 ? contenders : [...contenders].reverse())
          samples.push(await measured(meter, contender, { operation, clients, milliseconds: plan.milliseconds }));
      rows.push(rowOf(operation, operations[operation]?.title ?? operation, clients, samples));
    }
  }
  return rows;
}

async function compareCrowds(meter: Meter, contenders: Contenders, plan: Plan): Promise<Row[]> {
  say('crowds');
  const samples = new Map<string, Sample[]>();
  for (let round = -1; round < plan.rounds; round += 1)
    for (const { name, contender, operation, duplicates = 0 } of crowdCells) {
      const runs = contenders.find((each) => each.name === contender);
      if (!runs) continue;
      const milliseconds = round < 0 ? plan.warmUp : plan.milliseconds;
      const sample = await measured(meter, runs, { operation, clients: crowd, milliseconds, duplicates });
      // The first round warms up.
      if (round >= 0) samples.set(name, [...(samples.get(name) ?? []), sample]);
    }
  return crowdCells.map(({ name, title }) => rowOf(name, title, crowd, samples.get(name) ?? []));
}

function rowOf(operation: string, title: string, clients: number, samples: readonly Sample[]): Row {
  const names = [...new Set(samples.map(({ contender }) => contender))];
  const own = (name: Sample['contender']) => summary(samples.filter(({ contender }) => contender === name));
  return { operation, title, clients, contenders: Object.fromEntries(names.map((name) => [name, own(name)])) };
}

/** What the command line asks for; undefined where it asks for help, or for what there is not. */
function asked() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = values.only ?? named;
  const known = wanted.every((name) => named.includes(name));
  if (values.help || !known) {
    process.stderr.write(usage);
    process.exitCode = values.help ? 0 : 2;
    return undefined;
  }
  return { wanted, plan: values.quick ? plans.quick : plans.full, json: values.json, profile: values.profile };
}

async function main(): Promise<void> {
  const request = asked();
  if (!request) return;
  const { wanted, plan, json, profile } = request;
  const began = Date.now();

  const mongod = await startTestMongod();
  const stops: (() => unknown)[] = [() => mongod.stop()];
  try {
    say(`preparing ${plan.users} users in two databases`);
    const floor = await startFloor(mongod, plan, profile);
    stops.unshift(() => floor.stop());
    const rollcall = await startRollcall(mongod, plan, profile);
    stops.unshift(() => rollcall.stop());
    const status = await floor.db.admin().command({ serverStatus: 1 });
    const meter = await startMeter(Number(status['pid']), plan);
    stops.unshift(meter.stop);

    const contenders: Contenders = [rollcall, floor];
    const names = Object.keys(operations).filter((name) => wanted.includes(name));
    const rows = await compare(meter, contenders, names, plan);
    const crowdRows = wanted.includes('crowds') ? await compareCrowds(meter, contenders, plan) : [];
    const ratios = crowdRows.length > 0 ? crowdRatios(crowdRows) : [];
    const machine = {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      os: `${process.platform} ${process.arch}`,
      node: process.version,
      mongod: String(status['version']),
    };

    process.stdout.write(
      [
        `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}, mongod ${machine.mongod}`,
        `${plan.users} users in 3 groups each; medians of ${plan.rounds} rounds of ${plan.milliseconds} ms; ±: half the range of the rounds`,
        'CPU: milliseconds per request of server and mongod; ratios: Rollcall / floor',
        '',
        printed([...rows, ...crowdRows]),
        '',
        ...(ratios.length > 0 ? [printedRatios(ratios), ''] : []),
        `${Math.round((Date.now() - began) / 1_000)} s`,
        '',
      ].join('\n'),
    );
    if (json !== undefined)
      await writeFile(json, `${JSON.stringify({ machine, plan, rows: [...rows, ...crowdRows], ratios }, null, 2)}\n`);
  } finally {
    for (const stop of stops) await stop();
  }
}

// Ends the process where servers of a failed start would keep it going; they end with it.
main().then(
  () => process.exit(),
  (error: unknown) => {
    say(error instanceof Error && error.name !== 'WrongAnswers' ? String(error.stack) : String(error));
    process.exit(1);
  },
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
