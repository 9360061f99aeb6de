import { companyRoleOf } from '../../../domain/grants.ts';
import { companyRoles } from '../../../domain/permissions.ts';
import type { State } from '../../../domain/states.ts';
import { changeEntity, createEntity, deleteEntity, readEntity } from '../../organization/entities.ts';
import { askerOf } from '../asking.ts';
import { dryRunOf } from '../confirm.ts';
import { askedBy, pageShown } from '../listing.ts';
import { created, ok, route, type Answer, type Route } from '../route.ts';
import {
  choice,
  id,
  integer,
  list,
  listQuery,
  named,
  nullable,
  object,
  pageOf,
  pageSize,
  text,
  word,
} from '../schema.ts';

const name = word({ maxLength: 256, examples: ['Acme France'] });
const country = text({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2', examples: ['FR'] });
const entity = named('Entity', object({ id: id(), name, version: integer() }, { country }));
const example = { id: '6c8f', name: 'Acme France', country: 'FR', version: 1 };

const view = ({ id: own, name: called, version, attributes }: State) => ({
  id: own,
  name: called,
  version,
  ...(typeof attributes.country === 'string' && { country: attributes.country }),
});

const shown = (state: State): Answer => ok(view(state), state.version);

const member = object({ id: id(), userName: word(), role: choice(companyRoles) });

const effects = named(
  'EntityRemoval',
  object({ entity: object({ id: id(), name }), users: integer({ description: 'How many are in it' }) }),
);

const gone = named('EntityRemoved', object({ job: id({ description: 'What takes its members out' }) }));

/** Entities: companies of the organization. Who is in one is said of the user (`/users/{id}/entities/{entity}`). */
export const entityRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/entities',
    permission: 'entities.read',
    summary: 'List entities',
    query: listQuery,
    answers: {
      200: { description: 'A page of them', schema: named('Entities', pageOf(entity)), example: { items: [example] } },
    },
    handle: async ({ ports, tenant }, { query }) =>
      ok(pageShown(await ports.lists(tenant, 'Entity', askedBy(query)), view)),
  }),
  route({
    method: 'POST',
    path: '/entities',
    permission: 'entities.manage',
    summary: 'Create an entity',
    body: named('NewEntity', object({ name }, { country })),
    answers: { 201: { description: 'The entity', schema: entity, example } },
    async handle(context, { body }) {
      const state = await createEntity(context.ports, askerOf(context), body);
      return created(`/entities/${state.id}`, view(state), state.version);
    },
  }),
  route({
    method: 'GET',
    path: '/entities/{id}',
    permission: 'entities.read',
    summary: 'Show an entity',
    answers: { 200: { description: 'The entity', schema: entity, example } },
    handle: async (context, { params }) => shown(await readEntity(context.ports, askerOf(context), params.id)),
  }),
  route({
    method: 'GET',
    path: '/entities/{id}/members',
    permission: 'entities.read',
    summary: 'List who is in an entity, with the company role of each',
    query: {
      limit: integer({ minimum: 1, maximum: pageSize.most, default: pageSize.default }),
      after: id({ description: 'The id of the last one of the page before' }),
    },
    answers: {
      200: {
        description: 'A page of them, in the order of their ids',
        schema: named('EntityMembers', object({ items: list(member) })),
        example: { items: [{ id: '2819c223', userName: 'alice@example.com', role: 'Clerk' }] },
      },
    },
    async handle(context, { params, query: { limit = pageSize.default, after } }) {
      const { ports, tenant } = context;
      await readEntity(ports, askerOf(context), params.id);
      const users = await ports.holders.page(tenant, `entity:${params.id}`, after, limit);
      return ok({ items: users.flatMap((user) => memberOf(user, params.id)) });
    },
  }),
  route({
    method: 'PATCH',
    path: '/entities/{id}',
    permission: 'entities.manage',
    summary: 'Change an entity',
    description: 'What is not named stays. Its members show its new name within moments.',
    body: named('EntityChange', object({}, { name, country: nullable(country) })),
    answers: { 200: { description: 'The entity as it is now', schema: entity, example } },
    async handle(context, { params, body, onlyAt }) {
      return shown(await changeEntity(context.ports, askerOf(context), params.id, body, onlyAt));
    },
  }),
  route({
    method: 'DELETE',
    path: '/entities/{id}',
    permission: 'entities.manage',
    summary: 'Delete an entity',
    description: 'Whoever is in it stays in the organization and in the other entities.',
    effects: {
      schema: effects,
      async of(context, { params }) {
        const { id: own, name: called } = await readEntity(context.ports, askerOf(context), params.id);
        const users = await context.ports.holders.count(context.tenant, `entity:${own}`);
        return { entity: { id: own, name: called }, users };
      },
    },
    answers: {
      200: {
        description: 'What it would do: nothing is done yet',
        schema: dryRunOf(effects),
        example: {
          dryRun: { entity: { id: '6c8f', name: 'Acme France' }, users: 12 },
          confirmation: 'kJ8f…',
          expiresAt: '2026-11-23T14:40:00.000Z',
        },
      },
      202: { description: 'It is deleted, and its members are taken out', schema: gone, example: { job: '77d2' } },
    },
    async handle(context, { params, onlyAt }) {
      return { status: 202, body: { job: await deleteEntity(context.ports, askerOf(context), params.id, onlyAt) } };
    },
  }),
];

const memberOf = ({ id: own, name: userName, person }: State, at: string) =>
  (person?.grants ?? []).flatMap((grant) =>
    grant.what === 'entity' && grant.id === at ? [{ id: own, userName, role: companyRoleOf(grant) }] : [],
  );
