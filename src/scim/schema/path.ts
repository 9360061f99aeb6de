import type { Attribute, AttributePath, ResourceType } from './types.ts';

/** Every name a type's attributes go by, lower-cased. Nothing a client sends is looked for anywhere else. */
interface Names {
  /** Paths as RFC 7644 §3.10 writes them. */
  readonly canonical: ReadonlyMap<string, AttributePath>;
  /** Paths with a dot behind the URN, as Entra wrote them before 2018. */
  readonly dotted: ReadonlyMap<string, AttributePath>;
  /** Paths in extensions, without their URN. Where two extensions share a name, the first one has it. */
  readonly bare: ReadonlyMap<string, AttributePath>;
}

const namesOf = new WeakMap<ResourceType, Names>();
const rootOf = new WeakMap<ResourceType, Attribute>();
const subsOf = new WeakMap<Attribute, ReadonlyMap<string, Attribute>>();

/**
 * The attribute that a path names, whatever its letter case (RFC 7644 §3.10): `userName`, `name.familyName`,
 * `<core URN>:userName`, `<extension URN>:manager.value`, `<extension URN>` alone, and, as `isDotted` tells, with a dot
 * behind the URN. Undefined where the type has none of that name.
 */
export function resolvePath(type: ResourceType, text: string): AttributePath | undefined {
  const { canonical, dotted } = names(type);
  const key = asKey(text);
  return canonical.get(key) ?? dotted.get(key);
}

/** Whether a path is one only with a dot behind its URN, which RFC 7644 does not know (quirk `pathForms`). */
export function isDotted(type: ResourceType, text: string): boolean {
  const { canonical, dotted } = names(type);
  const key = asKey(text);
  return !canonical.has(key) && dotted.has(key);
}

/** The attribute of an extension that a path without URN names, for the quirk `extensionPaths`. */
export function pathInExtensions(type: ResourceType, text: string): AttributePath | undefined {
  return names(type).bare.get(asKey(text));
}

/** The sub-attribute of that name, whatever its letter case. */
export function resolveSub(attribute: Attribute, name: string): Attribute | undefined {
  const known = subsOf.get(attribute) ?? subsByName(attribute);
  return known.get(name) ?? known.get(asKey(name));
}

/** The path one step below: a sub-attribute, or, below an extension's URN alone, one of its attributes. */
export function subPath(path: AttributePath, name: string): AttributePath | undefined {
  const sub = resolveSub(path.attribute, name);
  return sub && below(path, sub);
}

/**
 * The complex attribute that stands for a whole resource: its sub-attributes are the type's attributes, and one for each
 * extension, named by its URN, whose sub-attributes are the extension's attributes.
 */
export function wholeResource(type: ResourceType): Attribute {
  const known =
    rootOf.get(type) ??
    grouping(type.name, type.description, [
      ...type.attributes,
      ...type.extensions.map(({ schema, required }) => ({
        ...grouping(schema.id, schema.description, schema.attributes),
        required,
      })),
    ]);
  rootOf.set(type, known);
  return known;
}

/** Whether an attribute stands for a whole extension: then its name is a URN. */
export const isExtension = (attribute: Attribute): boolean => attribute.name.includes(':');

const grouping = (name: string, description: string, subAttributes: readonly Attribute[]): Attribute => ({
  name,
  type: 'complex',
  multiValued: false,
  description,
  required: false,
  caseExact: false,
  mutability: 'readWrite',
  returned: 'default',
  uniqueness: 'none',
  subAttributes,
});

/** Attribute names and URNs are ASCII: what is not, names nothing (`toLowerCase` would turn the Kelvin sign into a k). */
const asKey = (text: string): string => (/^[\x21-\x7e]+$/.test(text) ? text.toLowerCase() : '');

/** By canonical name, which is what nearly every client writes, and by the lower-cased one. */
function subsByName(attribute: Attribute): ReadonlyMap<string, Attribute> {
  const { subAttributes } = attribute;
  const byName = new Map(subAttributes.flatMap((sub) => [sub.name, sub.name.toLowerCase()].map((name) => [name, sub])));
  subsOf.set(attribute, byName);
  return byName;
}

function below({ keys, attribute: parent }: AttributePath, attribute: Attribute): AttributePath {
  const path = { keys: [...keys, attribute.name], attribute };
  return isExtension(parent) ? path : { ...path, parent };
}

/** The attribute and its sub-attributes, each with the name it goes by below `prefix`. */
function* namesBelow(path: AttributePath, prefix = ''): Generator<[string, AttributePath]> {
  const name = prefix + path.attribute.name.toLowerCase();
  yield [name, path];
  for (const sub of path.attribute.subAttributes) yield* namesBelow(below(path, sub), `${name}.`);
}

function names(type: ResourceType): Names {
  const known = namesOf.get(type) ?? collect(type);
  namesOf.set(type, known);
  return known;
}

function collect(type: ResourceType): Names {
  const canonical = new Map<string, AttributePath>();
  const dotted = new Map<string, AttributePath>();
  const bare = new Map<string, AttributePath>();
  const add = (urn: string, name: string, path: AttributePath) => {
    canonical.set(`${urn}:${name}`, path);
    dotted.set(`${urn}.${name}`, path);
  };

  for (const attribute of wholeResource(type).subAttributes) {
    const root = { keys: [attribute.name], attribute };
    if (isExtension(attribute)) {
      const urn = attribute.name.toLowerCase();
      canonical.set(urn, root);
      for (const [name, path] of attribute.subAttributes.flatMap((sub) => [...namesBelow(below(root, sub))])) {
        add(urn, name, path);
        if (!bare.has(name)) bare.set(name, path);
      }
    } else {
      for (const [name, path] of namesBelow(root)) {
        canonical.set(name, path);
        add(type.schema.id.toLowerCase(), name, path);
      }
    }
  }
  return { canonical, dotted, bare };
}
