import type { Leniency } from '../dialects.ts';
import { invalidValue } from '../errors.ts';
import { resolveSub } from '../schema/path.ts';
import type { Attribute } from '../schema/types.ts';
import { assignments, coerce } from '../schema/validate.ts';
import type { Json, JsonObject } from '../types.ts';
import type { Target } from './target.ts';

/** Whether a value is a JSON object. */
export const isObject = (json: unknown): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/**
 * What an `add` or `replace` assigns, in the schema's types; undefined where it unassigns. What goes into a complex value
 * is an object of sub-attributes, null where they are unassigned.
 *
 * @throws ScimError 400 `invalidValue` where the value does not suit the schema
 */
export function given({ path, where, sub }: Target, value: Json, leniency: Leniency, label: string): Json | undefined {
  const { attribute } = path;
  if (sub) return patch(attribute, { [sub.name]: value }, leniency, label);
  return read(where ? one(attribute) : attribute, value, leniency, label);
}

/**
 * The values that a `remove` names; undefined where it means all that its path names. A value that names nothing is an
 * error: it must never come to mean "all".
 *
 * @throws ScimError 400 `invalidValue` where the value is no list of values of the attribute
 */
export function namedValues(
  { path, where, sub }: Target,
  value: Json | undefined,
  leniency: Leniency,
  label: string,
): Json | undefined {
  if (value === undefined || where || sub || !path.attribute.multiValued) return undefined;
  if (Array.isArray(value) && value.length === 0) return [];
  const values = value === null ? undefined : coerce(path.attribute, value, leniency, label);
  const count = Array.isArray(value) ? value.length : 1;
  if (!Array.isArray(values) || values.length !== count) {
    throw invalidValue(`The \`value\` of 'remove' must name values of '${label}'`);
  }
  return values;
}

/** The attribute of one value of a multi-valued one. */
const one = (attribute: Attribute): Attribute => ({ ...attribute, multiValued: false });

/** As `coerce`, but a singular complex value keeps, as null, what it unassigns: it will be merged into another. */
function read(attribute: Attribute, value: Json, leniency: Leniency, label: string): Json | undefined {
  return isSingularComplex(attribute) && isObject(value)
    ? patch(attribute, value, leniency, label)
    : coerce(attribute, value, leniency, label);
}

function patch(attribute: Attribute, object: JsonObject, leniency: Leniency, label: string): JsonObject {
  const result: JsonObject = {};
  const simple = Object.entries(object).filter(([name, json]) => {
    const sub = resolveSub(attribute, name);
    if (!sub || sub.mutability === 'readOnly' || !isSingularComplex(sub) || !isObject(json)) return true;
    result[sub.name] = patch(sub, json, leniency, `${label}.${sub.name}`);
    return false;
  });
  for (const [sub, json] of assignments(attribute, Object.fromEntries(simple), leniency, label)) {
    result[sub.name] = json ?? null;
  }
  return result;
}

const isSingularComplex = ({ type, multiValued }: Attribute): boolean => type === 'complex' && !multiValued;
