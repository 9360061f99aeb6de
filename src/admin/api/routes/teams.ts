import { rolesOf, teamOf } from '../../../domain/roleTeams.ts';
import type { State } from '../../../domain/states.ts';
import {
  accessOf,
  changeMembers,
  changeTeam,
  channelsOf,
  createTeam,
  deleteTeam,
  readTeam,
} from '../../organization/teams.ts';
import { askerOf } from '../asking.ts';
import { dryRunOf } from '../confirm.ts';
import { askedBy, pageShown } from '../listing.ts';
import { created, done, ok, route, type Answer, type Route } from '../route.ts';
import { flag, id, integer, list, listQuery, map, named, nullable, object, pageOf, text, word } from '../schema.ts';
import { channel } from './channels.ts';

const name = word({ maxLength: 256, examples: ['AE Enterprise'] });
const avatar = text({ format: 'uri', description: 'Where its picture is' });
const disabled = flag({ description: 'It is hidden from users, keeps what it has, and can be enabled again' });
const setting = text({ maxLength: 1_000 });
const person = word({ maxLength: 256, description: 'By id or userName' });
const roles = list(word({ maxLength: 256, description: 'By id or name' }), {
  maxItems: 100,
  description: 'The roles that bring it: all of them. Needs `roles.manage`',
});

const team = named(
  'Team',
  object(
    {
      id: id(),
      name,
      disabled,
      access: map(setting, { description: 'Its settings for features, by their keys' }),
      roles: list(object({ id: id(), name: word({ minLength: 0 }) }), { description: 'The roles that bring it' }),
      channels: list(channel),
      version: integer(),
    },
    { avatar },
  ),
);

const example = {
  id: '31aa',
  name: 'AE Enterprise',
  disabled: false,
  access: { calls: 'own-team' },
  roles: [{ id: '4f1d9a32', name: 'Seller' }],
  channels: [{ id: '0f3e', name: 'General', visibility: 'public' }],
  version: 1,
};

const view = ({ id: own, name: called, version, attributes }: State) => {
  const { avatar: picture, disabled: off } = teamOf(attributes);
  return {
    id: own,
    name: called,
    disabled: off === true,
    access: accessOf(attributes),
    roles: rolesOf(attributes),
    channels: channelsOf(attributes),
    version,
    ...(typeof picture === 'string' && { avatar: picture }),
  };
};

const shown = (state: State): Answer => ok(view(state), state.version);

const effects = named(
  'TeamRemoval',
  object({
    team: object({ id: id(), name }),
    users: integer({ description: 'How many are in it' }),
    roles: list(object({ id: id(), name: word({ minLength: 0 }) }), { description: 'The roles that bring it no more' }),
    channels: list(channel, { description: 'The channels that go with it' }),
  }),
);

/** Teams, with who is in them. */
export const teamRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/teams',
    permission: 'teams.read',
    summary: 'List teams',
    query: listQuery,
    answers: {
      200: { description: 'A page of them', schema: named('Teams', pageOf(team)), example: { items: [example] } },
    },
    handle: async ({ ports, tenant }, { query }) =>
      ok(pageShown(await ports.lists(tenant, 'Group', askedBy(query)), view)),
  }),
  route({
    method: 'POST',
    path: '/teams',
    permission: 'teams.manage',
    summary: 'Create a team, with who is in it',
    body: named(
      'NewTeam',
      object({ name }, { avatar, access: map(setting), roles, users: list(person, { maxItems: 1_000 }) }),
    ),
    answers: { 201: { description: 'The team', schema: team, example } },
    async handle(context, { body: { users, ...edit } }) {
      const state = await createTeam(context.ports, askerOf(context), edit, users);
      return created(`/teams/${state.id}`, view(state), state.version);
    },
  }),
  route({
    method: 'GET',
    path: '/teams/{id}',
    permission: 'teams.read',
    summary: 'Show a team',
    answers: { 200: { description: 'The team', schema: team, example } },
    handle: async (context, { params }) => shown(await readTeam(context.ports, context, params.id)),
  }),
  route({
    method: 'PATCH',
    path: '/teams/{id}',
    permission: 'teams.manage',
    summary: 'Change a team, disable it or enable it again',
    description:
      'What is not named stays; `null` takes it back. Settings for features change one by one, by their keys.',
    body: named(
      'TeamChange',
      object({}, { name, avatar: nullable(avatar), disabled, access: map(nullable(setting)), roles }),
    ),
    answers: { 200: { description: 'The team as it is now', schema: team, example } },
    async handle(context, { params, body, onlyAt }) {
      return shown(await changeTeam(context.ports, askerOf(context), params.id, body, onlyAt));
    },
  }),
  route({
    method: 'GET',
    path: '/teams/{id}/members',
    permission: 'teams.read',
    summary: 'List who is directly in a team',
    query: listQuery,
    answers: {
      200: {
        description: 'A page of them',
        schema: named('TeamMembers', pageOf(object({ id: id(), userName: word() }))),
        example: { items: [{ id: '2819c223', userName: 'alice@example.com' }] },
      },
    },
    async handle(context, { params, query }) {
      const { ports, tenant } = context;
      const { id: own } = await readTeam(ports, context, params.id);
      const asked = askedBy(query);
      const inside = `groups.value eq "${own}"`;
      const filter = asked.filter === undefined ? inside : `${inside} and (${asked.filter})`;
      const page = await ports.lists(tenant, 'User', { ...asked, filter });
      return ok(pageShown(page, ({ id: user, name: userName }) => ({ id: user, userName })));
    },
  }),
  route({
    method: 'PATCH',
    path: '/teams/{id}/members',
    permission: 'teams.manage',
    summary: 'Put people into a team, and take people out',
    description: 'Who is in it by a role stays until the role goes.',
    body: named(
      'MembersChange',
      object({}, { add: list(person, { maxItems: 1_000 }), remove: list(person, { maxItems: 1_000 }) }),
    ),
    answers: { 200: { description: 'The team as it is now', schema: team, example } },
    handle: async (context, { params, body }) =>
      shown(await changeMembers(context.ports, askerOf(context), params.id, body)),
  }),
  route({
    method: 'DELETE',
    path: '/teams/{id}',
    permission: 'teams.manage',
    summary: 'Delete a team',
    effects: {
      schema: effects,
      async of({ ports, tenant }, { params }) {
        const { id: own, name: called, attributes } = await readTeam(ports, { tenant }, params.id);
        const { total = 0 } = await ports.lists(tenant, 'User', { filter: `groups.value eq "${own}"`, limit: 1 });
        const brought = rolesOf(attributes);
        return { team: { id: own, name: called }, users: total, roles: brought, channels: channelsOf(attributes) };
      },
    },
    answers: {
      200: {
        description: 'What it would do: nothing is done yet',
        schema: dryRunOf(effects),
        example: {
          dryRun: { team: { id: '31aa', name: 'Sales' }, users: 12, roles: [], channels: [] },
          confirmation: 'kJ8f…',
          expiresAt: '2026-11-23T14:40:00.000Z',
        },
      },
      204: { description: 'It is deleted' },
    },
    async handle(context, { params, onlyAt }) {
      await deleteTeam(context.ports, askerOf(context), params.id, onlyAt);
      return done;
    },
  }),
];
