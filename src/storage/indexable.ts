import type { Filter } from '../scim/filter/ast.ts';
import { customKey } from './custom.ts';
import { edgesOf } from './edgeTerms.ts';
import { toMongo } from './filter.ts';
import type { MongoQuery, Searched } from './filter.ts';

/** A query in two parts, both of which have to hold. */
export interface Split {
  /** Served by an index that knows the tenant: as many documents are examined as it matches. */
  readonly indexed?: MongoQuery;
  /** Asked of each of those documents. */
  readonly rest?: MongoQuery;
}

/**
 * Splits a filter by what an index serves, so that the documents a query examines can be bounded between the two. The
 * indexes, each behind `tenant`: `key`; `ext`; `type, _id`; `fold.emails.value`; `type, modified`; `custom.k, custom.v`.
 *
 * @throws ScimError 400 invalidFilter where an attribute can't be searched by
 */
export function indexable(filter: Filter, searched: Searched): Split {
  const parts = conjuncts(filter).map((part) => ({ part, served: served(part, searched) }));
  const best = parts.reduce<Served | undefined>((one, { served: other }) => better(one, other), undefined);
  // Both ends of a span of time bound one scan.
  const chosen = parts.filter(
    ({ served: own }) => best && own && (own === best || (own.cost === cost.span && best.cost === cost.span)),
  );
  const others = parts.filter((each) => !chosen.includes(each) || each.served?.exact !== true);
  const indexed = all(chosen.map(({ part, served: own }) => toMongo(own?.by ?? part, searched)));
  const rest = all(others.map(({ part }) => toMongo(part, searched)));
  return { ...(indexed && { indexed }), ...(rest && { rest }) };
}

/** How an index serves a filter. */
interface Served {
  readonly cost: number;
  /** The wider filter that the index serves, where it doesn't serve the filter itself. */
  readonly by?: Filter;
  readonly exact: boolean;
  /** By the index over what tenants made themselves. */
  readonly index?: 'custom';
}

/** The fewer documents an index usually finds, the better. */
const cost = { one: 0, few: 1, prefix: 2, span: 3, order: 4 } as const;

const better = (one: Served | undefined, other: Served | undefined): Served | undefined =>
  one && (!other || one.cost <= other.cost) ? one : other;

const conjuncts = (filter: Filter): readonly Filter[] =>
  filter.op === 'and' ? filter.filters.flatMap(conjuncts) : [filter];

function all(queries: readonly MongoQuery[]): MongoQuery | undefined {
  return queries.length > 1 ? { $and: queries } : queries[0];
}

function served(filter: Filter, searched: Searched): Served | undefined {
  switch (filter.op) {
    case 'and':
    case 'not':
      return undefined;
    case 'or':
      return alternatives(filter.filters.map((each) => served(each, searched)));
    case 'has':
      return edgesOf(filter) ? { cost: cost.few, exact: true } : ofElement(filter, searched);
    default:
      return ofTest(filter, searched);
  }
}

/**
 * All of the branches have to be served, and exactly: a document is examined by the branch that finds it. MongoDB takes
 * `tenant` into branches over the custom values and into others, but not into both kinds at once.
 */
function alternatives(branches: readonly (Served | undefined)[]): Served | undefined {
  if (!branches.every((branch) => branch?.exact === true)) return undefined;
  const [index, ...others] = new Set(branches.map((branch) => branch?.index));
  if (others.length > 0) return undefined;
  const dearest = Math.max(...branches.map((branch) => branch?.cost ?? cost.order));
  return { cost: dearest, exact: true, ...(index && { index }) };
}

/** `emails[type eq "work" and value eq "x"]` is among those with the value. */
function ofElement({ path, where }: Extract<Filter, { op: 'has' }>, searched: Searched): Served | undefined {
  const parts = conjuncts(where).flatMap((part): Served[] => {
    if (!isTest(part)) return [];
    const by = { ...part, path: { ...part.path, keys: [...path.keys, ...part.path.keys] } };
    const found = ofTest(by, searched);
    return found ? [{ ...found, by, exact: false }] : [];
  });
  return parts.reduce<Served | undefined>((one, other) => better(one, other), undefined);
}

const spans: ReadonlySet<Filter['op']> = new Set<Filter['op']>(['eq', 'gt', 'ge', 'lt', 'le']);

type Test = Exclude<Filter, { op: 'and' | 'or' | 'not' | 'has' }>;

const isTest = (filter: Filter): filter is Test => 'path' in filter && filter.op !== 'has';

function ofTest(test: Test, { type }: Searched): Served | undefined {
  if (edgesOf(test)) return test.op === 'eq' ? { cost: cost.few, exact: true } : undefined;
  const name = test.path.keys.join('.');
  if (name === 'meta.lastModified') return spans.has(test.op) ? { cost: cost.span, exact: true } : undefined;
  const found = namedCost(test.op, name, type.nameAttribute.name);
  if (found !== undefined) return { cost: found, exact: true };
  return customKey(type, test.path) === undefined ? undefined : ofCustom(test.op);
}

/** What an attribute costs that has an index of its own. */
function namedCost(op: Test['op'], name: string, nameAttribute: string): number | undefined {
  if (op === 'eq') return equals(name, nameAttribute);
  return op === 'sw' ? prefixes(name, nameAttribute) : undefined;
}

/** One end of a span alone: an index over several values of a resource can't be entered between two ends. */
function ofCustom(op: Test['op']): Served | undefined {
  if (op === 'eq' || op === 'sw') return { cost: op === 'eq' ? cost.few : cost.prefix, exact: true, index: 'custom' };
  return spans.has(op) ? { cost: cost.order, exact: true, index: 'custom' } : undefined;
}

function equals(name: string, nameAttribute: string): number | undefined {
  if (name === nameAttribute || name === 'id') return cost.one;
  return name === 'externalId' || name === 'emails.value' ? cost.few : undefined;
}

const prefixes = (name: string, nameAttribute: string): number | undefined =>
  [nameAttribute, 'id', 'externalId', 'emails.value'].includes(name) ? cost.prefix : undefined;
