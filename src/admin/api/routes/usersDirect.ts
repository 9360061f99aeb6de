import { createUsers, mostAtOnce } from '../../people/create.ts';
import { shownUser, type ShownUser } from '../../people/shown.ts';
import { askerOf } from '../asking.ts';
import { route, streamed, type Route } from '../route.ts';
import { choice, id, list, named, object, word } from '../schema.ts';
import { primaryRoles } from '../../../domain/permissions.ts';
import { statuses } from '../../../domain/person.ts';
import { newDirectUser, toldApart, userName } from './userSchemas.ts';

const columns = ['id', 'userName', 'displayName', 'primaryRole', 'roles', 'licenses', 'teams', 'status'] as const;

const row = named(
  'DirectUser',
  object({
    id: id(),
    userName,
    displayName: word({ minLength: 0 }),
    primaryRole: choice(primaryRoles),
    roles: list(word()),
    licenses: list(word()),
    teams: list(word()),
    status: choice(statuses),
  }),
);

const rowOf = ({ id: user, displayName = '', roles, licenses, teams, ...rest }: ShownUser) => ({
  id: user,
  userName: rest.userName,
  displayName,
  primaryRole: rest.primaryRole,
  roles: roles.map(({ name, id: role }) => name ?? role),
  licenses: licenses.map(({ name, id: pool }) => name ?? pool),
  teams: teams.map(({ name }) => name),
  status: rest.status,
});

/** Users created with their passwords. */
export const directRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/users/direct',
    permission: 'users.manage',
    summary: `Create one to ${String(mostAtOnce)} users with their passwords`,
    description:
      'In one step, and all of them or none: they can sign in at once, and nobody is sent anything. The same amount of ' +
      'credits is used as for inviting them. The answer shows what was made, for the record as CSV where that is asked ' +
      'for; passwords are in neither.',
    body: named('NewDirectUsers', object({ users: list(newDirectUser, { minItems: 1, maxItems: mostAtOnce }) })),
    answers: {
      200: {
        description: 'Who was created, in their order',
        rows: 'rows',
        schema: row,
        example: {
          id: '2819c223-7f76-453a-919d-413861904646',
          userName: '+33612345678',
          displayName: 'Alice Martin',
          primaryRole: 'user',
          roles: ['Telephony'],
          licenses: ['recording-premium'],
          teams: ['Sales'],
          status: 'active',
        },
      },
    },
    async handle(context, { body: { users } }) {
      const drafts = users.map((user) => {
        const { profile, ...given } = toldApart(user);
        const whole = { ...profile, userName: user.userName };
        return { ...given, profile: whole, begins: 'active' as const, password: user.password };
      });
      const made = await createUsers(context.ports, askerOf(context), drafts);
      return streamed({ columns, chunks: once(made.map(shownUser).map(rowOf)) });
    },
  }),
];

async function* once<T>(rows: readonly T[]): AsyncGenerator<readonly T[]> {
  yield await Promise.resolve(rows);
}
