import { errorKinds } from '../errorKinds.ts';
import { limits } from '../limits.ts';
import type { Registry } from '../schema/registry.ts';
import type { Json, JsonObject } from '../types.ts';
import { urns } from '../urns.ts';
import { anyOf, message, reference, texts } from './schemas.ts';

const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;

/** The messages of RFC 7644 as JSON Schema: lists, errors, searches, patches and Bulk. */
export function messageSchemas({ types }: Registry): JsonObject {
  const resource = anyOf(types.map(({ name }) => name));
  const lists = types.map(({ name }) => [`${name}List`, list(reference('schemas', name))]);
  return {
    ...(Object.fromEntries(lists) as JsonObject),
    ListResponse: list(resource),
    SearchRequest: searchRequest,
    PatchOp: patchOp,
    BulkRequest: bulkRequest,
    BulkResponse: bulkResponse,
    Error: error,
  };
}

/** A page of resources (RFC 7644 §3.4.2, RFC 9865 §2). */
export const list = (item: Json): JsonObject =>
  message(urns.list, {
    totalResults: { ...count, description: 'Of all that match. Absent where counting them would cost too much' },
    startIndex: { type: 'integer', minimum: 1 },
    itemsPerPage: count,
    nextCursor: { ...text, description: 'The page after this one' },
    previousCursor: { ...text, description: 'The page before this one' },
    Resources: { type: 'array', items: item },
  });

const searchRequest = message(urns.search, {
  attributes: texts('What the answer shows'),
  excludedAttributes: texts('What the answer leaves out'),
  filter: { ...text, maxLength: limits.filterLength },
  sortBy: text,
  sortOrder: { enum: ['ascending', 'descending'], default: 'ascending' },
  startIndex: { type: 'integer', minimum: 1, default: 1 },
  count: { ...count, default: limits.defaultPageSize },
  cursor: text,
});

const patchOp = message(
  urns.patch,
  {
    Operations: {
      type: 'array',
      minItems: 1,
      maxItems: limits.patchOperations,
      description: `At most ${limits.patchMembers} member values in all of them together`,
      items: {
        type: 'object',
        properties: {
          op: { enum: ['add', 'remove', 'replace'] },
          path: { ...text, description: 'An attribute, or values of it: `emails[type eq "work"].value`' },
          value: { description: 'A value of the attribute, or, without a path, an object of attributes' },
        },
        required: ['op'],
      },
    },
  },
  'Operations',
);

const bulkRequest = message(
  urns.bulkRequest,
  {
    failOnErrors: { type: 'integer', minimum: 1, description: 'After so many errors the rest is not begun' },
    Operations: {
      type: 'array',
      maxItems: limits.bulkOperations,
      items: {
        type: 'object',
        properties: {
          method: { enum: ['POST', 'PUT', 'PATCH', 'DELETE'] },
          path: { ...text, description: '`/Users`, `/Users/{id}`, `/Users/bulkId:x`' },
          bulkId: { ...text, description: 'What other operations call the resource: `bulkId:x`' },
          version: { ...text, description: 'As If-Match' },
          data: { type: 'object' },
        },
        required: ['method', 'path'],
      },
    },
  },
  'Operations',
);

const bulkResponse = message(
  urns.bulkResponse,
  {
    Operations: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          method: text,
          bulkId: text,
          location: text,
          version: text,
          status: { ...text, pattern: '^[2-5][0-9]{2}$' },
          response: { type: 'object', description: 'An Error, or what was asked for of the resource' },
        },
        required: ['method', 'status'],
      },
    },
  },
  'Operations',
);

const scimTypes = [...new Set(errorKinds().flatMap(({ scimType }) => scimType ?? []))];

const error = message(
  urns.error,
  {
    status: { ...text, pattern: '^[45][0-9]{2}$' },
    scimType: { enum: scimTypes },
    detail: { ...text, description: 'Ends with the id of the request' },
  },
  'status',
);
