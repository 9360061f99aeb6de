import { invalidFilter } from '../scim/errors.ts';
import type { Comparator, Filter, Scalar } from '../scim/filter/ast.ts';
import { comparableText, matches } from '../scim/filter/matches.ts';
import { fieldKey } from '../scim/schema/fold.ts';
import type { Attribute, AttributePath, ResourceType } from '../scim/schema/types.ts';
import { customKey } from './custom.ts';
import { edgesOf } from './edgeTerms.ts';
import type { EdgeTerm } from './edgeTerms.ts';

/** A query in MongoDB's language. */
export interface MongoQuery {
  readonly [key: string]: unknown;
}

/** What a filter is asked of. */
export interface Searched {
  readonly type: ResourceType;
  /** Whose `externalId` is meant: each connection sees its own. */
  readonly connection: string;
  /** The ids of the resources that a term about memberships holds for, read beforehand (`edgeTerms`). */
  readonly idsOf: (term: EdgeTerm) => readonly string[];
}

/** One test of one attribute. */
type Test = Extract<Filter, { path: AttributePath }> & { op: Comparator | 'pr' };

/**
 * Compiles a filter to a MongoDB query over stored resources: their case-folded twin, where it has its own field for what is
 * asked, that field. The query means what `matches` says (src/scim/filter/matches.ts).
 *
 * Pure. User input only ever becomes a BSON value or an escaped pattern: never a key, never an operator.
 *
 * @throws ScimError 400 invalidFilter where an attribute can't be searched by, or not in that way
 */
export function toMongo(filter: Filter, searched: Searched): MongoQuery {
  switch (filter.op) {
    case 'and':
      return { $and: filter.filters.map((each) => toMongo(each, searched)) };
    case 'or':
      return { $or: filter.filters.map((each) => toMongo(each, searched)) };
    case 'not':
      return { $nor: [toMongo(filter.filter, searched)] };
    case 'has': {
      const edges = edgesOf(filter);
      return edges ? oneOf(edges, searched) : { [twin(filter.path)]: { $elemMatch: inElement(filter.where) } };
    }
    default:
      return ofResource(filter, searched);
  }
}

/** The field of the case-folded twin that holds what a path names. */
const twin = ({ keys }: AttributePath): string => ['fold', ...keys.map(fieldKey)].join('.');

/** A test of one field. */
const tested = (field: string, test: Test): MongoQuery => ({ [field]: condition(test) });

/** The key of the name attribute's index: `User:bjensen`. */
const nameKey = ({ type }: Searched, { path, value }: Test & { op: Comparator }): string =>
  `${type.name}:${comparableText(path, String(value))}`;

/** Every character of a text as itself, in PCRE as in JavaScript. BSON patterns can't hold U+0000. */
const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/#-]/g, '\\$&').replaceAll('\0', '\\x00');

const everything: MongoQuery = {};
const nothing: MongoQuery = { _id: { $in: [] } };

/** A filter on an element, relative to it. */
function inElement(filter: Filter): MongoQuery {
  switch (filter.op) {
    case 'and':
      return { $and: filter.filters.map(inElement) };
    case 'or':
      return { $or: filter.filters.map(inElement) };
    case 'not':
      return { $nor: [inElement(filter.filter)] };
    case 'has':
      return { [relative(filter.path)]: { $elemMatch: inElement(filter.where) } };
    default:
      return tested(relative(filter.path), filter);
  }
}

const relative = ({ keys }: AttributePath): string => keys.map(fieldKey).join('.');

/** Attributes with a field of their own. */
const renamed: ReadonlyMap<string, string> = new Map([
  ['id', '_id'],
  ['meta.created', 'created'],
  ['meta.lastModified', 'modified'],
  ['meta.resourceType', 'type'],
]);

/** Attributes that stored resources have in another form. */
const derived: ReadonlyMap<string, (test: Test, searched: Searched) => MongoQuery> = new Map([
  ['externalId', ofExternalIds],
  ['schemas', ofSchemas],
  ['meta', () => everything],
  ['meta.version', ofVersion],
  ['meta.location', unsearchable],
]);

function ofResource(test: Test, searched: Searched): MongoQuery {
  const edges = edgesOf(test);
  if (edges) return test.op === 'ne' ? { $nor: [oneOf(edges, searched)] } : oneOf(edges, searched);

  const name = test.path.keys.join('.');
  if (name === searched.type.nameAttribute.name && (test.op === 'eq' || test.op === 'sw')) {
    const key = nameKey(searched, test);
    return { key: test.op === 'eq' ? { $eq: key } : { $regex: `^${literally(key)}` } };
  }
  const own = inOrder.has(test.op) ? customKey(searched.type, test.path) : undefined;
  if (own !== undefined) return { custom: { $elemMatch: { k: own, v: condition(test) } } };
  return derived.get(name)?.(test, searched) ?? tested(renamed.get(name) ?? twin(test.path), test);
}

/** What an index in the order of values serves. */
const inOrder: ReadonlySet<Test['op']> = new Set<Test['op']>(['eq', 'sw', 'gt', 'ge', 'lt', 'le']);

const oneOf = (edges: readonly EdgeTerm[], { idsOf }: Searched): MongoQuery => ({
  _id: { $in: [...new Set(edges.flatMap(idsOf))] },
});

/** Over the elements that begin with the connection's prefix, and no others. */
function ofExternalIds(test: Test, { connection }: Searched): MongoQuery {
  const prefix = `${connection}:`;
  const after = `${connection};`;
  const element = (bounds: MongoQuery) => ({ ext: { $elemMatch: bounds } });
  const pattern = (text: string) => ({ ext: { $regex: `^${literally(prefix)}${text}` } });
  if (test.op === 'pr') return element({ $gt: prefix, $lt: after });

  const value = comparableText(test.path, String(test.value));
  const bound = { [operators[test.op]]: prefix + value };
  switch (test.op) {
    case 'eq':
    case 'ne':
      return { ext: bound };
    case 'sw':
      return pattern(literally(value));
    case 'co':
      return pattern(`[\\s\\S]*${literally(value)}`);
    case 'ew':
      return pattern(`[\\s\\S]*${literally(value)}${end}`);
    case 'gt':
    case 'ge':
      return element({ ...bound, $lt: after });
    case 'lt':
    case 'le':
      return element({ $gte: prefix, ...bound });
    default:
      return test satisfies never;
  }
}

/** A resource has the schema of its type, and those of the extensions it has values of. */
function ofSchemas(test: Test, searched: Searched): MongoQuery {
  if (test.op === 'ne') return { $nor: [ofSchemas({ ...test, op: 'eq' }, searched)] };
  const { type } = searched;
  const suits = (urn: string) => matches(test, { schemas: [urn] });
  if (suits(type.schema.id)) return everything;
  const extensions = type.extensions.map(({ schema }) => schema.id).filter(suits);
  if (extensions.length === 0) return nothing;
  return { $or: extensions.map((urn) => ({ [`fold.${fieldKey(urn)}`]: { $exists: true } })) };
}

/** A version is stored as the number in its ETag. */
function ofVersion(test: Test): MongoQuery {
  if (test.op === 'pr') return everything;
  if (test.op !== 'eq' && test.op !== 'ne') return unsearchable(test);
  const [, version] = /^W\/"(\d{1,15})"$/.exec(String(test.value)) ?? [];
  return { version: { [operators[test.op]]: version === undefined ? null : Number(version) } };
}

function unsearchable({ op, path }: Test): never {
  throw invalidFilter(`'${path.keys.join('.')}' can't be searched by with '${op}'`);
}

const operators = {
  eq: '$eq',
  ne: '$ne',
  gt: '$gt',
  ge: '$gte',
  lt: '$lt',
  le: '$lte',
  co: '$regex',
  sw: '$regex',
  ew: '$regex',
} as const;

/** The end of the text: PCRE's `$` also stands before a line feed at the end. */
const end = '(?![\\s\\S])';

function condition(test: Test): MongoQuery {
  if (!isInTwin(test.path)) return unsearchable(test);
  if (test.op === 'pr') return present[test.path.attribute.type];
  const text = comparableText(test.path, String(test.value));
  switch (test.op) {
    case 'co':
      return { $regex: literally(text) };
    case 'sw':
      return { $regex: `^${literally(text)}` };
    case 'ew':
      return { $regex: `${literally(text)}${end}` };
    default:
      return { [operators[test.op]]: operand(test.path.attribute, test.value, text) };
  }
}

/** Binary values and references to resources are left out of the twin. */
const isInTwin = ({ attribute: { type, name } }: AttributePath): boolean => type !== 'binary' && name !== '$ref';

function operand({ type }: Attribute, value: Scalar, text: string): Scalar | Date {
  if (typeof value !== 'string') return value;
  return type === 'dateTime' ? new Date(value) : text;
}

/** What is not empty, of one value of several. (`$exists` and `$nin` would say it of all of them.) */
const present: Readonly<Record<Attribute['type'], MongoQuery>> = {
  string: { $gt: '' },
  reference: { $gt: '' },
  binary: { $gt: '' },
  boolean: { $in: [true, false] },
  integer: { $gte: -Infinity },
  decimal: { $gte: -Infinity },
  dateTime: { $gte: new Date(-8.64e15) },
  // A value may have nothing in the twin, and is there all the same.
  complex: { $gte: {} },
};
