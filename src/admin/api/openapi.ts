import { permissions } from '../../domain/permissions.ts';
import { batchSize } from './batch.ts';
import { components, type Components } from './components.ts';
import { confirmation, dryRunOf } from './confirm.ts';
import { statuses } from './problems.ts';
import type { Answered, Route } from './route.ts';
import { choice, integer, list, named, object, text, type Schema } from './schema.ts';

type Part = Readonly<Record<string, unknown>>;

/** What every refusal is (RFC 9457). */
const problemSchema = named(
  'Problem',
  object(
    {
      type: text({ format: 'uri', examples: ['urn:rollcall:problem:unknown'] }),
      title: text({ description: 'The name of the status' }),
      status: integer(),
      detail: text({
        description: 'What is wrong and what to do, in the language of `Accept-Language`: French or English',
      }),
      code: choice(Object.keys(statuses), { description: 'What is wrong, in a word that programs can rely on' }),
      requestId: text({ format: 'uuid', description: "The request's id in our log" }),
    },
    {
      errors: list(
        object({
          path: text({ description: 'A JSON Pointer into the request', examples: ['/body/name'] }),
          message: text(),
        }),
        { description: 'Everything that is wrong with the request' },
      ),
    },
  ),
);

const exampleProblem = {
  type: 'urn:rollcall:problem:not-allowed',
  title: 'Forbidden',
  status: 403,
  detail: "This needs the permission 'roles.manage': ask somebody who may give it",
  code: 'not-allowed',
  requestId: '0c1d6d3e-6a5e-4a1b-8c55-5b3b1f6f7a10',
};

const description =
  'An organization is administered here: its people, teams, roles, licenses and entities, its settings and what was. ' +
  'Whatever is refused is answered as a problem (RFC 9457). A request may have 1 MiB, a batch 8 MiB; ' +
  `\`POST /batch\` does up to ${batchSize.toLocaleString('en')} things at once. What has a version shows it as \`ETag\`, ` +
  'and changes only at that version where `If-Match` names it. What destroys tells its effects first, and is done when it ' +
  'is sent again with the `confirmation` that it gave. Each operation names the permission that it needs.';

/** The admin API as an OpenAPI 3.1 document: what the table of routes says. */
export function openapiOf(routes: readonly Route[], baseUrl: string): Part {
  const shared = components();
  const paths = pathsOf(routes, shared);
  const problem = shared.refer(problemSchema);
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://spec.openapis.org/oas/3.1/dialect/base',
    info: {
      title: 'Rollcall: administration',
      version: '1.0',
      description,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: baseUrl }],
    security: [{ key: [] }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: `A key of this API, \`rck_…\`. What it may be allowed: ${Object.entries(permissions)
            .map(([name, meaning]) => `\`${name}\` (${meaning})`)
            .join('; ')}.`,
        },
      },
      schemas: shared.schemas(),
      responses: {
        Problem: {
          description: 'It is refused, and nothing has happened',
          content: { 'application/problem+json': { schema: problem, example: exampleProblem } },
        },
      },
      parameters: {
        'If-Match': {
          name: 'If-Match',
          in: 'header',
          description: 'Only if it is that version, else 412 (RFC 9110 §13.1.1)',
          schema: { type: 'string', examples: ['"3"'] },
        },
      },
      headers: {
        ETag: { description: 'The version', schema: { type: 'string', examples: ['"3"'] } },
        Location: { description: 'Where it is', schema: { type: 'string', format: 'uri-reference' } },
        'X-Request-Id': { description: "The request's id in our log", schema: { type: 'string', format: 'uuid' } },
      },
    },
  };
}

function pathsOf(routes: readonly Route[], shared: Components): Part {
  const paths: Record<string, Record<string, Part>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, shared);
  return paths;
}

/** The part of the API that a route belongs to: the first word of its address. */
const tagOf = ({ path }: Route): string => path.split('/')[1] ?? '';

function operation(route: Route, shared: Components): Part {
  const { permission, summary, description: more } = route;
  const parameters = [...inPath(route, shared), ...inQuery(route, shared), ...ifMatch(route)];
  return {
    operationId: operationId(route),
    tags: [tagOf(route)],
    summary,
    description: [more, demand(permission)].filter((part) => part !== undefined).join(' '),
    ...(permission === 'open'
      ? { security: [] }
      : { security: [{ key: permission === 'any-key' ? [] : [permission] }] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: shared.refer(route.body) } } },
    }),
    responses: { ...responses(route, shared), default: { $ref: '#/components/responses/Problem' } },
  };
}

function demand(permission: Route['permission']): string {
  if (permission === 'open') return 'Needs no key.';
  return permission === 'any-key' ? 'Any key may.' : `Needs \`${permission}\`.`;
}

/** `getUsersIdTeams`: unique, as method and address together are. */
const operationId = ({ method, path }: Route): string =>
  method.toLowerCase() + path.replace(/[^A-Za-z\d]+(.)?/g, (_, next: string | undefined) => (next ?? '').toUpperCase());

const inPath = ({ path, params }: Route, shared: Components): Part[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...parameter(params[name] ?? text({ description: 'Its id' }), shared),
  }));

const inQuery = ({ query, effects }: Route, shared: Components): Part[] =>
  Object.entries({ ...query, ...(effects && { confirmation }) }).map(([name, schema]) => ({
    name,
    in: 'query',
    ...parameter(schema, shared),
  }));

/** A parameter says itself what it is, its schema no more. */
const parameter = ({ description: what, ...schema }: Schema, shared: Components): Part => ({
  ...(what !== undefined && { description: what }),
  schema: shared.refer(schema),
});

const ifMatch = ({ method }: Route): Part[] =>
  method === 'PUT' || method === 'PATCH' || method === 'DELETE' ? [{ $ref: '#/components/parameters/If-Match' }] : [];

function responses({ answers, effects }: Route, shared: Components): Part {
  const all: Readonly<Record<string, Answered>> = effects
    ? { ...answers, 200: withDryRun(effects.schema, answers[200]) }
    : answers;
  return Object.fromEntries(
    Object.entries(all).map(([status, answer]): [string, Part] => [status, response(answer, shared)]),
  );
}

/** What destroys answers 200 first; and again when it is done, where it tells something then. */
const withDryRun = (effects: Schema, done: Answered | undefined): Answered => ({
  description: `Nothing is done yet: what it would do${done ? `; with its confirmation: ${done.description}` : ''}`,
  schema: done?.schema ? { anyOf: [dryRunOf(effects), done.schema] } : dryRunOf(effects),
  ...(done && { example: done.example }),
});

const headers = Object.fromEntries(
  ['X-Request-Id', 'ETag', 'Location'].map((name) => [name, { $ref: `#/components/headers/${name}` }]),
);

const response = ({ description: what, schema, example, rows }: Answered, shared: Components): Part => ({
  description: what,
  headers,
  ...(schema && { content: rows ? asRows(schema, example, shared) : asJson(schema, example, shared) }),
});

const asJson = (schema: Schema, example: unknown, shared: Components): Part => ({
  'application/json': { schema: shared.refer(schema), ...(example !== undefined && { example }) },
});

const asRows = (schema: Schema, example: unknown, shared: Components): Part => ({
  'application/x-ndjson': { schema: shared.refer(schema), ...(example !== undefined && { example }) },
  'text/csv': { schema: { type: 'string', description: 'The same members as columns (RFC 4180), with their names' } },
});
