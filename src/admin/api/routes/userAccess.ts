import { companyRoles } from '../../../domain/permissions.ts';
import type { Standing } from '../../people/change.ts';
import {
  deactivateUser,
  deleteCredentials,
  endSessions,
  enterEntity,
  leaveEntity,
  reactivateUser,
  setPassword,
} from '../../people/edit.ts';
import { shownUser as toShown } from '../../people/shown.ts';
import { askerOf } from '../asking.ts';
import { ok, route, type Answer, type Context, type Route } from '../route.ts';
import { choice, named, object } from '../schema.ts';
import { examples, password, shownUser } from './userSchemas.ts';

const answers = { 200: { description: 'The user as he is now', schema: shownUser, example: examples.user } } as const;

const shown = (after: Standing): Answer => ok(toShown(after), after.state.version);

/** What is done to a user in a word, without his consent. */
const acts = [
  {
    path: '/users/{id}/deactivate',
    summary: 'Deactivate a user',
    description:
      'He stays who he is, with all that he holds, and can do nothing until he is reactivated: his sessions, links and ' +
      'keys end within a second. His seat comes free, unless the organization lets him keep it.',
    act: deactivateUser,
  },
  {
    path: '/users/{id}/reactivate',
    summary: 'Reactivate a user',
    description: 'He is again what he was before he was deactivated. He needs a seat again.',
    act: reactivateUser,
  },
  {
    path: '/users/{id}/end-sessions',
    summary: 'Log a user out of all active sessions',
    description: 'Of use when his credentials or access rights change.',
    act: endSessions,
  },
] as const;

const membership = {
  entity: named('UserEntityRole', object({ role: choice(companyRoles, { description: 'What he is there' }) })),
} as const;

/** What a user signs in with, whether he can, and the companies that he is in. */
export const accessRoutes: readonly Route[] = [
  ...acts.map(({ path, summary, description, act }) =>
    route({
      method: 'POST',
      path,
      permission: 'users.manage',
      summary,
      description,
      answers,
      handle: async (context: Context, { params, onlyAt }) =>
        shown(await act(context.ports, askerOf(context), params.id, onlyAt)),
    }),
  ),
  route({
    method: 'PUT',
    path: '/users/{id}/password',
    permission: 'users.manage',
    summary: "Change a user's password",
    description:
      'Without his consent. Whoever is signed in with the old one is logged out, unless it is said otherwise.',
    body: named(
      'NewPassword',
      object({ password }, { sessions: choice(['end', 'keep'], { default: 'end', description: 'His sessions' }) }),
    ),
    answers,
    handle: async (context, { params, body: { password: text, sessions = 'end' } }) =>
      shown(await setPassword(context.ports, askerOf(context), params.id, text, sessions)),
  }),
  route({
    method: 'DELETE',
    path: '/users/{id}/credentials',
    permission: 'users.manage',
    summary: "Delete a user's credentials",
    description: 'The user stays, logged out, and cannot sign in with a password until he has another one.',
    answers,
    handle: async (context, { params }) => shown(await deleteCredentials(context.ports, askerOf(context), params.id)),
  }),
  route({
    method: 'PUT',
    path: '/users/{id}/entities/{entity}',
    permission: 'any-key',
    summary: 'Put a user into an entity, or change what he is there',
    description:
      'Needs `entities.manage`; with the key of a person that was made for it, to be Admin or Manager of that entity is ' +
      'enough. He is in the ' +
      'organization first, and can have different roles in different entities.',
    body: membership.entity,
    answers,
    handle: async (context, { params: { id, entity }, body: { role } }) =>
      shown(await enterEntity(context.ports, askerOf(context), id, { entity, role })),
  }),
  route({
    method: 'DELETE',
    path: '/users/{id}/entities/{entity}',
    permission: 'any-key',
    summary: 'Remove a user from one entity',
    description:
      'As far as he is in it by hand: what a group or a connection gives stays until they take it. He stays in the ' +
      'organization and in the other entities. Needs what putting him into it needs.',
    answers,
    handle: async (context, { params: { id, entity } }) =>
      shown(await leaveEntity(context.ports, askerOf(context), id, entity)),
  }),
];
