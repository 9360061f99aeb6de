import { foldCase } from '../schema/fold.ts';
import { instant } from '../schema/instant.ts';
import type { Attribute, AttributePath } from '../schema/types.ts';
import type { Json, JsonObject } from '../types.ts';
import type { Comparator, Filter, Scalar } from './ast.ts';

/**
 * Whether a resource, or an element of a complex attribute where the filter's paths are relative to it, satisfies a
 * filter (RFC 7644 §3.4.2.2). The store's queries mean the same (src/storage/filter.ts).
 *
 * Of a multi-valued attribute one value has to satisfy the criterion; `ne` is the negation of `eq`, so it holds where no
 * value equals, an absent one included. Strings are in the order of their code points. Null, `""`, `[]` and `{}` are
 * not present.
 */
export function matches(filter: Filter, resource: JsonObject): boolean {
  switch (filter.op) {
    case 'and':
      return filter.filters.every((each) => matches(each, resource));
    case 'or':
      return filter.filters.some((each) => matches(each, resource));
    case 'not':
      return !matches(filter.filter, resource);
    case 'has':
      return valuesAt(resource, filter.path.keys).some((value) => isObject(value) && matches(filter.where, value));
    case 'pr':
      return valuesAt(resource, filter.path.keys).some(isPresent);
    default:
      return compares(filter.op, filter.path, filter.value, resource);
  }
}

/** A string as comparisons see it: folded where its attribute ignores case. */
export function comparableText({ attribute, keys }: AttributePath, text: string): string {
  // URNs ignore case (RFC 8141 §3.1), whatever `schemas` says of itself.
  return ignoresCase(attribute) || keys[0] === 'schemas' ? foldCase(text) : text;
}

/** A value as comparisons see it: an instant in milliseconds, a string folded where its attribute ignores case. */
export function comparable(path: AttributePath, value: Json): Json {
  if (typeof value !== 'string') return value;
  return path.attribute.type === 'dateTime' ? (instant(value)?.getTime() ?? null) : comparableText(path, value);
}

/** The order of two strings by code point, which is the order of their UTF-8: below zero where `a` comes first. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** UTF-16 puts the surrogates, hence all code points above U+FFFF, before U+E000. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

const ignoresCase = ({ type, caseExact }: Attribute): boolean =>
  !caseExact && (type === 'string' || type === 'reference');

const tests: Readonly<Record<Exclude<Comparator, 'ne'>, (found: Json, asked: Json) => boolean>> = {
  eq: (found, asked) => found === asked,
  co: (found, asked) => areStrings(found, asked, (a, b) => a.includes(b)),
  sw: (found, asked) => areStrings(found, asked, (a, b) => a.startsWith(b)),
  ew: (found, asked) => areStrings(found, asked, (a, b) => a.endsWith(b)),
  gt: (found, asked) => order(found, asked) > 0,
  ge: (found, asked) => order(found, asked) >= 0,
  lt: (found, asked) => order(found, asked) < 0,
  le: (found, asked) => order(found, asked) <= 0,
};

function compares(op: Comparator, path: AttributePath, value: Scalar, resource: JsonObject): boolean {
  if (op === 'ne') return !compares('eq', path, value, resource);
  const asked = comparable(path, value);
  return valuesAt(resource, path.keys).some((found) => tests[op](comparable(path, found), asked));
}

const areStrings = (a: Json, b: Json, test: (a: string, b: string) => boolean): boolean =>
  typeof a === 'string' && typeof b === 'string' && test(a, b);

/** NaN, which is in no order to anything, where the two are not of one kind. */
function order(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b || Number(a > b) - Number(a < b);
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : NaN;
}

/** Every value at a path, those of multi-valued attributes one by one. */
function valuesAt(value: Json | undefined, keys: readonly string[]): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesAt(each, keys));
  const [key, ...rest] = keys;
  if (key === undefined) return value === undefined ? [] : [value];
  return isObject(value) && Object.hasOwn(value, key) ? valuesAt(value[key], rest) : [];
}

const isPresent = (value: Json): boolean =>
  value !== null && value !== '' && !(isObject(value) && Object.keys(value).length === 0);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
