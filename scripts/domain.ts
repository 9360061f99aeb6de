import { readFileSync } from 'node:fs';
import { routeCommands, servedByHand } from '../src/cli/routes/table.ts';
import { evidence } from './conformance.ts';
import { table } from './tables.ts';

/** Something that a page of a product asks of the software that keeps its people and teams. */
export interface Sentence {
  /** In the words of the page. */
  readonly says: string;
  /** In those of its French version, where they say something else. */
  readonly french?: string;
  /** Routes of the admin API. */
  readonly api: readonly string[];
  /** Calls of SCIM. */
  readonly scim?: readonly string[];
  /** `file: name` of tests, and of requests in transcripts; files below `test/`. */
  readonly shown: readonly string[];
  /** What of it is not here, by the words of `waits`. */
  readonly waits?: readonly string[];
}

/** A page of a product. */
interface Page {
  readonly title: string;
  readonly french?: string;
  readonly rows: readonly Sentence[];
}

/** The pages whose administration has to be possible, and what of it waits for something else (test/domain/pages.json). */
export const domain = JSON.parse(readFileSync(new URL('../test/domain/pages.json', import.meta.url), 'utf8')) as {
  readonly waits: Readonly<Record<string, string>>;
  readonly pages: readonly Page[];
};

/** The command that asks a route, where one does. */
export const commandOf = (route: string): string | undefined =>
  routeCommands.find((one) => one.route === route)?.command ?? servedByHand[route];

const introduction = `# What the pages ask

Products that keep people in teams, roles, licenses, invitations and entities tell their administrators how in help pages. Five of these are what Rollcall has to be able to run: one in English and French, whose versions say the same unless both are quoted, and three in English. Here stands each of their sentences that asks something of the software, in the words of the page, with the call of the admin API (\`/admin/v1\`) or of SCIM (\`/scim/v2\`) that serves it, the command that asks the same, and the test that shows it.

The tables are written from [pages.json](../test/domain/pages.json) by \`npm run generate\`; a test demands that every route, command and test that they name is there. [The admin API](admin-api.md), [who may do what](authorization.md) and [the command line](cli.md) say more of each.`;

/** docs/domain.md: what the pages of products ask, and what serves it. */
export const domainDocument = (): string =>
  `${[introduction, ...domain.pages.flatMap(chapter), ...waiting()].join('\n\n')}\n`;

const chapter = ({ title, french, rows }: Page): readonly string[] => [
  `## ${title}${french === undefined ? '' : ` / ${french}`}`,
  table(
    ['the page says', 'call', 'command', 'shown by'],
    rows.map((row) => [quoted(row), calls(row), commands(row), shown(row)]),
  ),
];

const quoted = ({ says, french }: Sentence): string => (french === undefined ? `“${says}”` : `“${says}” “${french}”`);

const code = (text: string): string => `\`${text}\``;

const calls = ({ api, scim = [] }: Sentence): string =>
  [...api.map(code), ...scim.map((call) => `SCIM ${code(call)}`)].join('; ');

const commands = ({ api }: Sentence): string =>
  [...new Set(api.flatMap((route) => commandOf(route) ?? []))].map(code).join('; ');

const shown = ({ shown: tests, waits = [] }: Sentence): string =>
  [...evidence(tests), ...waits.map((word) => `*waits for ${word}*`)].join('; ');

const waiting = (): readonly string[] => [
  '## What waits',
  'Where a row waits for something, the rest of it is here:',
  Object.entries(domain.waits)
    .map(([word, what]) => `- *${word}*: ${what}.`)
    .join('\n'),
];
