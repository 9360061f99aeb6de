import type { Leniency } from '../dialects.ts';
import { mutability } from '../errors.ts';
import type { Attribute } from '../schema/types.ts';
import type { Json, JsonObject } from '../types.ts';
import { onePrimary, replaced, same, union } from './lists.ts';
import type { Operation } from './parse.ts';
import { isObject } from './values.ts';

/**
 * A complex value with the sub-attributes of another, those that are null there unassigned; what is not named stays
 * (RFC 7644 §3.5.2.3). Undefined where it then says nothing.
 *
 * @throws ScimError 400 `mutability` where an immutable sub-attribute is to change
 */
export function merged(
  attribute: Attribute,
  current: Json | undefined,
  patch: JsonObject,
  op: Operation['op'],
  leniency: Leniency,
): JsonObject | undefined {
  const before = isObject(current) ? current : {};
  let next = before;
  for (const sub of attribute.subAttributes) {
    const json = own(patch, sub.name);
    if (json === undefined) continue;
    const value = mergedSub(sub, own(before, sub.name), json, op, leniency);
    requireMutable(sub, own(before, sub.name), value);
    next = assign(next, sub.name, value);
  }
  return saysSomething(attribute, next, patch) ? next : undefined;
}

/**
 * A complex value with nothing left to what is there: what it does not name is null, but for what a client cannot unassign.
 */
export function whole({ subAttributes }: Attribute, value: JsonObject): JsonObject {
  const parts = subAttributes
    .filter(({ mutability: kind }) => kind !== 'readOnly' && kind !== 'immutable')
    .map((sub): [string, Json] => {
      const part = own(value, sub.name) ?? null;
      return [sub.name, isObject(part) ? whole(sub, part) : part];
    });
  return { ...value, ...Object.fromEntries(parts) };
}

function mergedSub(
  sub: Attribute,
  current: Json | undefined,
  json: Json,
  op: Operation['op'],
  leniency: Leniency,
): Json | undefined {
  if (sub.multiValued) {
    const values = asList(json ?? undefined);
    const changed = op === 'add' ? union(sub, asList(current), values) : replaced(values);
    const list = onePrimary(changed, leniency);
    return list.length > 0 ? [...list] : undefined;
  }
  if (json === null) return undefined;
  return sub.type === 'complex' && isObject(json) ? merged(sub, current, json, op, leniency) : json;
}

/** Sub-attributes that say something of a `value`, and nothing without it. */
const descriptive: ReadonlySet<string> = new Set(['type', 'primary', 'display']);

/** Whether anything is left once sub-attributes were unassigned: a type alone is no e-mail address. */
function saysSomething({ multiValued, subAttributes }: Attribute, value: JsonObject, patch: JsonObject): boolean {
  const names = Object.keys(value);
  const describes = multiValued || subAttributes.some(({ name }) => name === 'value');
  if (!describes || !Object.values(patch).includes(null)) return names.length > 0;
  const readOnly = subAttributes.filter((sub) => sub.mutability === 'readOnly').map(({ name }) => name);
  return names.some((name) => !descriptive.has(name) && !readOnly.includes(name));
}

/**
 * Refuses to change what is set once (RFC 7643 §2.2).
 *
 * @throws ScimError 400 `mutability`
 */
export function requireMutable(attribute: Attribute, current: Json | undefined, next: Json | undefined): void {
  if (attribute.mutability !== 'immutable' || current === undefined || same(attribute, current, next)) return;
  throw mutability(`'${attribute.name}' cannot be changed once it is set`);
}

/** The object with one member set, or left out where there is no value. */
export function assign(object: JsonObject, key: string, value: Json | undefined): JsonObject {
  if (value !== undefined) return { ...object, [key]: value };
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** An object's own member of that name: nothing is ever looked up along a prototype. */
export const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** A multi-valued attribute's values. */
export const asList = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
