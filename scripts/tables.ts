import { readFile, readdir } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { basename } from 'node:path';
import { environment } from '../src/config.ts';
import { errorKinds } from '../src/scim/errorKinds.ts';
import { parseTranscript } from '../test/support/transcript.ts';

const root = new URL('..', import.meta.url);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string => `\`${text}\``;

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

async function files(folder: string, ending: string): Promise<readonly string[]> {
  const names = await readdir(new URL(folder, root), { recursive: true });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .sort();
}

const text = (file: string): Promise<string> => readFile(new URL(file, root), 'utf8');

const word = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

interface Setting {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
}

/** Every setting with its default and its meaning (src/config.ts). */
export function settingsTable(): string {
  const settings = Object.entries(environment.properties as Readonly<Record<string, Setting>>);
  const rows = settings.map(([name, setting]) => [
    code(name),
    setting.default === undefined ? '' : code(word(setting.default)),
    [setting.description ?? '', setting.enum && `One of ${setting.enum.map((one) => code(word(one))).join(', ')}`]
      .filter((part) => part !== undefined)
      .join('. '),
  ]);
  return table(['variable', 'default', 'meaning'], rows);
}

interface Served {
  readonly title: string;
  readonly transcripts: readonly string[];
}

/** Which sections of the RFCs are served, and the transcripts that show it (test/transcripts/rfc.json). */
export async function rfcTable(): Promise<string> {
  const sections = JSON.parse(await text('test/transcripts/rfc.json')) as Readonly<Record<string, Served>>;
  const rows = Object.entries(sections).map(([section, { title, transcripts }]) => [
    section,
    title,
    transcripts.map((file) => `[${basename(file, '.http')}](test/transcripts/${file})`).join(', '),
  ]);
  return table(['section', 'subject', 'shown by'], rows);
}

/** For each kind of error, as `409 uniqueness`, the transcripts in which it is answered. */
export async function errorsShown(): Promise<ReadonlyMap<string, readonly string[]>> {
  const shown = new Map<string, Set<string>>();
  for (const file of await files('test/transcripts', '.http')) {
    for (const { expected } of parseTranscript(file, await text(file)).exchanges) {
      if (expected.status < 400) continue;
      const { scimType } = Object(expected.body) as { scimType?: unknown };
      const key = kindKey(
        expected.status,
        typeof scimType === 'string' && !scimType.startsWith('<') ? scimType : undefined,
      );
      shown.set(key, (shown.get(key) ?? new Set()).add(file));
    }
  }
  return new Map([...shown].map(([key, transcripts]) => [key, [...transcripts]]));
}

/** How a kind of error is named in the map of `errorsShown`. */
export const kindKey = (status: number, scimType: string | undefined): string => `${status} ${scimType ?? ''}`.trim();

/** Every error answer, with the first transcripts that show it. */
export async function errorTable(): Promise<string> {
  const shown = await errorsShown();
  const rows = errorKinds().map(({ status, scimType }) => [
    `${status} ${STATUS_CODES[status] ?? ''}`,
    scimType === undefined ? '' : code(scimType),
    (shown.get(kindKey(status, scimType)) ?? [])
      .slice(0, 2)
      .map((file) => `[${basename(file, '.http')}](${file})`)
      .join(', '),
  ]);
  return table(['status', 'scimType', 'shown by'], rows);
}

interface SchemaAttribute {
  readonly name: string;
  readonly type: string;
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly caseExact?: boolean;
  readonly mutability?: string;
  readonly returned?: string;
  readonly uniqueness?: string;
  readonly description?: string;
  readonly subAttributes?: readonly SchemaAttribute[];
}

interface SchemaFile {
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly endpoint?: string;
  readonly schema?: string;
  readonly schemaExtensions?: readonly { readonly schema: string; readonly required?: boolean }[];
  readonly attributes?: readonly SchemaAttribute[];
}

const attributeRows = (attribute: SchemaAttribute, parent: string): readonly (readonly string[])[] => {
  const name = `${parent}${attribute.name}`;
  const traits = [
    attribute.required && 'required',
    attribute.caseExact && 'case exact',
    attribute.uniqueness !== undefined && attribute.uniqueness !== 'none' && `unique: ${attribute.uniqueness}`,
  ].filter((trait) => typeof trait === 'string');
  return [
    [
      code(name),
      `${attribute.type}${attribute.multiValued ? '[]' : ''}`,
      attribute.mutability ?? 'readWrite',
      attribute.returned ?? 'default',
      traits.join(', '),
      attribute.description ?? '',
    ],
    ...(attribute.subAttributes ?? []).flatMap((sub) => attributeRows(sub, `${name}.`)),
  ];
};

/** Every resource type and every attribute of every schema (schemas/). */
export async function schemaTables(): Promise<string> {
  const paths = await files('schemas', '.json');
  const all = await Promise.all(paths.map(async (file) => [file, JSON.parse(await text(file)) as SchemaFile] as const));
  const isInternal = ([file]: (typeof all)[number]) => file.startsWith('schemas/internal');
  const types = all.filter((file) => file[1].endpoint !== undefined && !isInternal(file));
  const schemas = all.filter(([, { attributes }]) => attributes !== undefined);
  const typeRows = types.map(([file, { name = '', endpoint = '', schema = '', schemaExtensions = [] }]) => [
    `[${name}](${file.slice('schemas/'.length)})`,
    code(endpoint),
    code(schema),
    schemaExtensions.map((extension) => code(extension.schema)).join(', '),
  ]);
  const section = ([file, { id, name, description, attributes = [] }]: (typeof all)[number]): string =>
    [
      `${isInternal([file, {}]) ? '###' : '##'} ${name ?? id ?? ''}`,
      `${code(id ?? '')} ([${basename(file)}](${file.slice('schemas/'.length)})). ${description ?? ''}`.trim(),
      table(
        ['attribute', 'type', 'mutability', 'returned', '', 'meaning'],
        attributes.flatMap((attribute) => attributeRows(attribute, '')),
      ),
    ].join('\n\n');
  return `${[
    '# The schemas',
    'What a User, a Group and all else is that a tenant keeps. These files drive validation, filters, projection and discovery; nothing in the code repeats them. This page is written from them by `npm run generate`.',
    '## Resource types',
    table(['type', 'endpoint', 'schema', 'extensions'], typeRows),
    ...schemas.filter((file) => !isInternal(file)).map(section),
    '## What SCIM does not serve',
    'Kinds that a tenant keeps beside what SCIM serves: validated, searched and shown by the same engine, through the admin API.',
    ...schemas.filter(isInternal).map(section),
  ].join('\n\n')}\n`;
}
