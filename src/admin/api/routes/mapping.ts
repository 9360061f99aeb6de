import { gifts, matchings, ruleFrom, type MappingRule } from '../../../domain/mappingRules.ts';
import { companyRoles } from '../../../domain/permissions.ts';
import { previewRule, type Preview } from '../../mappingPreview.ts';
import {
  changeRule,
  createRule,
  drafted,
  listRules,
  mostRules,
  orderRules,
  readRule,
  removeRule,
  type RulePorts,
  type Saved,
} from '../../mappingRules.ts';
import type { Asker } from '../../people/asker.ts';
import { Refusal } from '../../errors.ts';
import { accepted, commissionOf, ok, route, type Answer, type Context, type Route } from '../route.ts';
import { choice, id, integer, list, named, nullable, object, text, word, type OfSome } from '../schema.ts';
import { jobLocation } from './jobs.ts';

const match = named(
  'GroupMatch',
  object({
    by: choice(matchings, {
      description:
        "The group's id; the whole of its name; or its name with a pattern, where `*` is anything and `?` one character",
    }),
    value: word({ maxLength: 256 }),
  }),
);

const gives = named(
  'Gift',
  object(
    { what: choice(gifts, { description: 'Besides being in the team that the group is; `team`: nothing' }) },
    {
      id: word({ maxLength: 256, description: 'The role, license or entity, by its id or its name' }),
      role: choice(companyRoles, { description: 'In the entity; Auditor where it is left out' }),
    },
  ),
);

const written = {
  name: word({ maxLength: 100 }),
  connection: word({ maxLength: 100, description: 'Whose groups it speaks of, by its id or its name' }),
  match,
  gives,
};

const position = integer({
  minimum: 0,
  maximum: 1_000_000,
  description: 'Rules are looked at from the lowest on, and the first that speaks of a group says what it means',
});

const rule = named(
  'MappingRule',
  object({
    id: id(),
    ...written,
    position,
    reach: choice(['everybody', 'ordinary'], {
      description: '`ordinary`: who saved it may not manage administrators, and the rule does not touch them',
    }),
  }),
);

const example = {
  id: '2819c223-7f76-453a-919d-413861904646',
  name: 'Sales',
  connection: 'c2d1e0f9-0000-4000-8000-000000000001',
  match: { by: 'pattern', value: 'Sales *' },
  gives: { what: 'role', id: '6d1c7d3e-9a1f-4b0e-8f57-0b5a7c1d2e3f' },
  position: 1,
  reach: 'ordinary',
} as const;

const job = nullable(id({ description: 'The job by which everybody gets what it says; `null` where nothing changes' }));
const saved = named('SavedMappingRule', object({ rule, job }));
const begun = named('MappingJob', object({ job }));
const jobExample = 'b9d1b2c3-7f76-453a-919d-413861904646';

const preview = named(
  'MappingPreview',
  object({
    groups: object({ count: integer(), items: list(object({ id: id(), name: text() })) }),
    people: object({
      gain: integer({ description: 'How many would gain anything' }),
      lose: integer({ description: 'How many would lose anything' }),
      outOfReach: integer({ description: 'Administrators whom the rule would not touch' }),
      items: list(object({ user: id(), name: text(), gains: list(text()), loses: list(text()) }), {
        description: 'The first hundred',
      }),
    }),
    seats: list(
      object({
        license: id(),
        name: text(),
        needed: integer({ description: 'So many would need one more' }),
        released: integer({ description: 'So many would give one back' }),
        free: nullable(integer({ description: 'Now; `null`: without end' })),
      }),
    ),
  }),
);

const previewExample = {
  groups: { count: 1, items: [{ id: '6d1c', name: 'Sales EMEA' }] },
  people: { gain: 1, lose: 0, outOfReach: 0, items: [{ user: '4711', name: 'ann', gains: ['role:sales'], loses: [] }] },
  seats: [{ license: 'l1', name: 'recording-premium', needed: 1, released: 0, free: null }],
};

const asking = (context: Context): Asker => ({
  ...commissionOf(context),
  person: context.actor.person,
  permissions: context.actor.permissions,
  now: context.now,
});

const previewShown = ({ groups, people, seats }: Preview) => ({
  groups,
  people,
  seats: seats.map(({ free, ...pool }) => ({ ...pool, free: free ?? null })),
});

function savedShown({ rule: own, version, job: started }: Saved): Answer {
  const body = { rule: own, job: started ?? null };
  return started === undefined ? ok(body, version) : { ...accepted(jobLocation(started), body), version };
}

const begunShown = (started: string | undefined): Answer =>
  started === undefined ? ok({ job: null }) : accepted(jobLocation(started), { job: started });

const begins = {
  description: 'Saved; the job gives and takes what it changes',
  schema: saved,
  example: { rule: example, job: jobExample },
};
const same = { description: 'Nothing was changed', schema: saved, example: { rule: example, job: null } };

const change = { name: written.name, connection: written.connection, match, gives, position };

/** The rule that somebody wants to see the effects of: a new one, one changed, or, where nothing is wished of it, one removed. */
async function wished(
  ports: RulePorts,
  asker: Asker,
  { id: known, rule: wish }: { readonly id?: string; readonly rule?: OfSome<typeof change> },
): Promise<{ readonly id: string; readonly to: MappingRule | undefined }> {
  const old = known === undefined ? undefined : ruleFrom(await readRule(ports, asker.tenant, known));
  const own = known ?? ports.deciding.newId();
  if (!wish && !old) throw new Refusal('rule.preview-what');
  if (!wish) return { id: own, to: undefined };
  const { name = '', connection, match: by, gives: gift, position: place } = { ...old, ...wish };
  if (connection === undefined || !by || !gift) throw new Refusal('rule.preview-what');
  return {
    id: own,
    to: await drafted(ports, asker, { name, connection, match: by, gives: gift, position: place }, own),
  };
}

/** What identity providers' groups mean. */
export const mappingRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/mapping-rules',
    permission: 'connections.read',
    summary: 'List the rules of what groups mean, in their order',
    answers: {
      200: {
        description: `All of them, ${mostRules.toLocaleString('en')} at most`,
        schema: named('MappingRules', object({ items: list(rule) })),
        example: { items: [example] },
      },
    },
    handle: async ({ ports, tenant }) => ok({ items: await listRules(ports, tenant) }),
  }),
  route({
    method: 'GET',
    path: '/mapping-rules/{id}',
    permission: 'connections.read',
    summary: 'Show a rule',
    answers: { 200: { description: 'The rule', schema: rule, example } },
    async handle({ ports, tenant }, { params }) {
      const state = await readRule(ports, tenant, params.id);
      return ok(ruleFrom(state), state.version);
    },
  }),
  route({
    method: 'POST',
    path: '/mapping-rules/preview',
    permission: 'connections.manage',
    takes: 'long',
    summary: 'See what a rule would change before it is saved',
    description:
      'Nothing is changed. With `rule` alone it is a new one; with `id` too, that one changed so; with `id` alone, that one ' +
      'removed. The first hundred groups and people are named, and all are counted.',
    body: named('MappingToPreview', object({}, { id: id(), rule: object({}, change) })),
    answers: { 200: { description: 'What would change', schema: preview, example: previewExample } },
    async handle(context, { body }) {
      const { ports, tenant } = context;
      const { id: own, to } = await wished(ports, asking(context), body);
      return ok(previewShown(await previewRule(ports, tenant, own, to)));
    },
  }),
  route({
    method: 'POST',
    path: '/mapping-rules',
    permission: 'connections.manage',
    summary: 'Make a rule',
    description: 'One that gives a role for administrators needs the permission to manage administrators.',
    body: named('MappingRuleToMake', object(written, { position })),
    answers: { 202: begins },
    handle: async (context, { body }) => savedShown(await createRule(context.ports, asking(context), body)),
  }),
  route({
    method: 'PATCH',
    path: '/mapping-rules/{id}',
    permission: 'connections.manage',
    summary: 'Change a rule',
    description: 'What is not named stays as it is.',
    body: named('MappingRuleChange', object({}, change)),
    answers: { 200: same, 202: begins },
    handle: async (context, { params, body, onlyAt }) =>
      savedShown(await changeRule(context.ports, asking(context), params.id, body, onlyAt)),
  }),
  route({
    method: 'PUT',
    path: '/mapping-rules/order',
    permission: 'connections.manage',
    summary: "Put a connection's rules in an order",
    body: named(
      'MappingOrder',
      object({
        connection: id({ description: 'The id of the connection' }),
        rules: list(id(), { maxItems: mostRules, uniqueItems: true, description: 'All of its rules, the first first' }),
      }),
    ),
    answers: {
      200: { description: 'They were in this order', schema: begun, example: { job: null } },
      202: { description: 'The job gives and takes what it changes', schema: begun, example: { job: jobExample } },
    },
    handle: async (context, { body: { connection, rules } }) =>
      begunShown(await orderRules(context.ports, asking(context), connection, rules)),
  }),
  route({
    method: 'DELETE',
    path: '/mapping-rules/{id}',
    permission: 'connections.manage',
    summary: 'Remove a rule',
    description: 'Its groups are teams and no more, unless another rule speaks of them: its members lose what it gave.',
    answers: { 202: { description: 'The job takes what it gave', schema: begun, example: { job: jobExample } } },
    handle: async (context, { params, onlyAt }) =>
      begunShown(await removeRule(context.ports, asking(context), params.id, onlyAt)),
  }),
];
