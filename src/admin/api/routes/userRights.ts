import { originKinds } from '../../../domain/grants.ts';
import { everyPermission } from '../../../domain/permissions.ts';
import { statuses } from '../../../domain/person.ts';
import { explainUser } from '../../people/explain.ts';
import { appointFirst } from '../../people/primaryAdmin.ts';
import { shownUser as toShown } from '../../people/shown.ts';
import { askerOf } from '../asking.ts';
import { created, ok, route, type Route } from '../route.ts';
import { choice, flag, id, instant, list, named, object, word } from '../schema.ts';
import { examples, newAdmin, shownUser, toldApart } from './userSchemas.ts';

const reason = object(
  {
    by: choice(['primary-role', 'role', 'permission']),
    why: word({ description: 'In a sentence' }),
    ends: word({ description: 'What would take this reason away' }),
  },
  {
    role: object({ id: id(), name: word() }),
    origin: object({ by: choice(originKinds) }, { ref: id(), name: word({ minLength: 0 }) }),
  },
);

const explanation = named(
  'Explanation',
  object({
    permission: choice(everyPermission),
    allowed: flag(),
    status: choice(statuses),
    why: word({ maxLength: 100_000, description: 'All of it in a few lines, in the language of `Accept-Language`' }),
    reasons: list(reason, { description: 'Taking it away means ending every one of them' }),
    waiting: list(object({ id: id(), since: instant() }, { name: word() }), {
      description: 'Roles that would give it, and wait',
    }),
  }),
);

/** Why a user may do what he may, and who becomes the first that may all. */
export const rightsRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/users/{id}/explain',
    permission: 'users.read',
    summary: 'Why may a user do that, and what would take it away?',
    query: {
      permission: choice(everyPermission, { description: 'Of this one alone; without it, of all that he has' }),
    },
    answers: {
      200: {
        description: 'Each permission, with every reason for it',
        schema: named('Explanations', object({ items: list(explanation) })),
        example: {
          items: [
            {
              permission: 'teams.manage',
              allowed: true,
              status: 'active',
              why: "'alice@example.com' may do this (teams.manage):\n  - the role 'Lead' allows it, held by the group 'IT'",
              reasons: [
                {
                  by: 'role',
                  role: { id: '4e1b', name: 'Lead' },
                  origin: { by: 'group', ref: '9a0c', name: 'IT' },
                  why: "the role 'Lead' allows it, held by the group 'IT'",
                  ends: "end the membership in the group 'IT', which gives 'Lead'",
                },
              ],
              waiting: [],
            },
          ],
        },
      },
    },
    async handle({ ports, tenant, language }, { params, query: { permission } }) {
      return ok({ items: await explainUser(ports, tenant, params.id, { permission, language }) });
    },
  }),
  route({
    method: 'POST',
    path: '/primary-admin',
    permission: 'admins.manage',
    summary: 'Appoint the first Primary Admin',
    description:
      'Only while there is none: what the key of the first start is for. Who has that login is appointed, or else ' +
      'created: with a password, so that he can sign in at once, or invited.',
    body: newAdmin,
    answers: { 201: { description: 'The Primary Admin', schema: shownUser, example: examples.user } },
    async handle(context, { body }) {
      const { profile } = toldApart(body);
      const candidate = { profile: { ...profile, userName: body.userName }, password: body.password };
      const made = await appointFirst(context.ports, askerOf(context), candidate);
      return created(`/users/${made.state.id}`, toShown(made), made.state.version);
    },
  }),
];
