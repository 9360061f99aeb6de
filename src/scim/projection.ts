import { invalidValue } from './errors.ts';
import { resolvePath, wholeResource } from './schema/path.ts';
import { endpointsBeside } from './schema/registry.ts';
import type { Attribute, ResourceType } from './schema/types.ts';
import type { Chunks, Json, JsonObject, Wanted } from './types.ts';

/** Which attributes of a resource an answer shows (RFC 7644 §3.9). */
export interface Projection {
  /** What is not shown is not read. */
  readonly wanted: Wanted;
  /**
   * What is shown of an attribute, undefined where nothing is: an array that is still coming is cut to measure as it comes,
   * and a value that refers to a resource has its `$ref`. `baseUrl` ends without a slash.
   */
  show(name: string, value: Json | Chunks<Json>, baseUrl: string): Json | Chunks<Json> | undefined;
}

/** What is shown of an attribute that has parts. */
interface Shape {
  /** Those that are shown. */
  readonly parts: ReadonlyMap<string, Shape | 'simple'>;
  /** Where its values refer to resources, and that is shown. */
  readonly refer?: Refer;
}

/** Points at the resource that `value` names, where it names one. */
type Refer = (element: JsonObject, baseUrl: string) => string | undefined;

/** Whether what is above an attribute is shown as a whole, or only for the sake of some of its parts. */
type Above = 'whole' | 'parts';

interface Selection {
  shows(attribute: Attribute, key: string, above: Above): boolean;
  /** Whether the attribute was asked for by its name. */
  names(key: string): boolean;
}

const plain = new WeakMap<ResourceType, Projection>();

/**
 * The projection that a request asks for, by `attributes` or `excludedAttributes`. Names that the type does not have are
 * ignored, and `returned` is honoured: what is `always` returned cannot be excluded, what is `never` cannot be asked for.
 *
 * @throws invalidValue where both parameters are given.
 */
export function projection(
  type: ResourceType,
  query: { readonly attributes?: string; readonly excludedAttributes?: string },
): Projection {
  const { attributes = '', excludedAttributes = '' } = query;
  if (attributes !== '' && excludedAttributes !== '') {
    throw invalidValue(`'attributes' and 'excludedAttributes' exclude each other`);
  }
  if (attributes !== '') return project(type, only(keysIn(type, attributes)));
  if (excludedAttributes !== '') return project(type, allBut(keysIn(type, excludedAttributes)));
  const usual = plain.get(type) ?? project(type, allBut(new Set()));
  plain.set(type, usual);
  return usual;
}

/** Whether a value is an array that is still coming. */
export const isChunks = (value: Json | Chunks<Json>): value is Chunks<Json> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

function project(type: ResourceType, selection: Selection): Projection {
  const { parts } = shapeOf(type, wholeResource(type), selection, []);
  return {
    wanted: { members: parts.has('members'), groups: parts.has('groups') },
    show(name, value, baseUrl) {
      const part = parts.get(name);
      if (part === undefined) return undefined;
      return isChunks(value) ? cutChunks(value, part, baseUrl) : cutValue(value, part, baseUrl);
    },
  };
}

/** Paths as one text each: no name of an attribute holds a blank. */
const keyOf = (keys: readonly string[]): string => keys.join(' ');

function keysIn(type: ResourceType, names: string): ReadonlySet<string> {
  const paths = names.split(',').map((name) => resolvePath(type, name.trim()));
  return new Set(paths.flatMap((path) => (path ? [keyOf(path.keys)] : [])));
}

/** `attributes`: what is named, with what is below it; what is above something named, for its sake. */
function only(keys: ReadonlySet<string>): Selection {
  const above = new Set(
    [...keys].flatMap((key) => key.split(' ').map((_, index, parts) => keyOf(parts.slice(0, index)))),
  );
  return {
    names: (key) => keys.has(key),
    shows({ returned }, key, within) {
      if (returned === 'never' || returned === 'always') return returned === 'always';
      return keys.has(key) || above.has(key) || (within === 'whole' && returned === 'default');
    },
  };
}

/** `excludedAttributes`: what is returned by default, but for what is named. */
const allBut = (keys: ReadonlySet<string>): Selection => ({
  names: () => true,
  shows: ({ returned }, key) => returned === 'always' || (returned === 'default' && !keys.has(key)),
});

function shapeOf(
  type: ResourceType,
  attribute: Attribute,
  selection: Selection,
  above: readonly string[],
  within: Above = 'parts',
): Shape {
  const parts = new Map<string, Shape | 'simple'>();
  for (const sub of attribute.subAttributes) {
    const keys = [...above, sub.name];
    const key = keyOf(keys);
    if (!selection.shows(sub, key, within)) continue;
    const whole = within === 'whole' || sub.returned === 'always' || selection.names(key) ? 'whole' : 'parts';
    parts.set(sub.name, sub.type === 'complex' ? shapeOf(type, sub, selection, keys, whole) : 'simple');
  }
  const targets = attribute.subAttributes.find(({ name }) => name === '$ref')?.referenceTypes;
  return targets && parts.has('$ref') ? { parts, refer: referring(type, targets) } : { parts };
}

/** To the type that `type` says, where it may be one of several. */
function referring(type: ResourceType, targets: readonly string[]): Refer {
  const endpoints = endpointsBeside(type);
  return ({ value, type: kind }, baseUrl) => {
    const endpoint = endpoints.get(targets.find((name) => name === kind) ?? targets[0] ?? '');
    if (endpoint === undefined || typeof value !== 'string') return undefined;
    return `${baseUrl}${endpoint}/${encodeURIComponent(value)}`;
  };
}

/** The shown part of a value; undefined where nothing of it is shown. */
function cutValue(value: Json, shape: Shape | 'simple', baseUrl: string): Json | undefined {
  if (shape === 'simple' || typeof value !== 'object' || value === null || isWhole(value, shape)) return value;
  if (!Array.isArray(value)) return cutObject(value, shape, baseUrl);
  const shown = cutElements(value, shape, baseUrl);
  return shown.length === 0 && value.length > 0 ? undefined : shown;
}

/** Whether all of a value is shown, and nothing is added: then it need not be copied. */
function isWhole(value: Json | undefined, shape: Shape | 'simple' | undefined): boolean {
  if (shape === undefined || value === undefined) return false;
  if (shape === 'simple' || typeof value !== 'object' || value === null) return true;
  if (shape.refer) return false;
  if (Array.isArray(value)) return value.every((element) => isWhole(element, shape));
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => isWhole(value[name], shape.parts.get(name)));
}

function cutObject(object: JsonObject, { parts, refer }: Shape, baseUrl: string): JsonObject | undefined {
  const shown: JsonObject = {};
  const $ref = refer?.(object, baseUrl);
  for (const name of Object.keys(object)) {
    const part = parts.get(name);
    const value = object[name];
    const cut = part === undefined || value === undefined ? undefined : cutValue(value, part, baseUrl);
    if (cut !== undefined) shown[name] = cut;
    if (name === 'value' && $ref !== undefined) shown['$ref'] = $ref;
  }
  return Object.keys(shown).length === 0 ? undefined : shown;
}

const cutElements = (elements: readonly Json[], shape: Shape | 'simple', baseUrl: string): Json[] =>
  elements.map((element) => cutValue(element, shape, baseUrl)).filter((cut) => cut !== undefined);

async function* cutChunks(
  chunks: Chunks<Json>,
  shape: Shape | 'simple',
  baseUrl: string,
): AsyncGenerator<readonly Json[]> {
  for await (const chunk of chunks) yield cutElements(chunk, shape, baseUrl);
}
