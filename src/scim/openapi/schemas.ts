import { limits } from '../limits.ts';
import type { Registry } from '../schema/registry.ts';
import type { Attribute, ResourceType, Schema } from '../schema/types.ts';
import { asReadOnly } from '../schemaViews.ts';
import type { Json, JsonObject } from '../types.ts';

/** A reference to a part of the document. */
export const reference = (section: 'schemas' | 'responses' | 'parameters' | 'headers', name: string): JsonObject => ({
  $ref: `#/components/${section}/${name}`,
});

/** The name that a SCIM schema has among the document's: `extension-enterprise-2.0-User`. */
export const componentOf = ({ id }: Pick<Schema, 'id'>): string =>
  id.replace('urn:ietf:params:scim:schemas:', '').replaceAll(/[^A-Za-z0-9._-]/g, '-');

/** The resources of a registry as JSON Schema (2020-12), and the schemas that are not a resource's own: extensions. */
export function resourceSchemas({ types, schemas }: Registry): JsonObject {
  const parts = schemas.filter((schema) => !types.some((type) => type.schema === schema));
  return {
    ...Object.fromEntries(types.map((type) => [type.name, resourceOf(type)])),
    ...Object.fromEntries(parts.map((schema) => [componentOf(schema), schemaOf(schema)])),
  };
}

function resourceOf(type: ResourceType): JsonObject {
  const { id, name, schema, extensions, access } = type;
  const attributes = access === 'readOnly' ? type.attributes.map(asReadOnly) : type.attributes;
  const extended = extensions.map((each) => [each.schema.id, reference('schemas', componentOf(each.schema))]);
  return {
    title: id,
    description: type.description,
    type: 'object',
    properties: {
      ...properties(attributes),
      schemas: { ...texts(`The schemas of this ${name}`), contains: { const: schema.id } },
      ...(Object.fromEntries(extended) as JsonObject),
    },
    required: ['schemas'],
  };
}

const schemaOf = ({ name, description, attributes }: Schema): JsonObject => ({
  title: name,
  description,
  type: 'object',
  properties: properties(attributes),
});

const properties = (attributes: readonly Attribute[]): JsonObject =>
  Object.fromEntries(attributes.map((attribute) => [attribute.name, attributeOf(attribute)]));

function attributeOf(attribute: Attribute): JsonObject {
  const { description, mutability, returned } = attribute;
  const notes = {
    description,
    ...(mutability === 'readOnly' && { readOnly: true }),
    ...((mutability === 'writeOnly' || returned === 'never') && { writeOnly: true }),
  };
  return attribute.multiValued
    ? { type: 'array', items: valueOf(attribute), ...notes }
    : { ...valueOf(attribute), ...notes };
}

/** One value of an attribute. */
function valueOf({ type, subAttributes, canonicalValues }: Attribute): JsonObject {
  if (type === 'complex') return { type: 'object', properties: properties(subAttributes) };
  return { ...simple[type], ...(canonicalValues && { examples: [...canonicalValues] }) };
}

const simple: Readonly<Record<Exclude<Attribute['type'], 'complex'>, JsonObject>> = {
  string: { type: 'string', maxLength: limits.stringLength },
  reference: { type: 'string', format: 'uri-reference', maxLength: limits.stringLength },
  binary: { type: 'string', contentEncoding: 'base64' },
  dateTime: { type: 'string', format: 'date-time' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  decimal: { type: 'number' },
};

/** A list of texts. */
export const texts = (description: string): JsonObject => ({ type: 'array', items: { type: 'string' }, description });

/** An object whose `schemas` is that message's URN. */
export const message = (urn: string, parts: JsonObject, ...required: string[]): JsonObject => ({
  type: 'object',
  properties: { schemas: { type: 'array', items: { type: 'string' }, contains: { const: urn } }, ...parts },
  required: ['schemas', ...required],
});

/** One of several schemas by name. */
export const anyOf = (names: readonly string[]): Json => ({ anyOf: names.map((name) => reference('schemas', name)) });
