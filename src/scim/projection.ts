import { invalidValue } from './errors.ts';
import { resolvePath, wholeResource } from './schema/path.ts';
import type { Attribute, ResourceType } from './schema/types.ts';
import type { Chunks, Json, JsonObject, Resource, Wanted } from './types.ts';

/** Which attributes of a resource an answer shows (RFC 7644 §3.9). */
export interface Projection {
  /** What is not shown is not read. */
  readonly wanted: Wanted;
  /** The resource with what is shown, its arrays that are still coming cut to measure as they come. */
  project(resource: Resource): Resource;
}

/** The shown attributes below one: those with parts of their own, and simple ones. */
type Shape = ReadonlyMap<string, Shape | 'simple'>;

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
  const shape = shapeOf(wholeResource(type), selection, []);
  return {
    wanted: { members: shape.has('members'), groups: shape.has('groups') },
    project(resource) {
      const shown: Resource = {};
      for (const [name, value] of Object.entries(resource)) {
        const part = shape.get(name);
        if (part === undefined) continue;
        const cut = isChunks(value) ? cutChunks(value, part) : cutValue(value, part);
        if (cut !== undefined) shown[name] = cut;
      }
      return shown;
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

function shapeOf(attribute: Attribute, selection: Selection, above: readonly string[], within: Above = 'parts'): Shape {
  const shape = new Map<string, Shape | 'simple'>();
  for (const sub of attribute.subAttributes) {
    const keys = [...above, sub.name];
    const key = keyOf(keys);
    if (!selection.shows(sub, key, within)) continue;
    const whole = within === 'whole' || sub.returned === 'always' || selection.names(key);
    shape.set(sub.name, sub.type === 'complex' ? shapeOf(sub, selection, keys, whole ? 'whole' : 'parts') : 'simple');
  }
  return shape;
}

/** The shown part of a value; undefined where nothing of it is shown. */
function cutValue(value: Json, shape: Shape | 'simple'): Json | undefined {
  if (shape === 'simple' || typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return cutObject(value, shape);
  const shown = cutElements(value, shape);
  return shown.length === 0 && value.length > 0 ? undefined : shown;
}

function cutObject(object: JsonObject, shape: Shape): JsonObject | undefined {
  const shown: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const part = shape.get(name);
    const cut = part === undefined ? undefined : cutValue(value, part);
    if (cut !== undefined) shown[name] = cut;
  }
  return Object.keys(shown).length === 0 ? undefined : shown;
}

const cutElements = (elements: readonly Json[], shape: Shape | 'simple'): Json[] =>
  elements.map((element) => cutValue(element, shape)).filter((cut) => cut !== undefined);

async function* cutChunks(chunks: Chunks<Json>, shape: Shape | 'simple'): AsyncGenerator<readonly Json[]> {
  for await (const chunk of chunks) yield cutElements(chunk, shape);
}
