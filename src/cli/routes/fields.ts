import { InvalidArgumentError, Option } from 'commander';
import type { Members, Schema } from '../../admin/api/schema.ts';
import { labelOf } from '../../words/labels.ts';
import type { Front } from '../front.ts';

/** One thing that a command can be given: a parameter of the query, or a member of the body. */
export interface Field {
  readonly name: string;
  readonly part: 'query' | 'body';
  readonly option: Option;
}

/** The options by which members of a query or a body are given: `displayName` as `--display-name`. */
export const fieldsOf = (front: Front, part: Field['part'], members: Members): readonly Field[] =>
  Object.entries(members).map(([name, schema]) => ({ name, part, option: optionOf(front, name, bare(schema)) }));

/** The members of a body that is an object; nothing where it is something else. */
export const membersOf = (body: Schema | undefined): Members => (body?.['properties'] ?? {}) as Members;

/** Members that can be taken away by saying `null`. */
export const removableOf = (members: Members): readonly string[] =>
  Object.entries(members).flatMap(([name, schema]) => (isNullable(schema) ? [name] : []));

const alternatives = (schema: Schema): readonly Schema[] => (schema['anyOf'] ?? []) as readonly Schema[];

const isNullable = (schema: Schema): boolean => alternatives(schema).some(({ type }) => type === 'null');

/** What is left of a schema where nothing can be taken away. */
function bare(schema: Schema): Schema {
  const [only, ...more] = alternatives(schema).filter(({ type }) => type !== 'null');
  return only && more.length === 0 ? only : schema;
}

/** `displayName` as options are written: `display-name`. */
export const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function optionOf(front: Front, name: string, schema: Schema): Option {
  const { value, read, choices } = formOf(front, schema);
  const option = new Option(`--${dashed(name)} ${value}`, meaningOf(front, name, schema));
  if (choices && schema['type'] !== 'array') return option.choices([...choices]);
  return option.argParser(read);
}

/** What an option means: in English as the API says it; else by its name. */
function meaningOf({ language, say }: Front, name: string, schema: Schema): string {
  const described = schema['description'];
  const { choices } = formOfItems(schema);
  const what = language === 'en' && typeof described === 'string' ? described : labelOf(language, name);
  const lowered = what.charAt(0).toLowerCase() + what.slice(1);
  return choices && schema['type'] === 'array' ? `${lowered} (${say('help.choices', { choices })})` : lowered;
}

interface Form {
  /** How the value is shown in help. */
  readonly value: string;
  readonly read: (text: string) => unknown;
  readonly choices?: readonly string[];
}

/** How a value of a schema is written on a command line: as words where it has any such form, else as JSON. */
function formOf(front: Front, schema: Schema): Form {
  const { choices } = formOfItems(schema);
  switch (schema['type']) {
    case 'string':
      return { value: '<text>', read: (text) => text, ...(choices && { choices }) };
    case 'integer':
    case 'number':
      return { value: '<number>', read: (text) => numberOf(front, text) };
    case 'boolean':
      return { value: '[yes]', read: (text) => text !== 'no' && text !== 'false' };
    case 'array':
      return listFormOf(front, (schema['items'] ?? {}) as Schema);
    default:
      return recordFormOf(front, (schema['properties'] ?? {}) as Members);
  }
}

function formOfItems(schema: Schema): { readonly choices?: readonly string[] } {
  const of = schema['type'] === 'array' ? ((schema['items'] ?? {}) as Schema) : schema;
  const choices = of['enum'] as readonly string[] | undefined;
  return choices ? { choices } : {};
}

function listFormOf(front: Front, items: Schema): Form {
  if (items['type'] === 'string') return { value: '<list>', read: separated };
  const pair = pairOf(items);
  if (!pair) return { value: '<json>', read: (text) => jsonOf(front, text) };
  const [first, second] = pair;
  return {
    value: `<${first}=${second},…>`,
    read: (text) =>
      separated(text).map((one) => {
        const at = one.lastIndexOf('=');
        if (at < 1) throw new InvalidArgumentError(front.say('error.pair', { first, second }));
        return { [first]: one.slice(0, at), [second]: one.slice(at + 1) };
      }),
  };
}

/** An object of nothing but words, numbers and flags is written `by=name,value=Sales`; as JSON it may be written too. */
function recordFormOf(front: Front, members: Members): Form {
  const forms = new Map(Object.entries(members).map(([name, member]) => [name, formOf(front, bare(member))]));
  const names = Object.entries(members).flatMap(([name, { type }]) => (isPlain(type) ? [name] : []));
  if (names.length === 0 || names.length < forms.size) return { value: '<json>', read: (text) => jsonOf(front, text) };
  return {
    value: `<${names.map((name) => `${name}=`).join(',')}…>`,
    read: (text) =>
      text.trimStart().startsWith('{')
        ? jsonOf(front, text)
        : Object.fromEntries(
            separated(text).map((one): [string, unknown] => {
              const [name = '', ...rest] = one.split('=');
              const form = forms.get(name);
              if (!form || rest.length === 0) throw new InvalidArgumentError(front.say('error.record', { names }));
              return [name, form.read(rest.join('='))];
            }),
          ),
  };
}

const isPlain = (type: unknown): boolean => ['string', 'integer', 'number', 'boolean'].includes(String(type));

/** The members of an object that is no more than two texts. */
function pairOf({ type, properties, required }: Schema): readonly [string, string] | undefined {
  const names = Object.entries((properties ?? {}) as Members);
  const [first, second] = (required ?? []) as readonly string[];
  const isPair = type === 'object' && names.length === 2 && names.every(([, member]) => member['type'] === 'string');
  return isPair && first !== undefined && second !== undefined ? [first, second] : undefined;
}

function numberOf({ say }: Front, text: string): number {
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(say('error.whole-number'));
}

/** What stands between commas: names may have spaces in them. */
export const separated = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** JSON that was typed. */
function jsonOf({ say }: Front, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InvalidArgumentError(say('error.json', { why: cause instanceof Error ? cause.message : String(cause) }));
  }
}
