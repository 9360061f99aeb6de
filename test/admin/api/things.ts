import { expect } from 'chai';
import { accepted, created, done, ok, route, streamed, type Route } from '../../../src/admin/api/route.ts';
import { choice, flag, integer, list, listQuery, object, text, word } from '../../../src/admin/api/schema.ts';
import { DomainError } from '../../../src/domain/errors.ts';

const thing = object({ name: word({ maxLength: 10 }) }, { size: integer({ minimum: 1 }), tags: list(text()) });
/** What the routes below keep. */
export const things = new Map<string, { name: string; version: number }>();
const example = { name: 'One' };
const answered = { description: 'A thing', schema: object({ name: text() }), example };

/** Routes of every sort. */
export const thingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/things',
    permission: 'teams.read',
    summary: 'List things',
    query: { ...listQuery, kind: choice(['a', 'b']), deep: flag({ default: false }), only: list(text()) },
    answers: {
      200: {
        description: 'What was asked',
        schema: object({ query: object({}, {}, { additionalProperties: true }) }),
        example: { query: {} },
      },
    },
    handle: async (_, { query }) => ok({ query }),
  }),
  route({
    method: 'POST',
    path: '/things',
    permission: 'teams.manage',
    summary: 'Make a thing',
    body: thing,
    answers: { 201: answered },
    async handle(_, { body: { name } }) {
      if (things.has(name)) throw new DomainError({ rule: 'name-taken', type: 'Thing', name });
      things.set(name, { name, version: 1 });
      return created(`/things/${name}`, { name }, 1);
    },
  }),
  route({
    method: 'PATCH',
    path: '/things/{name}',
    permission: 'teams.manage',
    summary: 'Change a thing',
    body: object({}, { size: integer() }),
    answers: { 200: answered },
    async handle(_, { params: { name }, onlyAt }) {
      const held = things.get(name);
      if (!held) throw new DomainError({ rule: 'unknown', type: 'Thing', id: name });
      if (onlyAt !== undefined && onlyAt !== held.version)
        throw new DomainError({ rule: 'changed', type: 'Thing', id: name });
      held.version += 1;
      return ok({ name }, held.version);
    },
  }),
  route({
    method: 'DELETE',
    path: '/things/{name}',
    permission: 'teams.manage',
    summary: 'Remove a thing',
    answers: { 204: { description: 'Gone' } },
    effects: {
      schema: object({ version: integer() }),
      async of(_, { params: { name } }) {
        const held = things.get(name);
        if (!held) throw new DomainError({ rule: 'unknown', type: 'Thing', id: name });
        return { version: held.version };
      },
    },
    async handle(_, { params: { name } }, { version }) {
      expect(version).to.equal(things.get(name)?.version);
      things.delete(name);
      return done;
    },
  }),
  route({
    method: 'GET',
    path: '/things/rows',
    permission: 'any-key',
    summary: 'Rows of things',
    answers: {
      200: {
        description: 'Rows',
        schema: object({ name: text(), n: integer() }),
        example: { name: 'One', n: 1 },
        rows: 'rows',
      },
    },
    handle: async () =>
      streamed({
        columns: ['name', 'n'],
        chunks: (async function* () {
          yield [{ name: 'One, "two"', n: 1 }];
          yield [];
          yield [{ name: '=1+1', n: -2 }];
        })(),
      }),
  }),
  route({
    method: 'POST',
    path: '/jobs',
    permission: 'any-key',
    summary: 'Begin a job',
    answers: { 202: answered },
    handle: async () => accepted('/jobs/1', example),
  }),
  route({
    method: 'GET',
    path: '/defect',
    permission: 'any-key',
    summary: 'Fail',
    answers: { 200: answered },
    handle: () => Promise.reject(new Error('secret words')),
  }),
];
