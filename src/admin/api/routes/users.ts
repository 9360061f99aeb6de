import { primaryRoles } from '../../../domain/permissions.ts';
import { statuses } from '../../../domain/person.ts';
import { createUsers } from '../../people/create.ts';
import { editUser } from '../../people/edit.ts';
import { readUser } from '../../people/change.ts';
import { listUsers } from '../../people/list.ts';
import { listedUser as toListed, shownUser as toShown } from '../../people/shown.ts';
import { askerOf } from '../asking.ts';
import { askedBy, pageShown } from '../listing.ts';
import { created, ok, route, type Route } from '../route.ts';
import { choice, listQuery, named, pageOf, word } from '../schema.ts';
import { examples, listedUser, newUser, shownUser, toldApart, userPatch } from './userSchemas.ts';

/** Users: listed, shown, created and changed. */
export const userRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/users',
    permission: 'users.read',
    summary: 'List users',
    description:
      'Every user in one place, with name and e-mail, primary role, status and the entities that he belongs to. ' +
      'What is asked by status, primary role, role, license or entity narrows the filter further.',
    query: {
      ...listQuery,
      status: choice(statuses, { description: 'Only those who are that' }),
      primaryRole: choice(primaryRoles, { description: 'Only those with that primary role' }),
      role: word({ maxLength: 256, description: 'Only who holds that role, by its id or name' }),
      license: word({ maxLength: 256, description: 'Only who has a seat of that license pool, by its id or name' }),
      entity: word({ maxLength: 256, description: 'Only who is in that entity, by its id or name' }),
    },
    answers: {
      200: {
        description: 'Users, in the order that was asked for, else in that of their ids',
        schema: named('Users', pageOf(listedUser)),
        example: { items: [examples.listed], total: 1 },
      },
    },
    async handle({ ports, tenant }, { query }) {
      return ok(pageShown(await listUsers(ports, tenant, askedBy(query), query), toListed));
    },
  }),
  route({
    method: 'POST',
    path: '/users',
    permission: 'users.manage',
    summary: 'Create a user',
    description:
      'He is invited directly, or saved as a prepared user. Where the organization lets people wait for a license and no ' +
      'seat is free, he is saved as prepared whatever was asked.',
    body: newUser,
    answers: {
      201: { description: 'The user, with all that he holds', schema: shownUser, example: examples.user },
    },
    async handle(context, { body }) {
      const { profile, ...given } = toldApart(body);
      const draft = { ...given, profile: { ...profile, userName: body.userName }, begins: body.begins ?? 'invited' };
      const [made] = await createUsers(context.ports, askerOf(context), [draft]);
      if (!made) throw new TypeError('who was created is there');
      return created(`/users/${made.state.id}`, toShown(made), made.state.version);
    },
  }),
  route({
    method: 'GET',
    path: '/users/{id}',
    permission: 'users.read',
    summary: 'Show a user',
    description: 'With all that he holds, where each of it comes from, the teams that he is in, and what he waits for.',
    answers: { 200: { description: 'The user', schema: shownUser, example: examples.user } },
    async handle({ ports, tenant }, { params }) {
      const found = await readUser(ports, tenant, params.id);
      return ok(toShown(found), found.state.version);
    },
  }),
  route({
    method: 'PATCH',
    path: '/users/{id}',
    permission: 'users.manage',
    summary: 'Change a user',
    description:
      'What is named becomes as it is said, `null` takes it away; all else stays. Changes of access rights cost no ' +
      'credits. What a role, a group or a connection gives stays until they take it.',
    body: userPatch,
    answers: { 200: { description: 'The user as he is now', schema: shownUser, example: examples.user } },
    async handle(context, { params, body, onlyAt }) {
      const after = await editUser(context.ports, askerOf(context), params.id, toldApart(body), onlyAt);
      return ok(toShown(after), after.state.version);
    },
  }),
];
