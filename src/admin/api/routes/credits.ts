import { balance, post } from '../../organization/credits.ts';
import { askerOf } from '../asking.ts';
import { ok, route, type Route } from '../route.ts';
import { choice, id, instant, integer, list, named, object, pageSize, text, word } from '../schema.ts';

const whole = { minimum: -1_000_000_000, maximum: 1_000_000_000 } as const;
const credits = named('Credits', object({ balance: integer({ description: 'What may still be spent' }) }));

const line = named(
  'CreditLine',
  object({
    id: id(),
    at: instant(),
    by: integer({ description: 'Below zero: spent' }),
    why: choice(['invitation', 'creation', 'purchase', 'correction', 'license']),
    kind: word({ description: 'What it was for' }),
    resource: id(),
    connection: word({ description: 'Who ordered it' }),
  }),
);

/** Credits: what is left, what was bought, and what each was spent on. */
export const creditRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/credits',
    permission: 'subscription.read',
    summary: 'How many credits are left?',
    answers: { 200: { description: 'The balance', schema: credits, example: { balance: 120 } } },
    handle: async (context) => ok({ balance: await balance(context.ports, context) }),
  }),
  route({
    method: 'POST',
    path: '/credits',
    permission: 'subscription.manage',
    summary: 'Buy credits, or correct how many there are',
    body: named(
      'CreditPosting',
      object(
        { credits: integer(whole), why: choice(['purchase', 'correction']) },
        { reference: word({ maxLength: 256, description: 'Of an invoice: it is posted once' }), note: text() },
      ),
    ),
    answers: { 200: { description: 'The balance as it is now', schema: credits, example: { balance: 120 } } },
    handle: async (context, { body }) => ok({ balance: await post(context.ports, askerOf(context), body) }),
  }),
  route({
    method: 'GET',
    path: '/credits/ledger',
    permission: 'subscription.read',
    summary: 'List what credits were bought and spent on',
    query: {
      limit: integer({ minimum: 1, maximum: pageSize.most, default: pageSize.default }),
      before: id({ description: 'The id of the last one of the page before' }),
    },
    answers: {
      200: {
        description: 'A page of them, the newest first',
        schema: named('CreditLedger', object({ items: list(line) })),
        example: {
          items: [
            {
              id: '6563a1b2c3d4e5f601234567',
              at: '2026-11-23T14:30:00.000Z',
              by: -3,
              why: 'invitation',
              kind: 'User',
              resource: '2819c223',
              connection: 'key:5f0c2d1e',
            },
          ],
        },
      },
    },
    async handle({ ports, tenant }, { query: { limit = pageSize.default, before } }) {
      const lines = await ports.creditLedger.lines(tenant, before, limit);
      return ok({ items: lines.map(({ at, ...more }) => ({ ...more, at: at.toISOString() })) });
    },
  }),
];
