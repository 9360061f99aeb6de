import type { Projection } from './projection.ts';
import { wholeResource } from './schema/path.ts';
import type { Attribute, ResourceType } from './schema/types.ts';
import type { Resource, Stored } from './types.ts';
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
    if (value !== undefined && !isServers(attribute)) resource[attribute.name] = value;
  }
  resource.meta = {
    resourceType: type.name,
    created: stored.created.toISOString(),
    lastModified: stored.lastModified.toISOString(),
    location: location(type, stored.id, baseUrl),
    version: etag(stored.version),
  };
  return projection.project(resource, baseUrl);
}

/** What this file says of every resource, whatever is stored. */
const isServers = ({ name }: Attribute): boolean => name === 'schemas' || name === 'id' || name === 'meta';

const schemasOf = (type: ResourceType, attributes: Resource): string[] => [
  type.schema.id,
  ...type.extensions.map(({ schema }) => schema.id).filter((id) => Object.hasOwn(attributes, id)),
];
