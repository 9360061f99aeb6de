import { everyPermission } from '../../../domain/permissions.ts';
import { ok, route, type Route } from '../route.ts';
import { choice, id, list, named, object, text } from '../schema.ts';

const me = named(
  'Me',
  object(
    {
      actor: text({ description: 'As the journal names who uses this key', examples: ['key:5f0c2d1e'] }),
      tenant: id({ description: "The organization's id" }),
      permissions: list(choice(everyPermission), { description: 'What may be done with this key now' }),
    },
    { person: id({ description: 'The id of the user that the key is bound to' }) },
  ),
);

/** Who asks. */
export const meRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/me',
    permission: 'any-key',
    summary: 'Who am I, and what may I do?',
    answers: {
      200: {
        description: 'Whom the key stands for',
        schema: me,
        example: { actor: 'key:5f0c2d1e', tenant: 'acme', permissions: ['users.read', 'teams.read'] },
      },
    },
    async handle({ actor, tenant }) {
      const permissions = everyPermission.filter((each) => actor.permissions.has(each));
      return ok({
        actor: actor.name,
        tenant,
        permissions,
        ...(actor.person !== undefined && { person: actor.person }),
      });
    },
  }),
];
