import { limits } from '../limits.ts';
import type { Registry } from '../schema/registry.ts';
import type { Json, JsonObject } from '../types.ts';
import { errorResponses } from './errors.ts';
import { messageSchemas } from './messages.ts';
import { paths } from './paths.ts';
import { resourceSchemas } from './schemas.ts';

/** The SCIM surface as an OpenAPI 3.1 document: what the registry, the limits and the catalogue of errors say. */
export const openapi = (registry: Registry, baseUrl: string): JsonObject => ({
  openapi: '3.1.1',
  jsonSchemaDialect: 'https://spec.openapis.org/oas/3.1/dialect/base',
  info: {
    title: 'Rollcall',
    version: '2.0',
    summary: 'SCIM 2.0: RFC 7643, RFC 7644, RFC 9865',
    description:
      'Identity providers keep people and groups up to date here. ' +
      `A body may have ${mebibytes(limits.userBodyBytes)} MiB, of groups and in Bulk ${mebibytes(limits.groupBodyBytes)} MiB. ` +
      'What a connection of its dialect `lenient` repairs is not shown here: this is the letter of the RFCs. ' +
      "A tenant's own schemas and resource types are at /Schemas and /ResourceTypes.",
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: baseUrl }],
  security: [{ bearer: [] }],
  tags: [...registry.types.map(({ name, description }) => ({ name, description })), ...ownTags],
  paths: paths(registry),
  components: {
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', description: 'A token of the connection (RFC 6750)' },
    },
    schemas: { ...resourceSchemas(registry), ...messageSchemas(registry) },
    responses: errorResponses(),
    parameters: parameters(),
    headers,
  },
});

const mebibytes = (bytes: number): string => String(bytes / 1_048_576);

const ownTags: Json[] = [
  { name: 'All types', description: 'Resources of all types at once' },
  { name: 'Discovery', description: 'What the server is, and what its resources are made of' },
];

const text = { type: 'string' } as const;

const query = (name: string, description: string, schema: JsonObject): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
});

const conditional = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  description,
  schema: { ...text, examples: ['W/"1"'] },
});

const key = 'A name for this Bulk, kept for 24 hours: sent again with it, it goes on where it broke off';

const parameters = (): JsonObject => ({
  id: { name: 'id', in: 'path', required: true, schema: text },
  attributes: query('attributes', 'What the answer shows: names, separated by commas', text),
  excludedAttributes: query('excludedAttributes', 'What the answer leaves out: names, separated by commas', text),
  filter: query('filter', `RFC 7644 §3.4.2.2; at most ${limits.filterTerms} terms, ${limits.filterDepth} deep`, {
    ...text,
    maxLength: limits.filterLength,
    examples: ['userName eq "bjensen@example.com"'],
  }),
  sortBy: query('sortBy', 'The attribute by which the list is put in order', text),
  sortOrder: query('sortOrder', 'RFC 7644 §3.4.2.3', { enum: ['ascending', 'descending'], default: 'ascending' }),
  startIndex: query('startIndex', 'The first of the page, beginning with 1', { type: 'integer', default: 1 }),
  count: query('count', `At most so many on the page; more than ${limits.pageSize} are never given`, {
    type: 'integer',
    default: limits.defaultPageSize,
  }),
  cursor: query('cursor', 'Empty for the first page, then what the page before said (RFC 9865)', text),
  'If-Match': conditional('If-Match', 'Only if it is that version (RFC 7644 §3.14)'),
  'If-None-Match': conditional('If-None-Match', 'Only if it is no longer that version (RFC 7644 §3.14)'),
  'Idempotency-Key': { name: 'Idempotency-Key', in: 'header', description: key, schema: { ...text, maxLength: 255 } },
});

const headers: JsonObject = {
  RequestId: { description: "The request's id in our log", schema: { ...text, format: 'uuid' } },
  ETag: { description: 'The version', schema: { ...text, examples: ['W/"1"'] } },
  Location: { description: 'Where the resource is', schema: { ...text, format: 'uri' } },
};
