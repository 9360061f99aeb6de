import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import type { Ports } from '../admin/ports.ts';
import { endOf, jsonOf, portionsOf, rowsOf, type Asking, type Report } from '../admin/reports.ts';
import { writtenRows } from '../admin/rows.ts';
import { requireTenant } from '../admin/tenants.ts';
import { instantFrom } from '../domain/history.ts';
import type { Front, Output } from './front.ts';
import { instant, tableInParts, type Column } from './table.ts';

/** The options that every report has. */
export interface Reporting extends Output {
  readonly tenant?: string;
  readonly csv?: true;
  readonly separator: ',' | ';';
}

/** Gives a command the options that every report has. */
export const reporting = (front: Front, command: Command): Command =>
  command
    .option('--tenant <tenant>', front.say('help.its-tenant'))
    .option('--json', front.say('help.json'))
    .option('--csv', front.say('help.csv'))
    .addOption(separatorOption(front));

/** What separates the cells of CSV. */
export const separatorOption = ({ say }: Front): Option =>
  new Option('--separator <separator>', say('help.separator')).choices([',', ';']).default(',');

/** Who types, as what he reads is noted. */
export async function askingOf(ports: Ports, { tenant }: Pick<Reporting, 'tenant'>): Promise<Asking> {
  const { id } = await requireTenant(ports, tenant);
  return { tenant: id, by: ports.by, request: ports.newId() };
}

/** Reads an instant that was typed. */
export const instantTyped =
  ({ say }: Front) =>
  (text: string): Date => {
    const at = instantFrom(text);
    if (!at) throw new InvalidArgumentError(say('error.instant'));
    return at;
  };

/**
 * Makes a report and shows it as its rows are read: in columns for people, as one JSON document or as CSV where that was
 * asked for. It ends with how many rows there are, of what they are and when they were read.
 */
export async function performReport<Row extends object>(
  front: Front,
  command: Command,
  options: Reporting,
  make: (ports: Ports, asking: Asking) => Promise<Report<Row>>,
  columns: readonly Column<Row>[],
): Promise<void> {
  const { json, csv, separator } = options;
  if (json && csv) command.error(front.say('error.one-form'));
  const { ports, close } = await front.open();
  try {
    const report = await make(ports, await askingOf(ports, options));
    const written = json
      ? jsonOf(report)
      : csv
        ? writtenRows({ ...rowsOf(report), csv: { separator, mark: 'bom' } }, 'csv')
        : forPeople(front, report, columns);
    for await (const text of written) front.out(text);
  } finally {
    await close();
  }
}

async function* forPeople<Row extends object>(
  { say }: Front,
  report: Report<Row>,
  columns: readonly Column<Row>[],
): AsyncGenerator<string, void, undefined> {
  const show = tableInParts(columns);
  let total = 0;
  let begun = false;
  for await (const rows of portionsOf(report)) {
    if (rows.length === 0) continue;
    begun = true;
    total += rows.length;
    yield `${show(rows)}\n`;
  }
  if (!begun) yield `${show([])}\n`;
  const { count, query, generatedAt } = endOf(report, total);
  const at = instant(generatedAt);
  yield `\n${say('cli.end', { rows: say('cli.rows', { count }), at, query: queryText(query) })}\n`;
}

/** What was asked, in a line. */
const queryText = (query: Report<object>['query']): string =>
  Object.entries(query)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${valueText(value)}`]))
    .join(', ');

function valueText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object' && value !== null && 'name' in value && 'id' in value)
    return `${String(value.name)} (${String(value.id)})`;
  return String(value);
}
