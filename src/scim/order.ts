import { invalidValue, sensitive } from './errors.ts';
import { comparable, compareText } from './filter/matches.ts';
import { quoted } from './filter/guard.ts';
import { resolvePath, subPath } from './schema/path.ts';
import type { AttributePath, ResourceType } from './schema/types.ts';
import type { Json, JsonObject, Position, Resource, Sort, Stored } from './types.ts';
import { etag } from './version.ts';

/**
 * The attribute that `sortBy` names; a complex one is sorted by its `value` (RFC 7644 §3.4.2.3). Undefined where the type
 * has none of that name.
 *
 * @throws ScimError 400 `invalidValue` where it has no order; 403 `sensitive` where it is never returned
 */
export function sortPath(type: ResourceType, sortBy: string): AttributePath | undefined {
  const named = resolvePath(type, sortBy);
  if (!named) return undefined;
  if (named.attribute.returned === 'never' || named.parent?.returned === 'never') {
    throw sensitive(`'sortBy' may not name what is never returned`);
  }
  const path = named.attribute.type === 'complex' ? subPath(named, 'value') : named;
  if (!path) throw invalidValue(`'sortBy' must name a sub-attribute of ${quoted(sortBy)}`);
  if (!hasOrder(path)) throw invalidValue(`${quoted(sortBy)} cannot be sorted by`);
  return path;
}

/** Attributes that no resource carries: who is in a group, and what depends on the type or on where it is served. */
const computed: ReadonlySet<string> = new Set(['members', 'groups', 'schemas', 'meta.location']);

const hasOrder = ({ keys, attribute: { type, name } }: AttributePath): boolean =>
  type !== 'binary' && name !== '$ref' && !computed.has(keys[0] ?? '') && !computed.has(keys.join('.'));

/**
 * Where a resource stands in an order: by its value, of several by the primary one, else the first (RFC 7644 §3.4.2.3).
 * The order of ids needs no key.
 */
export function positionOf(type: ResourceType, stored: Stored, sort: Sort | undefined): Position {
  const { id } = stored;
  if (!sort || isById(sort)) return { id };
  const value = valueAt(searchable(type, stored), sort.path.keys);
  const key = value === undefined ? undefined : comparable(sort.path, value);
  return isKey(key) ? { key, id } : { id };
}

/** Whether resources are sorted by their ids. */
const isById = ({ path }: Sort): boolean => path.keys.join('.') === 'id';

/** The ascending order of two positions: what has no key comes last, and equals are told apart by their ids. */
export const comparePositions = (a: Position, b: Position): number =>
  compareKeys(a.key, b.key) || compareText(a.id, b.id);

/** The ascending order of what two resources are sorted by. */
export function compareKeys(a: Position['key'], b: Position['key']): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return typeof a === 'string' && typeof b === 'string' ? compareText(a, b) : Number(a) - Number(b);
}

const isKey = (value: Json | undefined): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** A stored resource with what the server itself says of it. */
const searchable = (type: ResourceType, { attributes, created, lastModified, version }: Stored): Resource => ({
  ...attributes,
  meta: {
    resourceType: type.name,
    created: created.toISOString(),
    lastModified: lastModified.toISOString(),
    version: etag(version),
  },
});

/** The one value at a path that counts. */
const valueAt = (resource: Resource, keys: readonly string[]): Json | undefined =>
  // Nothing that may be sorted by is still to come.
  chosen(keys.reduce<Json | undefined>((found, key) => own(chosen(found), key), resource as JsonObject));

/** Of several values the primary one, else the first. */
const chosen = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) ? (value.find((each) => own(each, 'primary') === true) ?? value[0]) : value;

const own = (value: Json | undefined, key: string): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? value[key]
    : undefined;
