import { forbidden, notFound } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Registry } from '../schema/registry.ts';
import type { Attribute, ResourceType, Schema } from '../schema/types.ts';
import type { Json, JsonObject, ScimRequest, ScimResponse } from '../types.ts';
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
  const shown = new WeakMap<Registry, Shown>();

  return (registry, { path, query }) => {
    const { schemas, types } = shown.get(registry) ?? show(registry, baseUrl);
    shown.set(registry, { schemas, types });
    const [endpoint = '', id, ...deeper] = path;
    if (Object.hasOwn(query, 'filter')) throw forbidden(`'/${endpoint}' cannot be filtered`);
    if (deeper.length > 0) throw notFound(`'/${path.join('/')}' does not exist`);
    if (endpoint === 'Schemas') return ok(listOrOne(endpoint, schemas, id));
    if (endpoint === 'ResourceTypes') return ok(listOrOne(endpoint, types, id));
    if (endpoint === 'ServiceProviderConfig' && id === undefined) return ok(config);
    throw notFound(`'/${path.join('/')}' does not exist`);
  };
}

/** What a registry holds, as it is answered, by its id. */
interface Shown {
  readonly schemas: ReadonlyMap<string, JsonObject>;
  readonly types: ReadonlyMap<string, JsonObject>;
}

const show = (registry: Registry, baseUrl: string): Shown => ({
  schemas: byId(registry.schemas, (schema) => schemaResource(schema, baseUrl)),
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
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: limits.pageSize },
    changePassword: { supported: true },
    sort: { supported: true },
    etag: { supported: true },
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
