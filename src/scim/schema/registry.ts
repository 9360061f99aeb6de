import type { Json } from '../types.ts';
import { readSchema, readType } from './definition.ts';
import type { AttributeDefinition, SchemaDefinition, TenantDefinition, TypeDefinition } from './definition.ts';
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
  const all = schemas.map((file) => toSchema(readSchema(file)));
  const known = byId(all);
  const common = known.get(commonSchema.toLowerCase());
  if (!common) throw new Error(`Schema '${commonSchema}' is missing`);
  return made(
    all.filter((schema) => schema !== common),
    resourceTypes.map((file) => toType(readType(file), known, common.attributes)),
  );
}

/**
 * What a tenant has: what everybody has, and the schemas that it made itself. The same object where it made none.
 *
 * @throws Error where a definition contradicts another
 */
export function extended(base: Registry, definitions: readonly TenantDefinition[]): Registry {
  if (definitions.length === 0) return base;
  const own = definitions.map((definition): Schema => ({ ...toSchema(definition), madeBy: 'tenant' }));
  const schemas = [...base.schemas, ...own];
  const known = byId(schemas);
  const extensionsOf = (name: string) =>
    definitions.flatMap((definition) =>
      'extends' in definition && definition.extends === name ? [{ schema: definition.id, required: false }] : [],
    );
  const types = definitions.flatMap((definition) =>
    'resourceType' in definition ? [ownType(definition, extensionsOf(definition.resourceType.name))] : [],
  );
  const common = commonOf(base);
  return made(schemas, [
    // Copies: the places of a tenant's types are known beside its own types alone.
    ...base.types.map((type) => ({
      ...type,
      extensions: [
        ...type.extensions,
        ...extensionsOf(type.name).map(({ schema, required }) => ({ schema: schemaIn(known, schema, type), required })),
      ],
    })),
    ...types.map((type) => toType(type, known, common)),
  ]);
}

const ownType = (
  {
    id,
    resourceType,
  }: SchemaDefinition & { readonly resourceType: Pick<TypeDefinition, 'name' | 'description' | 'endpoint'> },
  schemaExtensions: TypeDefinition['schemaExtensions'],
): TypeDefinition => ({ ...resourceType, id: resourceType.name, schema: id, schemaExtensions });

/** The attributes that each type has before those of its schema. */
function commonOf({ types }: Registry): readonly Attribute[] {
  const [type] = types;
  return type ? type.attributes.filter((attribute) => !type.schema.attributes.includes(attribute)) : [];
}

function made(schemas: readonly Schema[], types: readonly ResourceType[]): Registry {
  const named = byKey('Type', types, (type) => type.name);
  const placed = byKey('Endpoint', types, (type) => type.endpoint.slice(1));
  const places = new Map(types.map((type) => [type.name, type.endpoint]));
  for (const type of types) endpoints.set(type, places);

  return {
    schemas,
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

const byId = (schemas: readonly Schema[]): ReadonlyMap<string, Schema> =>
  byKey('Schema', schemas, (schema) => schema.id.toLowerCase());

function toSchema({ id, name, description, attributes }: SchemaDefinition): Schema {
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

/** The schema of that URN, as a type may have it. */
function schemaIn(known: ReadonlyMap<string, Schema>, id: string, { name }: { readonly name: string }): Schema {
  const schema = known.get(id.toLowerCase());
  if (!schema) throw new Error(`Type '${name}' names schema '${id}', which is not there`);
  requireFlat(schema, `Type '${name}'`);
  return schema;
}

function toType(file: TypeDefinition, known: ReadonlyMap<string, Schema>, common: readonly Attribute[]): ResourceType {
  const where = `Type '${file.name}'`;
  const schema = schemaIn(known, file.schema, file);
  const extensions = file.schemaExtensions.map(({ schema: id, required }) => ({
    schema: schemaIn(known, id, file),
    required,
  }));
  byKey(`${where}: schema`, [schema, ...extensions.map((extension) => extension.schema)], ({ id }) => id);

  const attributes = [...common, ...schema.attributes];
  requireDistinct(attributes, where);
  const [nameAttribute, ...others] = schema.attributes.filter(isName);
  if (!nameAttribute || others.length > 0) {
    throw new Error(`${where} needs exactly one required attribute with uniqueness 'server' that ignores case`);
  }
  const { id, name, description, endpoint, access = 'readWrite' } = file;
  return { id, name, description, endpoint, access, schema, extensions, attributes, nameAttribute };
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
