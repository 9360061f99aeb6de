import type { Projection } from './projection.ts';
import { wholeResource } from './schema/path.ts';
import type { ResourceType } from './schema/types.ts';
import type { Chunks, Json, Resource, Stored } from './types.ts';
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
  const resource: Resource = {};
  const show = (name: string, value: Json | Chunks<Json> | undefined): void => {
    const shown = value === undefined ? undefined : projection.show(name, value, baseUrl);
    if (shown !== undefined) resource[name] = shown;
  };
  show('schemas', schemasOf(type, attributes));
  show('id', stored.id);
  for (const name of storedNames(type)) show(name, Object.hasOwn(attributes, name) ? attributes[name] : undefined);
  show('meta', {
    resourceType: type.name,
    created: stored.created.toISOString(),
    lastModified: stored.lastModified.toISOString(),
    location: location(type, stored.id, baseUrl),
    version: etag(stored.version),
  });
  return resource;
}

/** What this file says of every resource, whatever is stored. */
const servers = new Set(['schemas', 'id', 'meta']);

const namesOf = new WeakMap<ResourceType, readonly string[]>();

/** The attributes that a resource may be stored with, in their schemas' order. */
function storedNames(type: ResourceType): readonly string[] {
  const known =
    namesOf.get(type) ??
    wholeResource(type)
      .subAttributes.map(({ name }) => name)
      .filter((name) => !servers.has(name));
  namesOf.set(type, known);
  return known;
}

const schemasOf = (type: ResourceType, attributes: Resource): string[] => [
  type.schema.id,
  ...type.extensions.map(({ schema }) => schema.id).filter((id) => Object.hasOwn(attributes, id)),
];
