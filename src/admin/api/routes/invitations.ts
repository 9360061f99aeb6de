import { invitationStates, invitationFrom, type Invitation } from '../../../domain/invitations.ts';
import {
  acceptInvitation,
  invitationView,
  invite,
  inviteMany,
  readInvitation,
  revokeInvitation,
  type Outcome,
} from '../../invitations.ts';
import type { Asker } from '../../people/asker.ts';
import { batchSize } from '../batch.ts';
import { askedBy, pageShown } from '../listing.ts';
import { problemBody, problemOf } from '../problems.ts';
import { commissionOf, ok, route, type Answer, type Context, type Route } from '../route.ts';
import {
  anything,
  choice,
  id,
  instant,
  integer,
  list,
  listQuery,
  named,
  object,
  pageOf,
  text,
  word,
} from '../schema.ts';

const invitation = named(
  'Invitation',
  object(
    {
      id: id(),
      user: id({ description: 'Who is invited' }),
      channel: choice(['email', 'mobile']),
      to: text({ description: 'The address or the number that it goes to' }),
      language: text({ description: 'That it is written in' }),
      state: choice(invitationStates),
      sentAt: instant({ description: 'When it was last sent' }),
      expiresAt: instant({ description: 'When its link stops to work' }),
      sends: integer({ description: 'How often it was sent: only the last link works' }),
      invitedBy: text({ description: 'As the journal names who sent it last' }),
    },
    { acceptedAt: instant(), revokedAt: instant() },
  ),
);

const example = {
  id: '6d1c7d3e-9a1f-4b0e-8f57-0b5a7c1d2e3f',
  user: '2819c223-7f76-453a-919d-413861904646',
  channel: 'email',
  to: 'ann@example.com',
  language: 'fr-FR',
  state: 'open',
  sentAt: '2026-11-24T10:00:00.000Z',
  expiresAt: '2026-12-08T10:00:00.000Z',
  sends: 1,
  invitedBy: 'key:5f0c2d1e',
} as const;

const outcome = named(
  'InvitationOutcome',
  object(
    { user: id(), outcome: choice(['sent', 'refused']) },
    { invitation, problem: anything({ description: 'Why it was refused (RFC 9457)' }) },
  ),
);

const asking = (context: Context): Asker => ({
  ...commissionOf(context),
  person: context.actor.person,
  permissions: context.actor.permissions,
  now: context.now,
});

function outcomeShown(outcomes: Outcome, { now, requestId, language }: Context) {
  const { user } = outcomes;
  if ('invitation' in outcomes) return { user, outcome: 'sent', invitation: invitationView(outcomes.invitation, now) };
  const refused = problemOf(outcomes.refused);
  return { user, outcome: 'refused', ...(refused && { problem: problemBody(refused, requestId, language) }) };
}

/** An invitation as it is at an instant. */
const shown = (found: Invitation, at: Date): Answer => ok(invitationView(found, at), found.version);

/** Invitations: sent, one or many, looked at, revoked, accepted. */
export const invitationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/invitations',
    permission: 'users.read',
    summary: 'List invitations',
    description: 'Each person has one, which may have been sent several times. Their links are shown to nobody.',
    query: listQuery,
    answers: {
      200: {
        description: 'A page of them',
        schema: named('Invitations', pageOf(invitation)),
        example: { items: [example] },
      },
    },
    async handle({ ports, tenant, now }, { query }) {
      const page = await ports.lists(tenant, 'Invitation', askedBy(query));
      return ok(pageShown(page, (state) => invitationView(invitationFrom(state), now)));
    },
  }),
  route({
    method: 'POST',
    path: '/invitations/send',
    permission: 'users.manage',
    takes: 'long',
    summary: 'Send the invitations of many people',
    description:
      'Of those who are prepared, and again of those who are invited; each by itself, with a result for each. What is sent ' +
      'again has a new link: the one before is dead.',
    body: named(
      'InvitationsToSend',
      object({ users: list(id(), { minItems: 1, maxItems: batchSize, uniqueItems: true }) }),
    ),
    answers: {
      200: {
        description: 'What became of each, in their order',
        schema: named('InvitationOutcomes', object({ items: list(outcome) })),
        example: {
          items: [
            { user: example.user, outcome: 'sent', invitation: example },
            {
              user: 'c2d1e0f9-0000-4000-8000-000000000001',
              outcome: 'refused',
              problem: {
                type: 'urn:rollcall:problem:wrong-status',
                title: 'Conflict',
                status: 409,
                detail: 'The person is active, and this is for who is invited: change that first',
                code: 'wrong-status',
                requestId: '0c1d6d3e-6a5e-4a1b-8c55-5b3b1f6f7a10',
              },
            },
          ],
        },
      },
    },
    async handle(context, { body: { users } }) {
      const outcomes = await inviteMany(context.ports, asking(context), users);
      return ok({ items: outcomes.map((each) => outcomeShown(each, context)) });
    },
  }),
  route({
    method: 'POST',
    path: '/invitations/accept',
    permission: 'open',
    summary: 'Accept an invitation',
    description:
      'Whoever has the link needs no key. The password becomes that of the person invited, who is active from then on; the ' +
      'link works once. Too many of these from one address are refused for a while.',
    body: named(
      'Acceptance',
      object({
        link: word({ maxLength: 400, description: 'What the invitation said' }),
        password: text({ minLength: 8, maxLength: 1_000, description: 'What the person will sign in with' }),
      }),
    ),
    answers: {
      200: {
        description: 'Who may sign in now',
        schema: named(
          'Accepted',
          object({ user: id(), login: text({ description: 'What the person signs in with' }) }),
        ),
        example: { user: example.user, login: 'ann@example.com' },
      },
    },
    async handle({ ports, requestId, deadline, now }, { body: { link, password } }) {
      const { user, login } = await acceptInvitation(ports, { link, password, requestId, deadline, now });
      return ok({ user, login });
    },
  }),
  route({
    method: 'GET',
    path: '/users/{id}/invitation',
    permission: 'users.read',
    summary: "Show somebody's invitation",
    answers: { 200: { description: 'As it is now', schema: invitation, example } },
    async handle({ ports, tenant, now }, { params: { id: user } }) {
      const found = await readInvitation(ports, { tenant }, user);
      return shown(found, now);
    },
  }),
  route({
    method: 'POST',
    path: '/users/{id}/invitation',
    permission: 'users.manage',
    summary: 'Invite somebody, or send the invitation again',
    description: 'What is sent again has a new link: the one before is dead.',
    answers: { 200: { description: 'As it was sent', schema: invitation, example } },
    async handle(context, { params: { id: user } }) {
      const sent = await invite(context.ports, asking(context), user);
      return shown(sent, context.now);
    },
  }),
  route({
    method: 'DELETE',
    path: '/users/{id}/invitation',
    permission: 'users.manage',
    summary: "Revoke somebody's invitation",
    description: 'Its link is dead; who was invited is prepared again, and may be invited again.',
    answers: { 200: { description: 'As it is now', schema: invitation, example } },
    async handle(context, { params: { id: user } }) {
      const over = await revokeInvitation(context.ports, asking(context), user);
      return shown(over, context.now);
    },
  }),
];
