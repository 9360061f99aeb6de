import type { Comparator } from '../../src/scim/filter/ast.ts';
import type { Literal, Syntax } from '../../src/scim/filter/guard.ts';
import { resolvePath } from '../../src/scim/schema/path.ts';
import type { Attribute, ResourceType, Schema } from '../../src/scim/schema/types.ts';
import { testType } from './schemas.ts';

/** Chance, by a seed: the same seed tells the same story. */
export interface Chance {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  one<T>(items: readonly T[]): T;
  /** True so often of a hundred times. */
  percent(often: number): boolean;
}

/** The chance of that seed (mulberry32). */
export function chance(seed: number): Chance {
  let state = seed | 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return {
    below,
    percent: (often) => below(100) < often,
    one<T>(items: readonly T[]): T {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('Nothing to choose from');
      return item;
    },
  };
}

const attribute = (name: string, type: Attribute['type'], rest: Partial<Attribute> = {}): Attribute => ({
  name,
  type,
  multiValued: false,
  description: name,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  subAttributes: [],
  ...rest,
});

const rare: Schema = {
  id: 'urn:example:params:scim:schemas:extension:rare:1.5:User',
  name: 'Rare',
  description: 'Types that no shipped schema has',
  madeBy: 'tenant',
  attributes: [
    attribute('badge', 'integer'),
    attribute('score', 'decimal'),
    attribute('hired', 'dateTime'),
    attribute('code', 'string', { caseExact: true }),
    attribute('plates', 'string', { multiValued: true }),
    attribute('awards', 'complex', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'string'),
        attribute('at', 'dateTime'),
        attribute('points', 'integer'),
        attribute('shared', 'boolean'),
      ],
    }),
  ],
};

/** The User that the server ships, with an extension that has the types of RFC 7643 §2.3 which no shipped one has. */
export const richUser = (): ResourceType => {
  const user = testType('User');
  return { ...user, extensions: [...user.extensions, { schema: rare, required: false }] };
};

/** A name that a filter can test, and what stands behind it. */
export interface Named {
  readonly name: string;
  readonly attribute: Attribute;
}

/** Whether filters may ask for it: not what is never told. */
const isAsked = ({ returned }: Attribute): boolean => returned !== 'never';

/** Every attribute and sub-attribute of a type that a filter may name, by its path. */
export function namesOf(type: ResourceType): readonly Named[] {
  const below = (prefix: string, attributes: readonly Attribute[]): readonly Named[] =>
    attributes
      .filter(isAsked)
      .flatMap((own) => [
        { name: prefix + own.name, attribute: own },
        ...below(`${prefix}${own.name}.`, own.subAttributes),
      ]);
  const extensions = type.extensions.flatMap(({ schema }) => {
    const path = resolvePath(type, schema.id);
    return [
      ...(path ? [{ name: schema.id, attribute: path.attribute }] : []),
      ...below(`${schema.id}:`, schema.attributes),
    ];
  });
  const core = below('', type.attributes);
  return [...core, ...core.map((own) => ({ ...own, name: `${type.schema.id}:${own.name}` })), ...extensions];
}

/** Where the values of a filter come from. */
export type Values = (attribute: Attribute, chance: Chance) => string | number | boolean;

/** What filters are drawn from. */
export interface Vocabulary {
  readonly names: readonly Named[];
  readonly values: Values;
  readonly terms: number;
}

/** The operators that suit an attribute (RFC 7644 §3.4.2.2), presence aside. */
export function comparatorsOf({ type, subAttributes }: Attribute): readonly Comparator[] {
  switch (type) {
    case 'boolean':
      return ['eq', 'ne'];
    case 'binary':
      return ['eq', 'ne', 'co', 'sw', 'ew'];
    case 'integer':
    case 'decimal':
    case 'dateTime':
      return ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
    case 'complex': {
      const value = subAttributes.find(({ name }) => name === 'value');
      return value ? comparatorsOf(value) : [];
    }
    default:
      return ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
  }
}

/** A filter as the grammar has it, at most `terms` terms long and six brackets deep. */
export function syntax(chance: Chance, vocabulary: Vocabulary, depth = 0): Syntax {
  const { terms } = vocabulary;
  if (depth >= 3 || terms < 2 || chance.percent(45)) return term(chance, vocabulary);
  if (chance.percent(20)) return { op: 'not', filter: syntax(chance, vocabulary, depth + 1) };
  const count = Math.min(terms, 2 + chance.below(2));
  const each = { ...vocabulary, terms: Math.floor(terms / count) };
  return {
    op: chance.one(['and', 'or']),
    filters: Array.from({ length: count }, () => syntax(chance, each, depth + 1)),
  };
}

function term(chance: Chance, vocabulary: Vocabulary): Syntax {
  const named = chance.one(vocabulary.names);
  const { attribute: own } = named;
  const name = anyCase(chance, named.name);
  if (own.type === 'complex' && vocabulary.terms > 1 && chance.percent(60)) {
    return { op: 'has', name, where: syntax(chance, within(vocabulary, own), 2) };
  }
  const comparators = comparatorsOf(own);
  if (comparators.length === 0 || chance.percent(12)) return { op: 'pr', name };
  const simple = own.subAttributes.find((sub) => sub.name === 'value') ?? own;
  const value = chance.percent(4) ? null : vocabulary.values(simple, chance);
  const op = value === null ? chance.one(['eq', 'ne'] as const) : chance.one(comparators);
  return { op, name, literal: literal(chance, value) };
}

const within = (vocabulary: Vocabulary, { subAttributes }: Attribute): Vocabulary => ({
  ...vocabulary,
  terms: Math.min(vocabulary.terms, 3),
  names: subAttributes.filter(isAsked).map((sub) => ({ name: sub.name, attribute: sub })),
});

const anyCase = (chance: Chance, name: string): string =>
  chance.percent(70) ? name : chance.percent(50) ? name.toUpperCase() : name.toLowerCase();

function literal(chance: Chance, value: Literal['value']): Literal {
  return { text: typeof value === 'string' ? jsonString(chance, value) : String(value), value, bare: false };
}

const short: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['/', '\\/'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** One of the ways in which JSON writes a string. */
function jsonString(chance: Chance, text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charAt(at));
  return `"${units.map((unit) => jsonUnit(chance, unit)).join('')}"`;
}

function jsonUnit(chance: Chance, unit: string): string {
  const escape = short.get(unit);
  const must = unit < ' ' || unit === '"' || unit === '\\';
  if (escape !== undefined && (must || unit === '/') && chance.percent(80)) return escape;
  const code = unit.charCodeAt(0).toString(16).padStart(4, '0');
  return must || chance.percent(3) ? `\\u${chance.percent(50) ? code : code.toUpperCase()}` : unit;
}

/** A filter in the form a client might send: spaces, letter case and needless parentheses vary, the meaning does not. */
export function write(chance: Chance, filter: Syntax): string {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const space = ' '.repeat(chance.percent(95) ? 1 : 3);
      const word = anyCase(chance, filter.op);
      return filter.filters.map((each) => operand(chance, filter.op, each)).join(`${space}${word}${space}`);
    }
    case 'not':
      return `${anyCase(chance, 'not')}${chance.percent(70) ? ' ' : ''}(${write(chance, filter.filter)})`;
    case 'has':
      return element(chance, filter.name, filter.where);
    case 'pr':
      return `${filter.name} ${anyCase(chance, 'pr')}`;
    default:
      return `${filter.name} ${anyCase(chance, filter.op)} ${filter.literal.text}`;
  }
}

/** The last comparison of an element may stand behind the brackets: `emails[type eq "work"].value eq "x"`. */
function element(chance: Chance, name: string, where: Syntax): string {
  const [first, last, ...more] = where.op === 'and' ? where.filters : [];
  const movable = first && last && more.length === 0 && 'name' in last && last.op !== 'has';
  return movable && chance.percent(50)
    ? `${name}[${write(chance, first)}].${write(chance, last)}`
    : `${name}[${write(chance, where)}]`;
}

function operand(chance: Chance, connective: 'and' | 'or', filter: Syntax): string {
  const text = write(chance, filter);
  const needed = filter.op === 'or' || (filter.op === 'and' && connective === 'and');
  return needed || chance.percent(5) ? `(${text})` : text;
}

const harsh = [
  '"',
  '\\',
  '/',
  '\b',
  '\f',
  '\n',
  '\r',
  '\t',
  '\0',
  ' ',
  '(',
  ')',
  '[',
  ']',
  '$',
  '.',
  "'",
  'a',
  'Z',
  '7',
];
const wide = ['é', 'ß', 'İ', 'ſ', '\u2028', '\ue000', '\u{10000}', '🎉', '中', '\u0301', '\ufeff'];

/** Values of every kind that JSON can write, none of them likely to be anybody's. */
export const harshValues: Values = ({ type }, chance) => {
  switch (type) {
    case 'boolean':
      return chance.percent(50);
    case 'integer':
      return chance.below(2_000) - 1_000;
    case 'decimal':
      return (chance.below(2_000_000) - 1_000_000) / 10 ** chance.below(12);
    case 'dateTime':
      return `20${10 + chance.below(90)}-0${1 + chance.below(9)}-1${chance.below(10)}T0${chance.below(10)}:30:00${chance.one(['Z', '.5Z', '+02:00', '-11:30', '.123456Z', ''])}`;
    default:
      return Array.from({ length: chance.below(12) }, () => chance.one(chance.percent(85) ? harsh : wide)).join('');
  }
};
