import type { Leniency } from '../dialects.ts';
import { invalidFilter, sensitive } from '../errors.ts';
import { instant } from '../schema/instant.ts';
import { isDotted, pathInExtensions, resolvePath, subPath } from '../schema/path.ts';
import type { Attribute, AttributePath, ResourceType } from '../schema/types.ts';
import type { Comparator, Filter, Scalar } from './ast.ts';
import { quoted, readSyntax } from './guard.ts';
import { partOf } from './part.ts';
import { assumingNotPrimary } from './primary.ts';
import type { Literal, Syntax } from './guard.ts';

/**
 * A filter over resources of a type, its names resolved and its values of their attributes' types (RFC 7644 §3.4.2.2).
 *
 * `eq null` becomes "not present", a complex attribute that is compared becomes its `value`, a dateTime the same
 * instant in UTC, `primary eq false` what is not primary.
 *
 * @throws ScimError 400 invalidFilter; 403 sensitive where it asks for what is never returned
 */
export function parseFilter(type: ResourceType, text: string, leniency: Leniency): Filter {
  return checked(readSyntax(text, leniency), { find: names([type], leniency), leniency });
}

/**
 * A filter over resources of several types, for each of them what it asks of that type's resources: where an attribute
 * is none of theirs it has no value there (RFC 7644 §3.4.2.1). False where it holds for none of them, true where for all.
 *
 * @throws ScimError 400 invalidFilter, also where no type has an attribute of that name; 403 sensitive
 */
export function parseFilterOver(
  types: readonly ResourceType[],
  text: string,
  leniency: Leniency,
): readonly (Filter | boolean)[] {
  const syntax = readSyntax(text, leniency);
  return types.map((type) => {
    const others = types.filter((other) => other !== type);
    return partOf(type, checked(syntax, { find: names([type, ...others], leniency), leniency }));
  });
}

/** What the names of a filter mean: to the first of the types that has them. */
const names = (types: readonly ResourceType[], leniency: Leniency) => (name: string) =>
  first(types, (type) =>
    isDotted(type, name) && !leniency.repairs('pathForms') ? undefined : resolvePath(type, name),
  ) ?? first(types, (type) => inExtensions(type, name, leniency));

function first<T>(types: readonly ResourceType[], find: (type: ResourceType) => T | undefined): T | undefined {
  for (const type of types) {
    const found = find(type);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A filter over the elements of a complex attribute: what stands in the brackets of `emails[type eq "work"]`. Its
 * paths begin at the element.
 *
 * @throws ScimError 400 invalidFilter; 403 sensitive
 */
export function parseValueFilter(attribute: Attribute, text: string, leniency: Leniency): Filter {
  return checked(readSyntax(text, leniency), { find: within({ keys: [], attribute }), leniency });
}

/** Entra asks `manager eq "…"` of the enterprise extension. */
function inExtensions(type: ResourceType, name: string, leniency: Leniency): AttributePath | undefined {
  const path = pathInExtensions(type, name);
  return path && leniency.repairs('extensionPaths') ? path : undefined;
}

interface Scope {
  readonly find: (name: string) => AttributePath | undefined;
  readonly leniency: Leniency;
}

function checked(syntax: Syntax, scope: Scope): Filter {
  switch (syntax.op) {
    case 'and':
    case 'or':
      return { op: syntax.op, filters: syntax.filters.map((each) => checked(each, scope)) };
    case 'not':
      return { op: 'not', filter: checked(syntax.filter, scope) };
    case 'has':
      return has(found(syntax.name, scope), syntax, scope);
    case 'pr':
      return { op: 'pr', path: found(syntax.name, scope) };
    default:
      return comparison(syntax.op, found(syntax.name, scope), syntax, scope);
  }
}

function has(path: AttributePath, { name, where }: Syntax & { op: 'has' }, { leniency }: Scope): Filter {
  const { attribute } = path;
  if (attribute.type !== 'complex') throw invalidFilter(`${quoted(name)} has no sub-attributes to filter by`);
  if (attribute.multiValued) {
    return { op: 'has', path, where: checked(where, { find: within({ keys: [], attribute }), leniency }) };
  }
  // A singular value is its only element: the same as a filter on its sub-attributes, where there is one.
  return { op: 'and', filters: [{ op: 'pr', path }, checked(where, { find: within(path), leniency })] };
}

/** Names of sub-attributes, below what they are sub-attributes of. */
const within =
  (container: AttributePath) =>
  (name: string): AttributePath | undefined =>
    name.split('.').reduce<AttributePath | undefined>((path, part) => path && subPath(path, part), container);

function found(name: string, { find }: Scope): AttributePath {
  const path = find(name);
  if (!path) throw invalidFilter(`${quoted(name)} is not an attribute`);
  if (path.attribute.returned === 'never' || path.parent?.returned === 'never') {
    throw sensitive(`${quoted(name)} is sensitive: filters may not ask for it`);
  }
  return path;
}

const orders: ReadonlySet<Comparator> = new Set<Comparator>(['gt', 'ge', 'lt', 'le']);
const substrings: ReadonlySet<Comparator> = new Set<Comparator>(['co', 'sw', 'ew']);
const unordered: ReadonlySet<Attribute['type']> = new Set<Attribute['type']>(['boolean', 'binary']);
const textual: ReadonlySet<Attribute['type']> = new Set<Attribute['type']>(['string', 'reference', 'binary']);

function comparison(op: Comparator, path: AttributePath, { name, literal }: Named, { leniency }: Scope): Filter {
  if (literal.value === null) return nullComparison(op, path, name);
  const target = path.attribute.type === 'complex' ? subPath(path, 'value') : path;
  if (!target) throw invalidFilter(`${quoted(name)} is complex: name one of its sub-attributes`);
  const { type } = target.attribute;
  if ((orders.has(op) && unordered.has(type)) || (substrings.has(op) && !textual.has(type))) {
    throw invalidFilter(`The operator '${op}' does not apply to ${quoted(name)}, which is ${type}`);
  }
  const value = coerced(target.attribute, literal, leniency);
  if (value === undefined) throw invalidFilter(`${quoted(literal.text)} is not of type ${type}, as ${quoted(name)} is`);
  return assumingNotPrimary({ op, path: target, value });
}

interface Named {
  readonly name: string;
  readonly literal: Literal;
}

function nullComparison(op: Comparator, path: AttributePath, name: string): Filter {
  const present: Filter = { op: 'pr', path };
  if (op === 'ne') return present;
  if (op === 'eq') return { op: 'not', filter: present };
  throw invalidFilter(`The operator '${op}' does not compare ${quoted(name)} with null`);
}

/** What a literal says, as a value of a type; undefined where it says none. */
type Reader = (literal: Literal, leniency: Leniency) => Scalar | undefined;

const string: Reader = ({ text: written, value }, leniency) => {
  if (typeof value === 'string') return value;
  // An id made of digits, not quoted, reads as a number.
  return leniency.repairs('unquotedValues') ? written : undefined;
};

/** A value of that JSON type, or what a string says of it (quirk `stringScalars`). */
const scalar =
  (type: 'boolean' | 'number', said: (text: string) => Scalar | undefined): Reader =>
  ({ value }, leniency) => {
    if (typeof value === type) return value;
    const meant = typeof value === 'string' ? said(value) : undefined;
    return meant !== undefined && leniency.repairs('stringScalars') ? meant : undefined;
  };

const truths: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

const boolean = scalar('boolean', (said) => truths.get(said.toLowerCase()));

const number = scalar('number', (said) => (/^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(said) ? Number(said) : undefined));

const dateTime: Reader = ({ value }) => (typeof value === 'string' ? instant(value)?.toISOString() : undefined);

const readers: Readonly<Record<Exclude<Attribute['type'], 'complex'>, Reader>> = {
  string,
  reference: string,
  binary: string,
  boolean,
  integer: number,
  decimal: number,
  dateTime,
};

function coerced({ type }: Attribute, literal: Literal, leniency: Leniency): Scalar | undefined {
  if (literal.bare && !leniency.repairs('unquotedValues')) return undefined;
  return type === 'complex' ? undefined : readers[type](literal, leniency);
}
