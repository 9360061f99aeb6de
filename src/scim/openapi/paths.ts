import { limits } from '../limits.ts';
import { membersOf } from '../patch/delta.ts';
import type { Registry } from '../schema/registry.ts';
import type { ResourceType } from '../schema/types.ts';
import type { Json, JsonObject } from '../types.ts';
import { refusedWith } from './errors.ts';
import type { RefusalStatus } from './errors.ts';
import { bulkExample, patchExample, resourceExample, searchExample } from './examples.ts';
import { list } from './messages.ts';
import { componentOf, reference } from './schemas.ts';

/** Every address that the protocol answers, below its base, with the methods of each. */
export function paths(registry: Registry): JsonObject {
  const { types } = registry;
  return {
    ...Object.assign({}, ...types.map(resourcePaths)),
    '/.search': { post: searching('All resources', 'search', 'ListResponse', types) },
    '/Bulk': { post: bulk(types) },
    '/Me': me(types),
    ...discoveryPaths(registry),
  } as JsonObject;
}

const json = (schema: Json, example?: Json): JsonObject => ({
  'application/scim+json': { schema, ...(example !== undefined && { example }) },
});

const given = (schema: Json, example: Json): JsonObject => ({ required: true, content: json(schema, example) });

const answered = (description: string, schema: Json, ...headers: readonly string[]): JsonObject => ({
  description,
  headers: Object.fromEntries([['X-Request-Id', 'RequestId'], ...headers.map((name) => [name, name])].map(named)),
  content: json(schema),
});

const named = ([header = '', name = '']: readonly string[]): [string, Json] => [header, reference('headers', name)];

const parameters = (...names: readonly string[]): Json[] => names.map((name) => reference('parameters', name));

const shown = ['attributes', 'excludedAttributes'] as const;
const queried = [...shown, 'filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'] as const;

/** What may go wrong with any body. */
const ofBody = [400, 408, 413, 415] as const satisfies readonly RefusalStatus[];

function resourcePaths(type: ResourceType): JsonObject {
  const { name, endpoint } = type;
  const { get, ...writing } = single(type, name);
  return {
    [endpoint]: { get: querying(type), ...(isOpen(type) && { post: creating(type) }) },
    [`${endpoint}/.search`]: { post: searching(`${name} resources`, `search${many(type)}`, `${name}List`, [type]) },
    [`${endpoint}/{id}`]: { parameters: parameters('id'), get, ...(isOpen(type) && writing) },
  };
}

const isOpen = ({ access }: ResourceType): boolean => access === 'readWrite';

/** What several resources of a type are called: `Users`. */
const many = ({ endpoint }: ResourceType): string => endpoint.slice(1);

const querying = (type: ResourceType): JsonObject => ({
  operationId: `list${many(type)}`,
  tags: [type.name],
  summary: `List or search ${type.name} resources (RFC 7644 §3.4.2, RFC 9865)`,
  parameters: parameters(...queried),
  responses: { '200': answered('A page', reference('schemas', `${type.name}List`)), ...refusedWith(400) },
});

const creating = (type: ResourceType): JsonObject => ({
  operationId: `create${type.name}`,
  tags: [type.name],
  summary: `Create a ${type.name} (RFC 7644 §3.3)`,
  ...(membersOf(type) && { description: `With at most ${limits.groupMembers.toLocaleString('en')} members.` }),
  parameters: parameters(...shown),
  requestBody: given(writable(type), resourceExample(type)),
  responses: {
    '201': answered('Created', reference('schemas', type.name), 'ETag', 'Location'),
    ...refusedWith(...ofBody, 409),
  },
});

const searching = (what: string, id: string, answer: string, types: readonly ResourceType[]): JsonObject => ({
  operationId: id,
  tags: [types.length === 1 ? (types[0]?.name ?? '') : 'All types'],
  summary: `Search ${what} (RFC 7644 §3.4.3)`,
  requestBody: given(reference('schemas', 'SearchRequest'), searchExample(types)),
  responses: { '200': answered('A page', reference('schemas', answer)), ...refusedWith(...ofBody) },
});

/** What can be done with one resource, by its id or as oneself. */
function single(type: ResourceType, who: string) {
  const schema = reference('schemas', type.name);
  const common = { tags: [type.name] };
  const whom = who === 'Me' ? 'the user that the token stands for' : `a ${type.name}`;
  const changed = answered('As it is now', schema, 'ETag', 'Location');
  return {
    get: {
      ...common,
      operationId: `read${who}`,
      summary: `Read ${whom} (RFC 7644 §3.4.1)`,
      parameters: parameters(...shown, 'If-None-Match'),
      responses: {
        '200': answered(type.description, schema, 'ETag', 'Location'),
        '304': { description: 'Still the version of If-None-Match' },
        ...refusedWith(400, 404),
      },
    },
    put: {
      ...common,
      operationId: `replace${who}`,
      summary: `Replace ${whom} (RFC 7644 §3.5.1)`,
      parameters: parameters(...shown, 'If-Match'),
      requestBody: given(writable(type), resourceExample(type)),
      responses: { '200': changed, ...refusedWith(...ofBody, 404, 409, 412) },
    },
    patch: {
      ...common,
      operationId: `patch${who}`,
      summary: `Change ${whom} (RFC 7644 §3.5.2)`,
      parameters: parameters(...shown, 'If-Match'),
      requestBody: given(reference('schemas', 'PatchOp'), patchExample(type)),
      responses: {
        '200': changed,
        // A type with members is shown only to those who ask for attributes.
        ...(membersOf(type) && { '204': { description: 'Changed, where no attributes are asked for' } }),
        ...refusedWith(...ofBody, 404, 409, 412),
      },
    },
    delete: {
      ...common,
      operationId: `delete${who}`,
      summary: `Delete ${whom} (RFC 7644 §3.6)`,
      parameters: parameters('If-Match'),
      responses: { '204': { description: 'Deleted' }, ...refusedWith(404, 409, 412) },
    },
  };
}

/** A resource as a client sends it: with what names it. */
const writable = (type: ResourceType): JsonObject => ({
  allOf: [reference('schemas', type.name), { required: [type.nameAttribute.name] }],
});

const bulk = (types: readonly ResourceType[]): JsonObject => ({
  operationId: 'bulk',
  tags: ['All types'],
  summary: 'Many operations in one request (RFC 7644 §3.7)',
  parameters: parameters('Idempotency-Key'),
  requestBody: given(reference('schemas', 'BulkRequest'), bulkExample(types.filter(isOpen))),
  responses: {
    '200': answered('What became of each', reference('schemas', 'BulkResponse')),
    ...refusedWith(...ofBody, 409),
  },
});

/** The user that the token stands for. */
function me(types: readonly ResourceType[]): JsonObject {
  const user = types.find(({ name }) => name === 'User');
  if (!user) return {};
  const methods = Object.entries(single(user, 'Me')) as [string, JsonObject][];
  return Object.fromEntries(
    methods.map(([method, operation]) => [method, { ...operation, ...withRefusal(operation, 501) }]),
  );
}

const withRefusal = ({ responses }: JsonObject, status: RefusalStatus): JsonObject => ({
  responses: { ...(responses as JsonObject), ...refusedWith(status) },
});

function discoveryPaths({ schemas }: Registry): JsonObject {
  const places = ['ServiceProviderConfig', 'ResourceTypes', 'Schemas'].map((place): [string, JsonObject] => {
    const schema = schemas.find(({ id }) => id.endsWith(`:2.0:${place.replace(/s$/, '')}`));
    return [place, schema ? reference('schemas', componentOf(schema)) : {}];
  });
  return Object.fromEntries(
    places.flatMap(([place, schema]) =>
      place === 'ServiceProviderConfig'
        ? [[`/${place}`, { get: discovering(place, place, schema) }]]
        : [
            [`/${place}`, { get: discovering(place, place, list(schema)) }],
            [
              `/${place}/{id}`,
              { parameters: parameters('id'), get: discovering(place, place.replace(/s$/, ''), schema, 404) },
            ],
          ],
    ),
  );
}

const discovering = (place: string, id: string, schema: Json, ...statuses: readonly RefusalStatus[]): JsonObject => ({
  operationId: `get${id}`,
  tags: ['Discovery'],
  summary: `${place} (RFC 7644 §4)`,
  responses: { '200': answered('What the server is and has', schema), ...refusedWith(...statuses) },
});
