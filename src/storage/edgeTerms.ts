import { invalidFilter } from '../scim/errors.ts';
import type { Filter } from '../scim/filter/ast.ts';
import { comparableText } from '../scim/filter/matches.ts';
import { foldCase } from '../scim/schema/fold.ts';
import type { Attribute } from '../scim/schema/types.ts';

/** "Has that member" or "is in that group", which only the edges know: `members.value eq "…"`. */
export interface EdgeTerm {
  readonly attribute: 'members' | 'groups';
  /** An id that a client wrote: it may name nobody. */
  readonly value: string;
  /** What the member has to be, where the filter says so: `User`, `Group`, or a word that is neither. */
  readonly type?: string;
}

/**
 * The terms of a filter that have to be looked up among the edges before it can be compiled.
 *
 * @throws ScimError 400 invalidFilter where it asks of members or groups anything but who they are
 */
export function edgeTerms(filter: Filter): readonly EdgeTerm[] {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(edgeTerms);
    case 'not':
      return edgeTerms(filter.filter);
    default:
      return edgesOf(filter) ?? [];
  }
}

/**
 * What a test of members or groups asks of the edges: one of the terms has to hold (none, where it is `ne`). Undefined
 * for tests of other attributes.
 *
 * @throws ScimError 400 invalidFilter
 */
export function edgesOf(test: Extract<Filter, { path: object }>): readonly EdgeTerm[] | undefined {
  const [attribute] = test.path.keys;
  if (attribute !== 'members' && attribute !== 'groups') return undefined;
  if (test.op === 'has') return alternatives(test.where, attribute);
  const edges = (test.op === 'eq' || test.op === 'ne') && identity({ ...test, op: 'eq' }, attribute);
  return edges || refused(attribute);
}

/** Each way in which an edge can satisfy a filter on its element. */
function alternatives(where: Filter, attribute: EdgeTerm['attribute']): readonly EdgeTerm[] {
  if (where.op === 'or') return where.filters.flatMap((each) => alternatives(each, attribute));
  const [type, ...others] = (where.op === 'and' ? where.filters : [where]).flatMap((each) => typeAsked(each) ?? []);
  const [rest, ...more] = where.op === 'and' ? where.filters.filter((each) => typeAsked(each) === undefined) : [where];
  if (!rest || more.length > 0 || others.length > 0 || (type !== undefined && attribute === 'groups')) {
    return refused(attribute);
  }
  const edges = identity(rest, attribute) ?? (rest.op === 'or' ? alternatives(rest, attribute) : refused(attribute));
  return type === undefined ? edges : edges.flatMap((edge) => narrowed(edge, type));
}

const narrowed = (edge: EdgeTerm, type: string): readonly EdgeTerm[] =>
  edge.type === undefined || edge.type === type ? [{ ...edge, type }] : [];

/** The type that `type eq "User"` asks for, as edges write it. */
function typeAsked(filter: Filter): string | undefined {
  if (filter.op !== 'eq' || filter.path.keys.at(-1) !== 'type') return undefined;
  return canonical(filter.path.attribute, String(filter.value));
}

const canonical = ({ canonicalValues = [] }: Attribute, value: string): string =>
  canonicalValues.find((each) => foldCase(each) === foldCase(value)) ?? value;

const kinds: ReadonlyMap<string, string> = new Map([
  ['Users', 'User'],
  ['Groups', 'Group'],
]);

/** The term of `value eq "…"`, or of `$ref eq "…/Users/…"`, whatever stands before the endpoint. */
function identity(filter: Filter, attribute: EdgeTerm['attribute']): readonly EdgeTerm[] | undefined {
  if (filter.op !== 'eq') return undefined;
  const { path } = filter;
  const value = comparableText(path, String(filter.value));
  switch (path.attribute.name) {
    case 'value':
      return [{ attribute, value }];
    case '$ref': {
      const [id = '', endpoint = ''] = value.split('/').reverse();
      const type = kinds.get(endpoint);
      if (type === undefined) return [];
      return attribute === 'members'
        ? [{ attribute, value: id, type }]
        : type === 'Group'
          ? [{ attribute, value: id }]
          : [];
    }
    default:
      return undefined;
  }
}

function refused(attribute: EdgeTerm['attribute']): never {
  throw invalidFilter(`'${attribute}' can be searched by who they are only: ${attribute}.value eq "…"`);
}
