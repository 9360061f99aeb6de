import { isDeepStrictEqual } from 'node:util';
import type { Leniency } from '../dialects.ts';
import { invalidValue, payloadTooLarge } from '../errors.ts';
import { comparable } from '../filter/matches.ts';
import { limits } from '../limits.ts';
import { resolveSub } from '../schema/path.ts';
import type { Attribute } from '../schema/types.ts';
import type { Json, JsonObject } from '../types.ts';
import { isObject } from './values.ts';

/** The values of an attribute after a change, and those among them that the change says are primary. */
export interface Changed {
  readonly list: readonly Json[];
  readonly primaries: ReadonlySet<Json>;
}

/**
 * The values with others added: one that is there already stays as it is, one that is there with other sub-attributes is
 * merged with them (RFC 7644 §3.5.2.1).
 *
 * @throws ScimError 413 where the attribute would have more than `limits.values` values
 */
export function union(attribute: Attribute, list: readonly Json[], added: readonly Json[]): Changed {
  const result = [...list];
  const promoted = new Set<number>();
  const byValue = grouped(result.keys(), (index) => identity(attribute, result[index]));

  for (const value of added) {
    const key = identity(attribute, value);
    const candidates = byValue.get(key) ?? [];
    const index = find(attribute, result, candidates, value) ?? result.length;
    if (index === result.length) {
      if (index >= limits.values) throw payloadTooLarge(`'${attribute.name}' may have at most ${limits.values} values`);
      byValue.set(key, [...candidates, index]);
    }
    result[index] = merge(attribute, result[index], value);
    if (isPrimary(value)) promoted.add(index);
  }
  return { list: result, primaries: new Set(result.filter((_, index) => promoted.has(index))) };
}

/** The values as a change that sets them all leaves them. */
export const replaced = (list: readonly Json[]): Changed => ({ list, primaries: new Set(list.filter(isPrimary)) });

/** The values without those named: by `value` and `type` where a `value` is given, else by all that is given. */
export function without(attribute: Attribute, list: readonly Json[], named: readonly Json[]): readonly Json[] {
  const byValue = grouped(named, (value) => identity(attribute, value));
  return list.filter((value) => {
    const candidates = [...(byValue.get(identity(attribute, value)) ?? []), ...(byValue.get(undefined) ?? [])];
    return !candidates.some((candidate) => isNamed(attribute, value, candidate));
  });
}

/**
 * The values with one primary at most: a value that a change makes primary takes that from all others (RFC 7644 §3.5.2).
 *
 * @throws ScimError 400 `invalidValue` where the change makes several primary and the dialect does not repair that
 */
export function onePrimary({ list, primaries }: Changed, leniency: Leniency): readonly Json[] {
  const last = list.findLast((value) => primaries.has(value));
  if (last === undefined) return list;
  if (primaries.size > 1 && !leniency.repairs('severalPrimaries')) {
    throw invalidValue('Only one value may be primary');
  }
  return list.map((value) => (value !== last && isPrimary(value) ? { ...value, primary: false } : value));
}

/** Whether two values of an attribute are the same, letter case ignored where the schema says so. */
export function same(attribute: Attribute, a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return isDeepStrictEqual(comparable({ keys: [], attribute }, a), comparable({ keys: [], attribute }, b));
}

/** Whether a value says of itself that it is the primary one. */
const isPrimary = (value: Json): value is JsonObject & { primary: true } =>
  isObject(value) && value['primary'] === true;

function grouped<T>(items: Iterable<T>, keyOf: (item: T) => Json | undefined): Map<Json | undefined, T[]> {
  const groups = new Map<Json | undefined, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** What a value is found by: itself, the `value` of a complex one, undefined for a complex one without. */
function identity(attribute: Attribute, value: Json | undefined): Json | undefined {
  if (value === undefined || !isObject(value)) return value && comparable({ keys: [], attribute }, value);
  const own = value['value'];
  const sub = resolveSub(attribute, 'value');
  return own === undefined || !sub ? undefined : comparable({ keys: [], attribute: sub }, own);
}

/** Where among the candidates, which share its identity, a value stands. */
function find(
  attribute: Attribute,
  list: readonly Json[],
  candidates: readonly number[],
  value: Json,
): number | undefined {
  if (!isObject(value)) return candidates[0];
  const contained = candidates.find((index) => agrees(attribute, list[index], value, Object.keys(value)));
  if (contained !== undefined || value['value'] === undefined) return contained;
  return candidates.find((index) => value['type'] === undefined || agrees(attribute, list[index], value, ['type']));
}

/** Sub-attributes that describe a value and do not identify it. */
const descriptive: ReadonlySet<string> = new Set(['display', '$ref', 'primary']);

function isNamed(attribute: Attribute, value: Json, named: Json): boolean {
  if (!isObject(named)) return true; // found by its identity, which is all there is of it
  const keys = Object.keys(named).filter((key) => !descriptive.has(key));
  const identifying = named['value'] === undefined ? keys : keys.filter((key) => key === 'type');
  return agrees(attribute, value, named, keys.length > 0 ? identifying : Object.keys(named));
}

const agrees = (attribute: Attribute, a: Json | undefined, b: JsonObject, keys: readonly string[]): boolean =>
  isObject(a) && keys.every((key) => sameSub(attribute, key, a[key], b[key]));

function sameSub(attribute: Attribute, key: string, a: Json | undefined, b: Json | undefined): boolean {
  const sub = resolveSub(attribute, key);
  return sub !== undefined && same(sub, a, b);
}

/** Of two that differ only in letter case the present one stays: adding what is there changes nothing. */
function merge(attribute: Attribute, present: Json | undefined, added: Json): Json {
  if (!isObject(present) || !isObject(added)) return present ?? added;
  const news = Object.entries(added).filter(([key, json]) => !sameSub(attribute, key, present[key], json));
  return news.length === 0 ? present : { ...present, ...Object.fromEntries(news) };
}
