import { accountFrom, toolAccountKind, type ToolAccount } from '../../../domain/integrations.ts';
import { linkByHand, readLinks, removeAccount, tellAccounts, unlink, type Told } from '../../integrations.ts';
import { requireReach } from '../../people/asker.ts';
import { askerOf } from '../asking.ts';
import { batchSize } from '../batch.ts';
import { askedBy, pageShown } from '../listing.ts';
import { problemBody, problemOf } from '../problems.ts';
import { commissionOf, done, ok, route, type Context, type Route } from '../route.ts';
import { anything, choice, id, list, listQuery, named, object, pageOf, text, word } from '../schema.ts';

const tool = word({
  pattern: '^[a-z0-9][a-z0-9-]*$',
  maxLength: 64,
  description: 'The tool',
  examples: ['salesforce'],
});
const value = word({ maxLength: 200, description: 'The identifier of the account there; letter case is part of it' });
const email = text({ format: 'email', maxLength: 320 });
const label = word({ maxLength: 200, description: 'What the tool calls it' });

const account = named(
  'ToolAccount',
  object(
    { tool, value },
    {
      email,
      label,
      user: id({ description: 'Whose it is; missing: nobody has it' }),
      by: choice(['email', 'hand'], { description: 'How that is known: it is proposed by its address, or was said' }),
    },
  ),
);

const example = {
  tool: 'salesforce',
  value: '0058d000001AbCd',
  email: 'ann@example.com',
  user: '2819c223-7f76-453a-919d-413861904646',
  by: 'email',
} as const;

const accountView = ({ tool: of, value: known, email: at, label: called, holder }: ToolAccount) => ({
  tool: of,
  value: known,
  ...(at !== undefined && { email: at }),
  ...(called !== undefined && { label: called }),
  ...(holder && { user: holder.user, by: holder.by }),
});

const outcome = named(
  'ToldAccount',
  object(
    { value, outcome: choice(['kept', 'refused']) },
    { account, problem: anything({ description: 'Why it was refused (RFC 9457)' }) },
  ),
);

function toldView(told: Told, { requestId, language }: Context) {
  if ('account' in told) return { value: told.account.value, outcome: 'kept', account: accountView(told.account) };
  const refused = problemOf(told.refused);
  return {
    value: told.value,
    outcome: 'refused',
    ...(refused && { problem: problemBody(refused, requestId, language) }),
  };
}

const link = named('AccountLink', object({ tool, value, status: choice(['proposed', 'linked']) }, { email }));

const linkExample = { tool: 'salesforce', value: example.value, email: example.email, status: 'proposed' } as const;

/** Accounts of connected tools, and whose they are. */
export const integrationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/integrations/{tool}/accounts',
    permission: 'users.read',
    summary: 'List the accounts of a tool',
    params: { tool },
    query: listQuery,
    answers: {
      200: {
        description: 'A page of them',
        schema: named('ToolAccounts', pageOf(account)),
        example: { items: [example] },
      },
    },
    async handle({ ports, tenant }, { params, query }) {
      const own = `tool eq "${params.tool}"`;
      const filter = query.filter === undefined ? own : `${own} and (${query.filter})`;
      const page = await ports.lists(tenant, toolAccountKind, askedBy({ ...query, filter }));
      return ok(pageShown(page, (state) => accountView(accountFrom(state))));
    },
  }),
  route({
    method: 'PUT',
    path: '/integrations/{tool}/accounts',
    permission: 'users.manage',
    takes: 'long',
    summary: 'Say which accounts a tool has',
    description:
      'Each is proposed to the person whose e-mail address it has, unless something else was said by hand. Those that are ' +
      'not named stay as they are.',
    params: { tool },
    body: named(
      'ToolAccountsTold',
      object({ accounts: list(object({ value }, { email, label }), { minItems: 1, maxItems: batchSize }) }),
    ),
    answers: {
      200: {
        description: 'What became of each, in their order',
        schema: named('ToldAccounts', object({ items: list(outcome) })),
        example: { items: [{ value: example.value, outcome: 'kept', account: example }] },
      },
    },
    async handle(context, { params, body }) {
      const told = await tellAccounts(context.ports, commissionOf(context), params.tool, body.accounts);
      return ok({ items: told.map((each) => toldView(each, context)) });
    },
  }),
  route({
    method: 'DELETE',
    path: '/integrations/{tool}/accounts/{value}',
    permission: 'users.manage',
    summary: 'Say that a tool has an account no more',
    params: { tool, value },
    answers: { 204: { description: 'Nobody shows it any longer' } },
    async handle(context, { params }) {
      await removeAccount(context.ports, commissionOf(context), params.tool, params.value);
      return done;
    },
  }),
  route({
    method: 'GET',
    path: '/users/{id}/integrations',
    permission: 'users.read',
    summary: "Show somebody's accounts in connected tools",
    answers: {
      200: {
        description: 'One of each tool',
        schema: named('AccountLinks', object({ items: list(link) })),
        example: { items: [linkExample] },
      },
    },
    handle: async ({ ports, tenant }, { params }) => ok({ items: await readLinks(ports, tenant, params.id) }),
  }),
  route({
    method: 'PUT',
    path: '/users/{id}/integrations/{tool}',
    permission: 'users.manage',
    summary: "Say which account of a tool is somebody's",
    description: 'It stays so, whatever is proposed later. It is taken from who was only proposed it.',
    params: { tool },
    body: named('AccountChosen', object({ value })),
    answers: { 200: { description: 'As it is now', schema: link, example: { ...linkExample, status: 'linked' } } },
    async handle(context, { params, body }) {
      await requireReach(context.ports, askerOf(context), params.id);
      return ok(await linkByHand(context.ports, commissionOf(context), params.id, params.tool, body.value));
    },
  }),
  route({
    method: 'DELETE',
    path: '/users/{id}/integrations/{tool}',
    permission: 'users.manage',
    summary: 'Say that somebody has no account in a tool',
    description: 'The one that was shown is not proposed to the same person again.',
    params: { tool },
    answers: { 204: { description: 'None is shown any longer' } },
    async handle(context, { params }) {
      await requireReach(context.ports, askerOf(context), params.id);
      await unlink(context.ports, commissionOf(context), params.id, params.tool);
      return done;
    },
  }),
];
