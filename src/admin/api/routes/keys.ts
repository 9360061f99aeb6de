import { DomainError } from '../../../domain/errors.ts';
import { keyKind, type KeptKey } from '../../../domain/keys.ts';
import { everyPermission } from '../../../domain/permissions.ts';
import type { TenantId } from '../../../domain/tenants.ts';
import { keyView, makeKey, revokeKey } from '../../keys.ts';
import type { Ports } from '../../ports.ts';
import { commissionOf, created, ok, route, type Route } from '../route.ts';
import { choice, id, instant, list, listQuery, named, object, pageOf, pageSize, word } from '../schema.ts';

const permissions = list(choice(everyPermission), {
  uniqueItems: true,
  description: 'What it may be used for: at most what its maker may do, and at no time more than its person may then',
});

const label = word({ maxLength: 200, description: 'What it is for', examples: ['Nightly import'] });

const person = id({ description: 'The id of the user that it is bound to; missing: a program has it' });

const members = {
  id: id({ description: 'What revokes it' }),
  label,
  permissions,
  state: choice(['live', 'expired', 'revoked']),
  madeBy: word({ description: 'Who made it, as the journal names them' }),
  createdAt: instant(),
} as const;

const more = { person, expiresAt: instant(), lastUsedAt: instant(), revokedAt: instant() } as const;

const key = named('ApiKey', object(members, more));

const newKey = named(
  'NewApiKey',
  object({ key, text: word({ description: 'The key itself, shown this once', examples: ['rck_acme_…'] }) }),
);

const example = {
  id: '8d0f7c9e-2a54-4c8e-9d8a-0f6f4d2f7b11',
  label: 'Nightly import',
  permissions: ['users.read', 'users.manage'],
  state: 'live',
  madeBy: 'person:2819c223-7f76-453a-919d-413861904646',
  createdAt: '2026-11-23T14:30:00.000Z',
};

async function requireKey({ keys }: Pick<Ports, 'keys'>, tenant: TenantId, named: string): Promise<KeptKey> {
  const found = await keys.read(tenant, named);
  if (!found) throw new DomainError({ rule: 'unknown', type: keyKind, id: named });
  return found;
}

/** Keys of the admin API. */
export const keyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/keys',
    permission: 'keys.manage',
    summary: 'List the keys of this API',
    description: 'Revoked ones stay in the list: what they did is in the journal.',
    query: { limit: listQuery.limit, cursor: id({ description: listQuery.cursor['description'] }) },
    answers: {
      200: {
        description: 'Keys, in the order of their ids, without their texts',
        schema: named('ApiKeys', pageOf(key)),
        example: { items: [example] },
      },
    },
    async handle({ ports, tenant, now }, { query: { limit = pageSize.default, cursor } }) {
      const found = await ports.keys.list(tenant, cursor, limit + 1);
      const items = found.slice(0, limit).map((each) => keyView(each, now));
      const last = items.at(-1);
      return ok({ items, ...(found.length > limit && last && { nextCursor: last.id }) });
    },
  }),
  route({
    method: 'POST',
    path: '/keys',
    permission: 'keys.manage',
    summary: 'Make a key of this API',
    description:
      'Its text is shown this once, and kept nowhere. A key that is bound to a person never allows more than the person ' +
      'may do at that moment, and nothing while the person is deactivated.',
    body: named(
      'ApiKeyRequest',
      object({ label, permissions }, { person, expiresAt: instant({ description: 'When it stops to work' }) }),
    ),
    answers: {
      201: {
        description: 'The key, with its text',
        schema: newKey,
        example: { key: example, text: 'rck_acme_…' },
      },
    },
    async handle(context, { body: { expiresAt, ...request } }) {
      const { ports, actor, now } = context;
      const made = await makeKey(ports, commissionOf(context), actor, {
        ...request,
        expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt),
      });
      return created(`/keys/${made.key.id}`, { key: keyView(made, now), text: made.text });
    },
  }),
  route({
    method: 'GET',
    path: '/keys/{id}',
    permission: 'keys.manage',
    summary: 'Show a key of this API',
    answers: { 200: { description: 'The key, without its text', schema: key, example } },
    async handle({ ports, tenant, now }, { params }) {
      return ok(keyView(await requireKey(ports, tenant, params.id), now));
    },
  }),
  route({
    method: 'DELETE',
    path: '/keys/{id}',
    permission: 'keys.manage',
    summary: 'Revoke a key of this API',
    description: 'Within a second it is refused everywhere. It stays in the list.',
    answers: {
      200: {
        description: 'The key as it is now',
        schema: key,
        example: { ...example, state: 'revoked', revokedAt: '2026-11-24T08:00:00.000Z' },
      },
    },
    async handle(context, { params }) {
      const { ports, now } = context;
      return ok(keyView({ key: await revokeKey(ports, commissionOf(context), params.id, now) }, now));
    },
  }),
];
