// Writes what a run found into docs/performance.md, with its plots beside it:
// `node --import tsx test/bench/page.ts [FILE]`; without a file from docs/performance.json, the run that is shown.
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { withSection } from '../../scripts/docs.ts';
import { costs, grown, growthOf, type Goal } from './goals.ts';
import { plots } from './plots.ts';
import { root } from './processes.ts';
import type { Row } from './rows.ts';
import type { Run } from './run.ts';
import { ratio, short, verdict, width } from './table.ts';

/** A table in Markdown. */
function markdown(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(heads), row(heads.map(() => '---')), ...lines.map(row)].join('\n');
}

const goalsTable = (goals: readonly Goal[]): string =>
  markdown(
    ['goal', 'asked', 'measured', ''],
    goals.map((goal) => [
      goal.goal,
      `${goal.asked} ${goal.unit}`.trim(),
      goal.measured === undefined ? '–' : `${short(goal.measured)} ${goal.unit}`.trim(),
      goal.met === false ? `**${verdict(goal)}**` : verdict(goal),
    ]),
  );

const rowsTable = (rows: readonly Row[]): string =>
  markdown(
    [
      ...[
        'operation',
        'size',
        'clients',
        'contender',
        'CPU ms',
        'server + mongod',
        'spread',
        'req/s',
        'p50 ms',
        'p99 ms',
      ],
      ...['commands', 'keys', 'documents', 'CPU / floor', 'req/s / floor'],
    ],
    rows.map((row) => [
      ...[row.title, row.size === 0 ? '–' : row.size.toLocaleString('en'), String(row.clients), row.contender],
      ...[short(row.cpu?.median), `${short(row.serverCpu?.median)} + ${short(row.mongodCpu?.median)}`, width(row.cpu)],
      ...[short(row.perSecond.median), short(row.p50.median), short(row.p99.median)],
      ...[short(row.store?.commands), short(row.store?.keys), short(row.store?.documents)],
      ...[ratio(row.cpuRatio), ratio(row.rateRatio)],
    ]),
  );

const growthTable = (run: Run): string =>
  markdown(
    ['operation', 'contender', 'CPU ms at each size', 'exponent'],
    Object.values(grown).flatMap(({ title, operations }) =>
      (['Rollcall', 'floor'] as const).flatMap((contender) => {
        const exponent = growthOf(run, operations, contender);
        if (exponent === undefined) return [];
        const points = costs(run, operations, contender);
        const texts = points.map(([size, cost]) => `${size.toLocaleString('en')}: ${short(cost)}`);
        return [[title, contender, texts.join(', '), exponent.toFixed(3)]];
      }),
    ),
  );

const figuresTable = ({ figures }: Run): string =>
  markdown(
    ['figure', 'contender', 'size', 'value'],
    figures.map(({ title, contender, size, value, unit }) => [
      title,
      contender,
      size === undefined ? '–' : size.toLocaleString('en'),
      `${short(value)} ${unit}`,
    ]),
  );

const machineText = ({ machine, began, seconds, load, plan }: Run): string =>
  [
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB of memory, ${machine.os}`,
    `- Node ${machine.node}, mongod ${machine.mongod}, one node, 1 GB of cache; servers, mongod and load generator on the same machine`,
    `- ${began.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(seconds / 60)} minutes; load average before ${load.before.map((value) => value.toFixed(1)).join(', ')}, after ${load.after.map((value) => value.toFixed(1)).join(', ')} (1, 5, 15 minutes)`,
    `- ${plan.rounds} rounds of ${plan.milliseconds} ms each; ${plan.users.toLocaleString('en')} people in three groups each where nothing else is said`,
  ].join('\n');

/** The page and its plots, by their paths: what a run says, in a document that says the rest. */
export function pages(document: string, run: Run): ReadonlyMap<string, string> {
  const drawn = plots(run);
  const sections = {
    machine: machineText(run),
    goals: goalsTable(run.goals),
    plots: [...drawn].map(([name, { title }]) => `![${title}](${name})`).join('\n\n'),
    growth: growthTable(run),
    rows: rowsTable(run.rows),
    figures: figuresTable(run),
  };
  const page = Object.entries(sections).reduce((text, [name, content]) => withSection(text, name, content), document);
  return new Map([
    ['docs/performance.md', page],
    ...[...drawn].map(([name, { svg }]) => [`docs/${name}`, svg] as const),
  ]);
}

async function main(given: string | undefined): Promise<void> {
  const kept = resolve(root, 'docs/performance.json');
  if (given !== undefined && resolve(given) !== kept) await copyFile(given, kept);
  const run = JSON.parse(await readFile(kept, 'utf8')) as Run;
  const document = await readFile(resolve(root, 'docs/performance.md'), 'utf8');
  for (const [file, content] of pages(document, run)) await writeFile(resolve(root, file), content);
}

if (import.meta.url === `file://${process.argv[1] ?? ''}`) await main(process.argv[2]);
