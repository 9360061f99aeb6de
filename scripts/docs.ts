// Writes the generated parts of README.md, schemas/README.md, docs/cli.md, docs/dialects.md and docs/conformance.md; with --check it only says which are out of date.
// Writes the generated parts of README.md, schemas/README.md, docs/dialects.md, docs/conformance.md and docs/authorization.md; with --check it only says which are out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { authorizationDocument } from './authorization.ts';
import { conformanceDocument } from './conformance.ts';
import { dialectsDocument, quirkTable } from './dialects.ts';
import { domainDocument } from './domain.ts';
import { commandsDocument } from './commands.ts';
import { limitsTable } from './limits.ts';
import { errorTable, rfcTable, schemaTables, settingsTable } from './tables.ts';

const root = new URL('..', import.meta.url);

/** Puts a table between its markers. @throws Error where the document lacks them */
export function withSection(document: string, name: string, content: string): string {
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const from = document.indexOf(start);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document has no markers ${start} … ${end}`);
  return `${document.slice(0, from)}${start}\n\n${content}\n\n${document.slice(to)}`;
}

const read = (file: string): Promise<string> => readFile(new URL(file, root), 'utf8').catch(() => '');

/** Every generated document as it has to be, by its path. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const sections = {
    settings: settingsTable(),
    rfc: await rfcTable(),
    errors: await errorTable(),
    limits: limitsTable(),
    dialects: quirkTable(),
  };
  const readme = Object.entries(sections).reduce(
    (document, [name, content]) => withSection(document, name, content),
    await read('README.md'),
  );
  return new Map([
    ['README.md', readme],
    ['schemas/README.md', await schemaTables()],
    ['docs/dialects.md', dialectsDocument()],
    ['docs/conformance.md', conformanceDocument()],
    ['docs/cli.md', commandsDocument()],
    ['docs/authorization.md', authorizationDocument()],
    ['docs/domain.md', domainDocument()],
  ]);
}

/** The generated documents that differ from what their sources say. */
export async function outOfDate(): Promise<readonly string[]> {
  const documents = [...(await generated())];
  const written = await Promise.all(documents.map(([file]) => read(file)));
  return documents.filter(([, text], at) => text !== written[at]).map(([file]) => file);
}

async function main(mode: string | undefined): Promise<number> {
  const stale = await outOfDate();
  if (mode === '--check') {
    for (const file of stale) process.stderr.write(`${file} is out of date: npm run generate\n`);
    return stale.length === 0 ? 0 : 1;
  }
  const documents = await generated();
  await Promise.all(stale.map((file) => writeFile(new URL(file, root), documents.get(file) ?? '')));
  for (const file of stale) process.stdout.write(`${file} written\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv[2]);
