import { isChunks } from './projection.ts';
import type { Projection } from './projection.ts';
import { isExtension, wholeResource } from './schema/path.ts';
import { endpointsBeside } from './schema/registry.ts';
import type { Attribute, ResourceType } from './schema/types.ts';
import type { Chunks, Json, JsonObject, Resource, Stored } from './types.ts';
import { etag } from './version.ts';

/** Where a resource is served (RFC 7644 §3.1). `baseUrl` ends without a slash. */
export const location = (type: ResourceType, id: string, baseUrl: string): string =>
  `${baseUrl}${type.endpoint}/${encodeURIComponent(id)}`;

/**
 * A resource as an answer shows it (RFC 7643 §3): `schemas`, `id`, `externalId`, the attributes in their schema's order,
 * extensions, `meta` last; with the `$ref` of each value that refers to a resource; cut to the projection.
 */
export function present(type: ResourceType, stored: Stored, baseUrl: string, projection: Projection): Resource {
  const { attributes } = stored;
  const resource: Resource = { schemas: schemasOf(type, attributes), id: stored.id };
  for (const attribute of wholeResource(type).subAttributes) {
    const value = Object.hasOwn(attributes, attribute.name) ? attributes[attribute.name] : undefined;
    if (value !== undefined && !isServers(attribute)) resource[attribute.name] = refer(type, attribute, value, baseUrl);
  }
  resource.meta = {
    resourceType: type.name,
    created: stored.created.toISOString(),
    lastModified: stored.lastModified.toISOString(),
    location: location(type, stored.id, baseUrl),
    version: etag(stored.version),
  };
  return projection.project(resource);
}

/** What this file says of every resource, whatever is stored. */
const isServers = ({ name }: Attribute): boolean => name === 'schemas' || name === 'id' || name === 'meta';

const schemasOf = (type: ResourceType, attributes: Resource): string[] => [
  type.schema.id,
  ...type.extensions.map(({ schema }) => schema.id).filter((id) => Object.hasOwn(attributes, id)),
];

/** A value with the `$ref` of each reference in it, as it comes. */
function refer(
  type: ResourceType,
  attribute: Attribute,
  value: Json | Chunks<Json>,
  baseUrl: string,
): Json | Chunks<Json> {
  return isChunks(value) ? referChunks(type, attribute, value, baseUrl) : referValue(type, attribute, value, baseUrl);
}

async function* referChunks(
  type: ResourceType,
  attribute: Attribute,
  chunks: Chunks<Json>,
  baseUrl: string,
): AsyncGenerator<readonly Json[]> {
  for await (const chunk of chunks) yield chunk.map((element) => referValue(type, attribute, element, baseUrl));
}

function referValue(type: ResourceType, attribute: Attribute, value: Json, baseUrl: string): Json {
  if (attribute.type !== 'complex' || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((element) => referValue(type, attribute, element, baseUrl));
  return isExtension(attribute)
    ? referExtension(type, attribute, value, baseUrl)
    : withReference(type, attribute, value, baseUrl);
}

function referExtension(type: ResourceType, extension: Attribute, object: JsonObject, baseUrl: string): JsonObject {
  const referred: JsonObject = {};
  for (const attribute of extension.subAttributes) {
    const value = Object.hasOwn(object, attribute.name) ? object[attribute.name] : undefined;
    if (value !== undefined) referred[attribute.name] = referValue(type, attribute, value, baseUrl);
  }
  return referred;
}

/** Points at the resource that `value` names: of the type that `type` says, where it may be one of several. */
function withReference(type: ResourceType, attribute: Attribute, element: JsonObject, baseUrl: string): JsonObject {
  const targets = attribute.subAttributes.find(({ name }) => name === '$ref')?.referenceTypes;
  const { value, type: kind } = element;
  if (!targets || typeof value !== 'string') return element;
  const target = targets.find((name) => name === kind) ?? targets[0] ?? '';
  const endpoint = endpointsBeside(type).get(target);
  if (endpoint === undefined) return element;
  const $ref = `${baseUrl}${endpoint}/${encodeURIComponent(value)}`;
  return Object.assign({ value, $ref }, element, { $ref });
}
