import { extraBounds } from '../../../domain/extra.ts';
import { readExtra, setExtra } from '../../extra.ts';
import { requireReach } from '../../people/asker.ts';
import { askerOf } from '../asking.ts';
import { commissionOf, ok, route, type Route } from '../route.ts';
import { map, named, text } from '../schema.ts';

const extra = named(
  'Extra',
  map(text({ maxLength: extraBounds.value }), {
    maxProperties: extraBounds.entries,
    propertyNames: { minLength: 1, maxLength: extraBounds.key },
    description: 'Each under a name of your own',
  }),
);

const example = { Badge: '4711' };

/** Extra information of users. */
export const extraRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/users/{id}/extra',
    permission: 'users.read',
    summary: "Show somebody's extra information",
    answers: { 200: { description: 'As it is now', schema: extra, example } },
    handle: async ({ ports, tenant }, { params }) => ok(await readExtra(ports, tenant, params.id)),
  }),
  route({
    method: 'PUT',
    path: '/users/{id}/extra',
    permission: 'users.manage',
    summary: "Say somebody's extra information",
    description: 'As a whole: what is not named is gone.',
    body: extra,
    answers: { 200: { description: 'As it is now', schema: extra, example } },
    async handle(context, { params, body, onlyAt }) {
      await requireReach(context.ports, askerOf(context), params.id);
      const now = await setExtra(context.ports, commissionOf(context), params.id, body, onlyAt);
      return ok(now.extra, now.version);
    },
  }),
];
