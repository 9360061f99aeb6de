import type { Json } from '../types.ts';
import { readSchema, readType } from './definition.ts';
import type { AttributeDefinition, TypeDefinition } from './definition.ts';
import type { Attribute, ResourceType, Schema } from './types.ts';

/** Every schema and resource type that the server knows. */
export interface Registry {
  /** What `/Schemas` serves. */
  readonly schemas: readonly Schema[];
  readonly types: readonly ResourceType[];
  /** The type served at that path segment (`Users`). */
  typeAt(endpointSegment: string): ResourceType | undefined;
  typeNamed(name: string): ResourceType | undefined;
}

/** The schema of the attributes that every resource has (RFC 7643 §3.1). It is data like any other, but not served. */
const commonSchema = 'urn:rollcall:params:scim:schemas:core:2.0:Common';

const endpoints = new WeakMap<ResourceType, ReadonlyMap<string, string>>();

/**
 * What the schema and resource type files say, resolved. Pure: whoever calls reads the files.
 *
 * @throws Error where a file is not well formed or contradicts another: the server does not start with it.
 */
export function registry(schemas: readonly Json[], resourceTypes: readonly Json[]): Registry {
  const known = byKey('Schema', schemas.map(toSchema), (schema) => schema.id.toLowerCase());
  const common = known.get(commonSchema.toLowerCase());
  if (!common) throw new Error(`Schema '${commonSchema}' is missing`);
  const types = resourceTypes.map((file) => toType(readType(file), known, common));
  const named = byKey('Type', types, (type) => type.name);
  const placed = byKey('Endpoint', types, (type) => type.endpoint.slice(1));
  const places = new Map(types.map((type) => [type.name, type.endpoint]));
  for (const type of types) endpoints.set(type, places);

  return {
    schemas: [...known.values()].filter((schema) => schema !== common),
    types,
    typeAt: (endpointSegment) => placed.get(endpointSegment),
    typeNamed: (name) => named.get(name),
  };
}

/** The endpoint of each type of the registry that `type` belongs to, by the types' names: what references point at. */
export function endpointsBeside(type: ResourceType): ReadonlyMap<string, string> {
  return endpoints.get(type) ?? new Map([[type.name, type.endpoint]]);
}

function byKey<T>(what: string, items: readonly T[], keyOf: (item: T) => string): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (map.has(key)) throw new Error(`${what} '${key}' is defined twice`);
    map.set(key, item);
  }
  return map;
}

function toSchema(file: Json): Schema {
  const { id, name, description, attributes } = readSchema(file);
  return { id, name, description, attributes: toAttributes(attributes, `Schema '${id}'`) };
}

function toAttributes(definitions: readonly AttributeDefinition[], where: string): readonly Attribute[] {
  const attributes = definitions.map(({ subAttributes, ...attribute }) => ({
    ...attribute,
    subAttributes: toAttributes(subAttributes ?? [], `${where}, '${attribute.name}'`),
  }));
  requireDistinct(attributes, where);
  return attributes;
}

function requireDistinct(attributes: readonly Attribute[], where: string): void {
  byKey(`${where}: attribute`, attributes, (attribute) => attribute.name.toLowerCase());
}

function toType(file: TypeDefinition, known: ReadonlyMap<string, Schema>, common: Schema): ResourceType {
  const where = `Type '${file.name}'`;
  const find = (id: string): Schema => {
    const schema = known.get(id.toLowerCase());
    if (!schema) throw new Error(`${where} names schema '${id}', which is not there`);
    requireFlat(schema, where);
    return schema;
  };
  const schema = find(file.schema);
  const extensions = file.schemaExtensions.map(({ schema: id, required }) => ({ schema: find(id), required }));
  byKey(`${where}: schema`, [schema, ...extensions.map((extension) => extension.schema)], ({ id }) => id);

  const attributes = [...common.attributes, ...schema.attributes];
  requireDistinct(attributes, where);
  const [nameAttribute, ...others] = schema.attributes.filter(isName);
  if (!nameAttribute || others.length > 0) {
    throw new Error(`${where} needs exactly one required attribute with uniqueness 'server' that ignores case`);
  }
  const { id, name, description, endpoint } = file;
  return { id, name, description, endpoint, schema, extensions, attributes, nameAttribute };
}

const isName = ({ uniqueness, required, caseExact, type, multiValued }: Attribute): boolean =>
  uniqueness === 'server' && required && !caseExact && type === 'string' && !multiValued;

/** Complex attributes of resources have no complex sub-attributes (RFC 7643 §2.3.8). */
function requireFlat(schema: Schema, where: string): void {
  for (const attribute of schema.attributes) {
    const nested = attribute.subAttributes.find((sub) => sub.type === 'complex');
    if (nested) throw new Error(`${where}: '${attribute.name}.${nested.name}' is a complex sub-attribute`);
  }
}
