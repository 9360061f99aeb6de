import { labelOf } from '../../words/labels.ts';
import type { Front } from '../front.ts';
import { facts, table } from '../table.ts';

type Thing = Readonly<Record<string, unknown>>;

const isThing = (value: unknown): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the admin API answered, for people: a list as a table, anything else as facts under each other. */
export function bodyText(front: Front, body: unknown): string {
  if (!isThing(body)) return words(front, body);
  if (Object.keys(body).length === 0) return front.say('cli.done');
  if (isThing(body['dryRun'])) return dryRunText(front, body['dryRun'], String(body['confirmation']));
  const { items, nextCursor } = body;
  if (!Array.isArray(items)) return thingText(front, body);
  const list = itemsText(front, items.filter(isThing));
  return typeof nextCursor === 'string' ? `${list}\n${front.say('cli.next-page', { cursor: nextCursor })}` : list;
}

const dryRunText = (front: Front, effects: Thing, confirmation: string): string =>
  [front.say('cli.dry-run'), thingText(front, effects), front.say('cli.confirm', { confirmation })].join('\n');

const thingText = (front: Front, thing: Thing): string =>
  facts(
    Object.entries(thing).map(
      ([name, value]) => [capital(labelOf(front.language, name)), words(front, value)] as const,
    ),
  );

/** What explains itself, with its reasons, is said in its own words. */
const itemsText = (front: Front, items: readonly Thing[]): string =>
  items.length > 0 && items.every(({ why, reasons }) => typeof why === 'string' && Array.isArray(reasons))
    ? items.map(({ why }) => String(why)).join('\n')
    : itemsTable(front, items);

/** More than anybody sees side by side; all of it is in `--json`. */
const mostColumns = 8;

function itemsTable(front: Front, items: readonly Thing[]): string {
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))].filter((name) =>
    items.some((item) => words(front, item[name]) !== ''),
  );
  if (names.length === 0) return front.say('cli.nothing');
  const shown = names.slice(0, mostColumns);
  return table(
    shown.map(
      (name) => [labelOf(front.language, name).toUpperCase(), (item: Thing) => words(front, item[name])] as const,
    ),
    items,
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A value in a line: of a thing its name, or else what it says; of several their names. */
function words(front: Front, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((one) => words(front, one)).join(', ');
  if (!isThing(value)) return typeof value === 'string' ? value : JSON.stringify(value);
  const called = value['name'] ?? value['display'] ?? value['detail'] ?? value['id'];
  if (called === undefined)
    return Object.entries(value)
      .map(([name, part]) => `${labelOf(front.language, name)} ${words(front, part)}`.trim())
      .join(', ');
  const { role } = value;
  return typeof role === 'string' ? `${words(front, called)} (${role})` : words(front, called);
}
