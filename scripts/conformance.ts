import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { table } from './tables.ts';

/** One thing that a standard demands of a server, or recommends to it. */
export interface Requirement {
  readonly level: string;
  readonly requirement: string;
  /** `file: name` of requests in transcripts, and of tests where no request can show it; files below `test/`. */
  readonly shown: readonly string[];
  /** Why a recommendation is not followed, or how far. */
  readonly note?: string;
}

/** A section of a standard with what it demands of a server; most sections that demand nothing explain others. */
export interface Section {
  readonly section: string;
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

/** The standards by name, each with its sections in order (test/conformance/requirements.json). */
export const standards = JSON.parse(
  readFileSync(new URL('../test/conformance/requirements.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly Section[]>>;

const introduction = `# Conformance

What RFC 7643 (sections 2 to 7), RFC 7644 (sections 2 to 7) and RFC 9865 demand of a SCIM server or recommend to it, in a few words each, and what shows that Rollcall keeps to it: a request in a transcript, which is played against the real server, or, where no request can show it, a test. What binds clients alone is left out, and so are demands on what values mean, which nobody but the client can keep (that a photo is a photo, that a country has its code). A recommendation that is not followed says why.

The tables are written from [requirements.json](../test/conformance/requirements.json) by \`npm run generate\`; a test demands that every transcript and test that they name is there. How the two dialects differ stands in [dialects.md](dialects.md): what is said here holds in both, unless its transcript is one of a strict client.

## scim2-tester

\`npm run conformance\` runs the checks of [scim2-tester](https://scim2-tester.readthedocs.io), a public checker of SCIM servers, on a fresh tenant: once on a strict connection, once on a lenient one, over every resource type that clients can write: each check begins by making a resource. It prints how many checks ended in which status, and fails where one found a fault. It needs Python 3.11 or newer and, the first time, a Python package index; [requirements.txt](../test/conformance/requirements.txt) says which version it takes.

Two complaints are set aside, and counted as that ([check_server.py](../test/conformance/check_server.py)): the checker adds an extension as a whole, then a multi-valued attribute of it, and takes it for a fault that both values are there afterwards. An \`add\` appends (RFC 7644 section 3.5.2.1). And it gives users roles, licenses, entities, numbers, accounts of tools and a primary role by random names, which no organization has, and takes \`active\` away: what a user is there is decided by the rules of the organization, and shown by [transcripts](../test/transcripts/okta/entitlements.http).`;

/** docs/conformance.md, from what the standards demand. */
export const conformanceDocument = (): string =>
  `${[introduction, ...Object.entries(standards).flatMap(chapter)].join('\n\n')}\n`;

function chapter([name, sections]: readonly [string, readonly Section[]]): readonly string[] {
  const rows = sections.flatMap(({ section, title, requirements }) =>
    requirements.map(({ level, requirement, shown, note = '' }) => [
      `${section} ${title}`,
      level,
      requirement,
      [...evidence(shown), ...(note === '' ? [] : [`*${note}*`])].join('; '),
    ]),
  );
  const silent = sections.filter(({ requirements }) => requirements.length === 0).map(({ section }) => section);
  return [
    `## ${name}`,
    table(['section', 'level', 'requirement', 'shown by'], rows),
    `Nothing is demanded of a server in ${silent.join(', ')}.`,
  ];
}

/** A link for each file, with the names of what it shows. */
export function evidence(shown: readonly string[]): readonly string[] {
  const names = new Map<string, readonly string[]>();
  for (const each of shown) {
    const [file = ''] = each.split(': ', 1);
    names.set(file, [...(names.get(file) ?? []), each.slice(file.length + 2)]);
  }
  return [...names].map(([file, of]) => {
    const link = `[${basename(file).replace(/\.(http|test\.ts|contract\.ts)$/, '')}](../test/${file})`;
    return `${link}: ${of.map((name) => `“${name}”`).join(', ')}`;
  });
}
