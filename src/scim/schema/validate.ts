import type { Leniency } from '../dialects.ts';
import { invalidSyntax, invalidValue, payloadTooLarge } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Json, JsonObject } from '../types.ts';
import { isExtension, resolveSub, wholeResource } from './path.ts';
import { unpacked } from './packed.ts';
import { readScalar } from './scalars.ts';
import type { Attribute, ResourceType } from './types.ts';

/**
 * The attributes that the body of a POST or PUT assigns: canonical names, in the schema's order, and JSON types; what is
 * readOnly, unassigned or unknown is left out, as are `schemas` and every `$ref` (RFC 7643 §2, RFC 7644 §3.3, §3.5.1).
 *
 * @throws invalidSyntax where the body is no object, or names attributes or schemas that the type does not have and the
 * dialect does not repair it; invalidValue where a value does not fit its attribute or a required one is missing.
 */
export function readResource(type: ResourceType, body: Json | undefined, leniency: Leniency): JsonObject {
  if (!isObject(body)) throw invalidSyntax('The body must be a JSON object');
  const resource = assigned(wholeResource(type), body, leniency, '');
  checkSchemas(type, body, resource, leniency);
  requireComplete(type, resource);
  return resource;
}

/**
 * A value for an attribute as the schema wants it, or undefined where it unassigns the attribute: null, an empty array,
 * an object without values, and, in lenient, an empty string (RFC 7643 §2.5).
 *
 * @throws invalidValue where the value does not fit; invalidSyntax where it has unknown sub-attributes and the dialect
 * does not repair it.
 */
export function coerce(
  attribute: Attribute,
  value: Json,
  leniency: Leniency,
  where = attribute.name,
): Json | undefined {
  if (value === null) return undefined;
  return attribute.multiValued ? many(attribute, value, leniency, where) : single(attribute, value, leniency, where);
}

/**
 * What an object says of each writable sub-attribute of a complex attribute: a value as `coerce` gives it, or undefined
 * where it unassigns it. What it does not name is not in the map, so that PATCH leaves it alone.
 *
 * @throws as `coerce` does; also invalidSyntax where a name is given twice.
 */
export function assignments(
  attribute: Attribute,
  object: JsonObject,
  leniency: Leniency,
  where = attribute.name,
): ReadonlyMap<Attribute, Json | undefined> {
  const given = named(attribute, object, leniency, where);
  const read = new Map<Attribute, Json | undefined>();
  for (const sub of attribute.subAttributes) {
    const value = given.get(sub);
    if (value !== undefined) read.set(sub, coerce(sub, value, leniency, below(attribute, sub.name, where)));
  }
  return read;
}

/** The writable sub-attributes that an object names, as it names them. A `$ref` beside a `value` is not one of them. */
function named(attribute: Attribute, object: JsonObject, leniency: Leniency, where: string): Map<Attribute, Json> {
  const given = new Map<Attribute, Json>();
  const seen = new Set<Attribute>();
  let reference: Json | undefined;
  for (const [key, value] of Object.entries(object)) {
    const sub = resolveSub(attribute, key);
    if (!sub) {
      passOver(attribute, key, value, leniency, where);
      continue;
    }
    if (seen.has(sub)) throw invalidSyntax(`'${below(attribute, sub.name, where)}' is given twice`);
    seen.add(sub);
    if (isOwnReference(attribute, sub)) reference = value;
    else if (sub.mutability !== 'readOnly') given.set(sub, value);
  }
  const value = reference === undefined ? undefined : resolveSub(attribute, 'value');
  const id = value && !given.has(value) ? idIn(reference) : undefined;
  return value && id !== undefined ? given.set(value, id) : given;
}

function passOver(attribute: Attribute, key: string, value: Json, leniency: Leniency, where: string): void {
  if (namesItself(attribute, key, value) || leniency.repairs('unknownAttributes')) return;
  throw invalidSyntax(`'${below(attribute, key.slice(0, 100), where)}' is not an attribute`);
}

/** An extension's object may say in a `schemas` of its own what its key says already (RFC 7643 §3). */
const namesItself = (attribute: Attribute, key: string, value: Json): boolean =>
  isExtension(attribute) &&
  key.toLowerCase() === 'schemas' &&
  Array.isArray(value) &&
  value.every((urn) => typeof urn === 'string' && includes([attribute.name], urn));

/** The object that is assigned, under canonical names, which come from the schema, and in its order. */
function assigned(attribute: Attribute, object: JsonObject, leniency: Leniency, where: string): JsonObject {
  const result: JsonObject = {};
  for (const [{ name }, value] of assignments(attribute, object, leniency, where)) {
    if (value !== undefined) result[name] = value;
  }
  return result;
}

/** A `$ref` beside a `value` is computed from it when it is shown, so what a client sends is only read where it is alone. */
const isOwnReference = (attribute: Attribute, sub: Attribute): boolean =>
  sub.name === '$ref' && resolveSub(attribute, 'value') !== undefined;

/** The resource that a `$ref` means: its last segment names it (RFC 7643 §2.4). */
const idIn = (reference: Json | undefined): string | undefined =>
  typeof reference === 'string' ? /\/([^/?#]{1,200})$/.exec(reference)?.[1] : undefined;

/**
 * Demands that every required attribute that a client can set has a value (RFC 7643 §7), below complex ones too.
 *
 * @throws invalidValue naming the first that has none.
 */
export function requireComplete(type: ResourceType, resource: JsonObject): void {
  requireParts(wholeResource(type), resource, '');
}

function requireParts(attribute: Attribute, object: JsonObject, where: string): void {
  for (const sub of attribute.subAttributes) {
    const value = own(object, sub.name);
    if (isUnassigned(value)) {
      if (isDemanded(sub)) throw invalidValue(`'${below(attribute, sub.name, where)}' is required`);
    } else if (sub.type === 'complex' && demandsParts(sub)) {
      const path = below(attribute, sub.name, where);
      for (const element of Array.isArray(value) ? value : [value]) {
        if (isObject(element)) requireParts(sub, element, path);
      }
    }
  }
}

const isDemanded = ({ required, mutability }: Attribute): boolean => required && mutability !== 'readOnly';

const demandsParts = ({ subAttributes }: Attribute): boolean =>
  subAttributes.some((sub) => isDemanded(sub) || demandsParts(sub));

/** A required value must say something: `userName` is "non-empty" (RFC 7643 §4.1.1). */
const isUnassigned = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'string' ? value.trim() === '' : isEmptyArray(value));

const isEmptyArray = (value: Json): boolean => Array.isArray(value) && value.length === 0;

function many(attribute: Attribute, value: Json, leniency: Leniency, where: string): Json | undefined {
  if (value === '' && leniency.repairs('emptyStrings')) return undefined;
  if (!Array.isArray(value) && !leniency.repairs('singleForMany')) throw invalidValue(`'${where}' must be an array`);
  const given = Array.isArray(value) ? value : [value];
  // Members have limits of their own, where they are taken out of the body.
  if (given.length > limits.values && attribute.name !== 'members') {
    throw payloadTooLarge(`'${where}' may have at most ${limits.values} values`);
  }
  const elements: Json[] = [];
  for (const element of given) {
    const read = element === null ? undefined : one(attribute, element, leniency, where);
    if (read !== undefined) elements.push(read);
    // An element that must say something says nothing: `[{}]` as members to remove is not the same as no value.
    else requireParts(attribute, {}, where);
  }
  return elements.length === 0 ? undefined : onePrimary(elements, leniency, where);
}

function single(attribute: Attribute, value: Json, leniency: Leniency, where: string): Json | undefined {
  if (!Array.isArray(value)) return one(attribute, value, leniency, where);
  const [first = null, ...others] = value;
  if (others.length > 0 || !leniency.repairs('manyForSingle')) throw invalidValue(`'${where}' must be a single value`);
  return first === null ? undefined : one(attribute, first, leniency, where);
}

/** One value, of a singular attribute or of a multi-valued one. */
function one(attribute: Attribute, value: Json, leniency: Leniency, where: string): Json | undefined {
  const { type } = attribute;
  if (value === '' && isUnassignedBy(attribute, leniency)) return undefined;
  if (type !== 'complex') return readScalar(type, attribute, value, leniency, where);
  if (isObject(value)) return complex(attribute, value, leniency, where);
  const bare = typeof value === 'string' && resolveSub(attribute, 'value') !== undefined;
  if (!bare || !leniency.repairs('bareValues')) throw invalidValue(`'${where}' must be an object`);
  return complex(attribute, { value }, leniency, where);
}

/** An empty password is no password, in every dialect. */
const isUnassignedBy = (attribute: Attribute, leniency: Leniency): boolean =>
  attribute.mutability === 'writeOnly' || leniency.repairs('emptyStrings');

function complex(attribute: Attribute, value: JsonObject, leniency: Leniency, where: string): Json | undefined {
  const object = assigned(attribute, unpacked(attribute, value, leniency), leniency, where);
  if (Object.keys(object).length === 0) return undefined;
  requireParts(attribute, object, where);
  return object;
}

/** At most one value is primary (RFC 7643 §2.4). */
function onePrimary(elements: Json[], leniency: Leniency, where: string): Json[] {
  const isPrimary = (element: Json) => isObject(element) && own(element, 'primary') === true;
  if (elements.filter(isPrimary).length <= 1) return elements;
  if (!leniency.repairs('severalPrimaries')) throw invalidValue(`'${where}' may have only one primary value`);
  const last = elements.findLastIndex(isPrimary);
  return elements.map((element, index) =>
    isObject(element) && isPrimary(element) && index !== last ? { ...element, primary: false } : element,
  );
}

/** `schemas` names the type's schema and those extensions that the body uses, and no others (RFC 7643 §3). */
function checkSchemas(type: ResourceType, body: JsonObject, resource: JsonObject, leniency: Leniency): void {
  const [, given] = Object.entries(body).find(([key]) => key.toLowerCase() === 'schemas') ?? [];
  const urns = readUrns(given, leniency);
  const extensions = type.extensions.map(({ schema }) => schema.id);
  const foreign = urns.find((urn) => !includes([type.schema.id, ...extensions], urn));
  if (foreign !== undefined && !leniency.repairs('unknownSchemas')) {
    throw invalidSyntax(`'${foreign.slice(0, 200)}' is not a schema of ${type.name}`);
  }
  const used = [type.schema.id, ...extensions.filter((id) => Object.hasOwn(resource, id))];
  const missing = used.find((id) => !includes(urns, id));
  if (missing !== undefined && !leniency.repairs('unknownSchemas')) {
    throw invalidSyntax(`'schemas' must name '${missing}'`);
  }
}

const includes = (urns: readonly string[], urn: string): boolean =>
  urns.some((other) => other.toLowerCase() === urn.toLowerCase());

function readUrns(given: Json | undefined, leniency: Leniency): readonly string[] {
  if (typeof given === 'string' && leniency.repairs('singleForMany')) return [given];
  if (given === undefined || given === null) return [];
  if (Array.isArray(given) && given.every((urn) => typeof urn === 'string')) return given;
  throw invalidSyntax(`'schemas' must be an array of strings`);
}

const below = (parent: Attribute, name: string, where: string): string =>
  where === '' ? name : `${where}${isExtension(parent) ? ':' : '.'}${name}`;

const own = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
