import { forbidden, notFound } from '../errors.ts';
import { conforms } from '../interop.ts';
import { limits } from '../limits.ts';
import type { Registry } from '../schema/registry.ts';
import type { Attribute, ResourceType, Schema } from '../schema/types.ts';
import { schemasShown } from '../schemaViews.ts';
import type { Caller, Json, JsonObject, ScimRequest, ScimResponse } from '../types.ts';
import { urns } from '../urns.ts';

/** The first path segments that `discovery` answers (RFC 7644 §4). */
export const discoveryEndpoints = ['ServiceProviderConfig', 'Schemas', 'ResourceTypes'] as const;

/**
 * Answers what the server is, and what its resources are made of (RFC 7644 §4). Query parameters are ignored.
 *
 * @throws forbidden where a filter is asked for; notFound where there is nothing of that name.
 */
export function discovery(baseUrl: string): (registry: Registry, request: ScimRequest) => ScimResponse {
  const config = serviceProviderConfig(baseUrl);
  const shown = new WeakMap<Registry, Map<string, Shown>>();

  /** What a registry holds, made once for each way of showing it. */
  const showing = (registry: Registry, { options }: Caller): Shown => {
    const ways = shown.get(registry) ?? new Map<string, Shown>();
    shown.set(registry, ways);
    const way = [...options].sort().join();
    const made = ways.get(way) ?? show(registry, schemasShown(registry, options), baseUrl);
    ways.set(way, made);
    return made;
  };

  return (registry, { path, query, caller }) => {
    const { schemas, types } = showing(registry, caller);
    const [endpoint = '', id, ...deeper] = path;
    if (Object.hasOwn(query, 'filter')) throw forbidden(`'/${endpoint}' cannot be filtered`);
    if (deeper.length > 0) throw notFound(`'/${path.join('/')}' does not exist`);
    if (endpoint === 'Schemas') return ok(listOrOne(endpoint, schemas, id));
    if (endpoint === 'ResourceTypes') return ok(listOrOne(endpoint, types, id));
    if (endpoint === 'ServiceProviderConfig' && id === undefined) {
      // Strict clients refuse a key that they do not know.
      if (!caller.options.has('interop')) return ok(config);
      return ok({ ...config, interopProfileConformant: conforms(caller, registry, baseUrl) });
    }
    throw notFound(`'/${path.join('/')}' does not exist`);
  };
}

/** What a registry holds, as it is answered, by its id. */
interface Shown {
  readonly schemas: ReadonlyMap<string, JsonObject>;
  readonly types: ReadonlyMap<string, JsonObject>;
}

const show = (registry: Registry, schemas: readonly Schema[], baseUrl: string): Shown => ({
  schemas: byId(schemas, (schema) => schemaResource(schema, baseUrl)),
  types: byId(registry.types, (type) => typeResource(type, baseUrl)),
});

const ok = (body: JsonObject): ScimResponse => ({ status: 200, headers: {}, body });

/** By lower-cased id: URNs ignore letter case, and no two types differ by it alone. */
const byId = <T extends { readonly id: string }>(items: readonly T[], show: (item: T) => JsonObject) =>
  new Map(items.map((item) => [item.id.toLowerCase(), show(item)]));

function listOrOne(endpoint: string, resources: ReadonlyMap<string, JsonObject>, id: string | undefined): JsonObject {
  if (id === undefined) return list([...resources.values()]);
  const found = resources.get(id.toLowerCase());
  if (!found) throw notFound(`'/${endpoint}/${id}' does not exist`);
  return found;
}

const list = (resources: JsonObject[]): JsonObject => ({
  schemas: [urns.list],
  totalResults: resources.length,
  startIndex: 1,
  itemsPerPage: resources.length,
  Resources: resources,
});

/** What the server can do (RFC 7643 §5). The numbers are those it keeps. */
function serviceProviderConfig(baseUrl: string): JsonObject {
  return {
    schemas: [urns.serviceProviderConfig],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: limits.bulkOperations, maxPayloadSize: limits.bulkBodyBytes },
    filter: { supported: true, maxResults: limits.pageSize },
    changePassword: { supported: true },
    sort: { supported: true },
    etag: { supported: true },
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: limits.defaultPageSize,
      maxPageSize: limits.pageSize,
      cursorTimeout: limits.cursorSeconds,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A token of the connection, in the Authorization header of every request',
        specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
        documentationUri: 'https://www.rfc-editor.org/rfc/rfc7644#section-2',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

/** A schema as RFC 7643 §7 shows it. */
const schemaResource = ({ id, name, description, attributes }: Schema, baseUrl: string): JsonObject => ({
  schemas: [urns.schema],
  id,
  name,
  description,
  attributes: attributes.map(attributeResource),
  meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
});

function attributeResource({ subAttributes, canonicalValues, referenceTypes, ...characteristics }: Attribute): Json {
  return {
    ...characteristics,
    ...(canonicalValues && { canonicalValues: [...canonicalValues] }),
    ...(referenceTypes && { referenceTypes: [...referenceTypes] }),
    ...(subAttributes.length > 0 && { subAttributes: subAttributes.map(attributeResource) }),
  };
}

/** A resource type as RFC 7643 §6 shows it. */
const typeResource = (type: ResourceType, baseUrl: string): JsonObject => ({
  schemas: [urns.resourceType],
  id: type.id,
  name: type.name,
  description: type.description,
  endpoint: type.endpoint,
  schema: type.schema.id,
  schemaExtensions: type.extensions.map(({ schema, required }) => ({ schema: schema.id, required })),
  meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${type.id}` },
});
