import { changePool, counted, createPool, deletePool, readPool, type CountedPool } from '../../organization/pools.ts';
import { askerOf } from '../asking.ts';
import { askedBy } from '../listing.ts';
import { created, done, ok, route, type Answer, type Route } from '../route.ts';
import { id, integer, listQuery, named, nullable, object, pageOf, text, word } from '../schema.ts';

const name = word({ maxLength: 256, description: 'The type of license', examples: ['recording-premium'] });
const seats = nullable(
  integer({ minimum: 0, maximum: 1_000_000_000, description: 'How many may have it; null: without end' }),
);
const price = integer({
  minimum: 0,
  maximum: 1_000_000_000,
  description: 'In credits, for each who is created or invited with it',
});
const description = text();

const pool = named(
  'LicensePool',
  object(
    {
      id: id(),
      name,
      seats,
      used: integer({ description: 'How many have a seat of it, those who are invited included' }),
      waiting: integer({ description: 'How many wait for one' }),
      price,
      version: integer(),
    },
    { description },
  ),
);

const example = { id: '77d2', name: 'recording-premium', seats: 100, used: 97, waiting: 0, price: 3, version: 2 };

const view = ({ id: own, name: called, seats: bound, used, waiting, price: cost, state }: CountedPool) => ({
  id: own,
  name: called,
  seats: bound ?? null,
  used,
  waiting,
  price: cost,
  version: state.version,
  ...(typeof state.attributes.description === 'string' && { description: state.attributes.description }),
});

const shown = (found: CountedPool): Answer => ok(view(found), found.state.version);

/** License pools: their seats, who many have one, and what they cost. */
export const poolRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/license-pools',
    permission: 'subscription.read',
    summary: 'List license pools',
    query: listQuery,
    answers: {
      200: {
        description: 'A page of them',
        schema: named('LicensePools', pageOf(pool)),
        example: { items: [example] },
      },
    },
    async handle(context, { query }) {
      const { ports, tenant } = context;
      const { items, next, total } = await ports.lists(tenant, 'Entitlement', askedBy(query));
      const pools = await counted(ports, context, items);
      return ok({
        items: pools.map(view),
        ...(next !== undefined && { nextCursor: next }),
        ...(total !== undefined && { total }),
      });
    },
  }),
  route({
    method: 'POST',
    path: '/license-pools',
    permission: 'subscription.manage',
    summary: 'Create a license pool',
    body: named('NewLicensePool', object({ name }, { seats, price, description })),
    answers: { 201: { description: 'The pool', schema: pool, example } },
    async handle(context, { body: { name: called, ...edit } }) {
      const made = await createPool(context.ports, askerOf(context), called, edit);
      return created(`/license-pools/${made.id}`, view(made), made.state.version);
    },
  }),
  route({
    method: 'GET',
    path: '/license-pools/{id}',
    permission: 'subscription.read',
    summary: 'Show a license pool',
    answers: { 200: { description: 'The pool', schema: pool, example } },
    handle: async (context, { params }) => shown(await readPool(context.ports, askerOf(context), params.id)),
  }),
  route({
    method: 'PATCH',
    path: '/license-pools/{id}',
    permission: 'subscription.manage',
    summary: 'Buy seats, or give some back, and set the price',
    description:
      'What is not named stays. With fewer seats than are used nobody is put out, and nobody new gets one; with more, ' +
      'who waits gets one, in their order. Its name stays for good.',
    body: named('LicensePoolChange', object({}, { seats, price, description: nullable(description) })),
    answers: { 200: { description: 'The pool as it is now', schema: pool, example } },
    async handle(context, { params, body, onlyAt }) {
      return shown(await changePool(context.ports, askerOf(context), params.id, body, onlyAt));
    },
  }),
  route({
    method: 'DELETE',
    path: '/license-pools/{id}',
    permission: 'subscription.manage',
    summary: 'Delete a license pool that nobody has a seat of or waits for',
    answers: { 204: { description: 'It is deleted' } },
    async handle(context, { params, onlyAt }) {
      await deletePool(context.ports, askerOf(context), params.id, onlyAt);
      return done;
    },
  }),
];
