import { everyPermission } from '../../../domain/permissions.ts';
import { roleFrom } from '../../../domain/roles.ts';
import type { State } from '../../../domain/states.ts';
import { changeRole, createRole, deleteRole, readRole, roleRemoval } from '../../organization/roles.ts';
import { askerOf } from '../asking.ts';
import { dryRunOf } from '../confirm.ts';
import { askedBy, pageShown } from '../listing.ts';
import { created, ok, route, type Answer, type Route } from '../route.ts';
import { choice, flag, id, integer, list, listQuery, named, nullable, object, pageOf, text, word } from '../schema.ts';

const name = word({ maxLength: 256, examples: ['Telephony Administrator'] });
const description = text({ description: 'What it is for' });
const permissions = list(choice(everyPermission), { uniqueItems: true, description: 'What it allows' });
const inTeam = list(word({ maxLength: 256 }), { maxItems: 100, description: 'What it allows inside that team' });

const role = named(
  'Role',
  object(
    {
      id: id(),
      name,
      permissions,
      teams: list(object({ id: id(), name: word({ minLength: 0 }), permissions: inTeam }), {
        description: 'The teams that come with it: whoever holds it is in each of them',
      }),
      builtIn: flag({ description: 'Every organization has it, and nobody changes or deletes it' }),
      version: integer(),
    },
    { description, job: id({ description: 'What decides anew on whoever holds it, where somebody does' }) },
  ),
);

const teams = list(object({ team: word({ maxLength: 256, description: 'By id or name' }) }, { permissions: inTeam }), {
  maxItems: 100,
  description: 'The teams that come with it: all of them',
});

const example = {
  id: '4f1d9a32',
  name: 'Telephony Administrator',
  permissions: ['numbers.manage'],
  teams: [{ id: '31aa', name: 'Telephony', permissions: ['edit'] }],
  builtIn: false,
  version: 1,
};

const view = (state: State) => {
  const { description: said } = state.attributes;
  const { id: own, name: called, permissions: allowed, teams: brings, builtIn } = roleFrom(state);
  return {
    id: own,
    name: called,
    permissions: allowed,
    teams: brings,
    builtIn,
    version: state.version,
    ...(typeof said === 'string' && { description: said }),
  };
};

const shown = (state: State, job?: string): Answer =>
  ok({ ...view(state), ...(job !== undefined && { job }) }, state.version);

const effects = named(
  'RoleRemoval',
  object({
    role: object({ id: id(), name: word() }),
    users: integer({ description: 'How many lose it' }),
    teams: list(object({ id: id(), name: word({ minLength: 0 }), users: integer() }), {
      description: 'The teams that came with it, each with how many leave it',
    }),
  }),
);

const gone = named('RoleRemoved', object({ job: id({ description: 'What takes it from whoever holds it' }) }));

/** Roles: what they allow, and the teams that come with them. */
export const roleRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/roles',
    permission: 'roles.read',
    summary: 'List roles',
    query: listQuery,
    answers: {
      200: { description: 'A page of them', schema: named('Roles', pageOf(role)), example: { items: [example] } },
    },
    handle: async ({ ports, tenant }, { query }) =>
      ok(pageShown(await ports.lists(tenant, 'Role', askedBy(query)), view)),
  }),
  route({
    method: 'POST',
    path: '/roles',
    permission: 'roles.manage',
    summary: 'Create a role',
    description:
      'Users who are named are given it once it is there. One that makes administrators needs `admins.manage`.',
    body: named(
      'NewRole',
      object(
        { name },
        {
          description,
          permissions,
          teams,
          users: list(word({ maxLength: 256 }), { maxItems: 100, description: 'By id or userName' }),
        },
      ),
    ),
    answers: { 201: { description: 'The role', schema: role, example } },
    async handle(context, { body: { users, ...edit } }) {
      const state = await createRole(context.ports, askerOf(context), edit, users);
      return created(`/roles/${state.id}`, view(state), state.version);
    },
  }),
  route({
    method: 'GET',
    path: '/roles/{id}',
    permission: 'roles.read',
    summary: 'Show a role',
    answers: { 200: { description: 'The role', schema: role, example } },
    handle: async (context, { params }) => shown(await readRole(context.ports, askerOf(context), params.id)),
  }),
  route({
    method: 'PATCH',
    path: '/roles/{id}',
    permission: 'roles.manage',
    summary: 'Change a role',
    description: 'What is not named stays. Whoever holds it is decided on anew, most often within a second.',
    body: named('RoleChange', object({}, { name, description: nullable(description), permissions, teams })),
    answers: { 200: { description: 'The role as it is now', schema: role, example } },
    async handle(context, { params, body, onlyAt }) {
      const { state, job } = await changeRole(context.ports, askerOf(context), params.id, body, onlyAt);
      return shown(state, job);
    },
  }),
  route({
    method: 'DELETE',
    path: '/roles/{id}',
    permission: 'roles.manage',
    summary: 'Delete a role',
    description: 'It affects all users assigned to it. Associated teams also disappear from them.',
    effects: { schema: effects, of: (context, { params }) => roleRemoval(context.ports, askerOf(context), params.id) },
    answers: {
      200: {
        description: 'What it would do: nothing is done yet',
        schema: dryRunOf(effects),
        example: {
          dryRun: {
            role: { id: '4f1d9a32', name: 'Seller' },
            users: 12,
            teams: [{ id: '31aa', name: 'Sales', users: 9 }],
          },
          confirmation: 'kJ8f…',
          expiresAt: '2026-11-23T14:40:00.000Z',
        },
      },
      202: { description: 'It is deleted, and taken from its holders', schema: gone, example: { job: '77d2' } },
    },
    async handle(context, { params, onlyAt }) {
      const job = await deleteRole(context.ports, askerOf(context), params.id, onlyAt);
      return { status: 202, body: { job } };
    },
  }),
];
