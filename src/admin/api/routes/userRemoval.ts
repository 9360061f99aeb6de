import { removalOf, removeUser } from '../../people/remove.ts';
import { askerOf } from '../asking.ts';
import { dryRunOf } from '../confirm.ts';
import { done, route, type Route } from '../route.ts';
import { id, list, named, object, word } from '../schema.ts';
import { userName } from './userSchemas.ts';

const things = (description: string) => list(object({ id: id(), name: word({ minLength: 0 }) }), { description });

const effects = named(
  'UserRemoval',
  object({
    user: object({ id: id(), userName }),
    teams: things('The teams that he leaves'),
    entities: things('The entities that he leaves: all of them'),
    roles: things('The roles that he holds no longer'),
    seats: things('The license pools of which a seat comes free'),
    numbers: things('The telephone numbers that come free'),
    accounts: things('The accounts in connected tools that come free'),
  }),
);

/** Removing users from the organization. */
export const removalRoutes: readonly Route[] = [
  route({
    method: 'DELETE',
    path: '/users/{id}',
    permission: 'users.manage',
    summary: 'Remove a user from the organization',
    description:
      'From every team and every entity: he loses access to every company. Deleting a user cannot be undone. To remove ' +
      'him from just one entity, use `DELETE /users/{id}/entities/{entity}`.',
    effects: { schema: effects, of: (context, { params }) => removalOf(context.ports, askerOf(context), params.id) },
    answers: {
      200: {
        description: 'What it would do: nothing is done yet',
        schema: dryRunOf(effects),
        example: {
          dryRun: {
            user: { id: '2819c223', userName: 'alice@example.com' },
            teams: [{ id: '31aa', name: 'Sales' }],
            entities: [{ id: '6c8f', name: 'Acme France' }],
            roles: [],
            seats: [{ id: '77d2', name: 'recording-premium' }],
            numbers: [{ id: '0f3e', name: '+33145678901' }],
            accounts: [],
          },
          confirmation: 'kJ8f…',
          expiresAt: '2026-11-23T14:40:00.000Z',
        },
      },
      204: { description: 'He is removed' },
    },
    async handle(context, { params, onlyAt }) {
      await removeUser(context.ports, askerOf(context), params.id, onlyAt);
      return done;
    },
  }),
];
