import { instantFrom } from '../../../domain/history.ts';
import { operations } from '../../../domain/journal.ts';
import { primaryRoles } from '../../../domain/permissions.ts';
import { statuses } from '../../../domain/person.ts';
import { changesBetween, timelineOf } from '../../history.ts';
import { outsideScim, tokenInventory } from '../../inventory.ts';
import { administratorsThen, holdersThen, membersThen, personThen, type HeldKind } from '../../who.ts';
import { answerReport, pastInstant, reportAnswer, reportQuery } from '../reporting.ts';
import { ok, route, type Context, type Route } from '../route.ts';
import { anything, choice, flag, id, instant, integer, list, named, object, text } from '../schema.ts';

const at = pastInstant('As of this instant; missing: now');

const instantOf = (said: string | undefined): Date | undefined => (said === undefined ? undefined : instantFrom(said));

const member = named(
  'MemberThen',
  object(
    { id: id(), kind: text({ description: 'User or Group' }), since: instant({ description: 'When he joined' }) },
    {
      name: text({ description: 'What he was called then' }),
      until: instant({ description: 'When he left, where he has since' }),
      via: choice(['role', 'both'], { description: 'A role gave it: alone, or beside whoever chose the members' }),
    },
  ),
);

const somebody = {
  id: id(),
  name: text(),
  status: choice(statuses),
  primaryRole: choice(primaryRoles),
} as const;

const holder = named(
  'HolderThen',
  object(
    { ...somebody, roles: list(text(), { description: 'Names of the roles that he held' }) },
    {
      companyRole: text({ description: 'In the entity that was asked about' }),
      origins: list(anything(), { description: 'Why he held what was asked about' }),
    },
  ),
);

const ordered = {
  by: text({ description: 'Who ordered it, as the journal names them' }),
  byName: text({ description: 'What the connection is called' }),
  request: text({ description: 'By which request' }),
  act: text({ description: 'What was done, where that has a name of its own' }),
  changed: list(text(), { description: 'The attributes that changed' }),
  differences: list(anything(), { description: 'Each of them before and after' }),
} as const;

const lifeEvent = named(
  'LifeEvent',
  object(
    { at: instant(), event: choice([...operations, 'join', 'leave']) },
    {
      ...ordered,
      group: id({ description: 'What he joined or left' }),
      groupName: text(),
      why: choice(['member', 'reset', 'removal'], {
        description: 'He was named himself, or all left, or he or the group was removed',
      }),
    },
  ),
);

const change = named(
  'RecordedChange',
  object(
    { at: instant(), operation: choice(operations), kind: text(), resource: id(), version: integer(), entry: id() },
    {
      ...ordered,
      name: text({ description: 'What it is called now, or was last' }),
      joined: integer({ description: 'How many joined a group' }),
      left: integer({ description: 'How many left it' }),
      emptied: flag({ description: 'All who were in left first' }),
      firstJoined: list(id(), { description: 'The first hundred of them' }),
      firstLeft: list(id(), { description: 'The first hundred of them' }),
    },
  ),
);

const account = named('AccountOutsideScim', object({ ...somebody, created: instant(), changed: instant() }));

const credential = named(
  'Credential',
  object(
    {
      ...{
        of: choice(['token', 'key']),
        id: id(),
        name: text({ description: 'Of the connection, or what it is for' }),
      },
      ...{ state: choice(['live', 'expired', 'revoked']), scopes: list(text()) },
      ...{ createdAt: instant(), createdBy: text() },
    },
    { connection: id(), user: id(), expiresAt: instant(), lastUsedAt: instant(), revokedAt: instant() },
  ),
);

const ann = { id: '2819c223-7f76-453a-919d-413861904646', name: 'ann@example.com' };
const then = '2026-03-01T09:30:00.000Z';
const order = { by: '9f0c2d1e', byName: 'okta', request: '0c1d6d3e', changed: ['title'], differences: [] };
const person = { ...ann, status: 'active', primaryRole: 'user' };

/** Addresses of what people hold, and what each is. */
const held: readonly (readonly [path: '/roles' | '/licenses' | '/entities', of: HeldKind, what: string])[] = [
  ['/roles', 'role', 'a role'],
  ['/licenses', 'license', 'a license of a pool'],
  ['/entities', 'entity', 'a place in an entity'],
];

const holdersAt = ([path, of, what]: (typeof held)[number]): Route =>
  route({
    method: 'GET',
    path: `/history${path}/{id}/members`,
    permission: 'audit.read',
    summary: `Who held ${what} at an instant`,
    query: { at, ...reportQuery },
    answers: {
      200: reportAnswer(`HoldersOf${of}`, 'They, in the order of their ids', holder, { ...person, roles: ['Trainer'] }),
    },
    handle: (context, { params, query }) =>
      answerReport(context, [path, params.id, query.at], query, (asking) =>
        holdersThen(context.ports, asking, { of, named: params.id, at: instantOf(query.at) }),
      ),
  });

const askingOf = ({ tenant, actor, requestId }: Context) => ({ tenant, by: actor.name, request: requestId });

/** What auditors ask: who was what at any time, and by whose order. What is read is noted in the journal. */
export const historyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/history/groups/{id}/members',
    permission: 'audit.read',
    summary: 'Who was a member of a group at an instant',
    query: { at, ...reportQuery },
    answers: {
      200: reportAnswer('MembersThen', 'They, in the order of their ids', member, {
        ...ann,
        kind: 'User',
        since: then,
      }),
    },
    handle: (context, { params, query }) =>
      answerReport(context, ['groups', params.id, query.at], query, (asking) =>
        membersThen(context.ports, asking, { group: params.id, at: instantOf(query.at) }),
      ),
  }),
  ...held.map(holdersAt),
  route({
    method: 'GET',
    path: '/history/administrators',
    permission: 'audit.read',
    summary: 'Who was an administrator at an instant',
    query: { at, ...reportQuery },
    answers: {
      200: reportAnswer('AdministratorsThen', 'They, in the order of their ids', holder, { ...person, roles: [] }),
    },
    handle: (context, { query }) =>
      answerReport(context, ['administrators', query.at], query, (asking) =>
        administratorsThen(context.ports, asking, { at: instantOf(query.at) }),
      ),
  }),
  route({
    method: 'GET',
    path: '/history/users/{id}/timeline',
    permission: 'audit.read',
    summary: 'What happened to somebody',
    description: 'Every change of him, and every group that he joined or left. Also of who is removed.',
    query: {
      order: choice(['newest', 'oldest'], { default: 'newest', description: 'Which come first' }),
      ...reportQuery,
    },
    answers: { 200: reportAnswer('Timeline', 'It', lifeEvent, { at: then, event: 'revise', ...order }) },
    handle: (context, { params, query }) =>
      answerReport(context, ['timeline', params.id, query.order], query, (asking) =>
        timelineOf(context.ports, asking, { user: params.id, order: query.order }),
      ),
  }),
  route({
    method: 'GET',
    path: '/history/users/{id}',
    permission: 'audit.read',
    summary: 'Somebody as he was at an instant',
    query: { at },
    answers: {
      200: {
        description: 'He, with the groups that he was in; without a state where he did not exist then',
        schema: named(
          'PersonThen',
          object(
            {
              at: instant(),
              generatedAt: instant(),
              user: object({ id: id(), kind: text() }, { name: text() }),
              groups: list(member),
            },
            { state: anything({ description: 'His name, status, primary role, grants and attributes' }) },
          ),
        ),
        example: { at: then, generatedAt: then, user: { ...ann, kind: 'User' }, groups: [] },
      },
    },
    handle: async (context, { params, query }) =>
      ok(await personThen(context.ports, askingOf(context), { user: params.id, at: instantOf(query.at) })),
  }),
  route({
    method: 'GET',
    path: '/history/changes',
    permission: 'audit.read',
    summary: 'What changed between two instants',
    description: 'In the order of time. What was read, `operation=read`, is shown where it is asked for.',
    query: {
      from: pastInstant('From this instant on; missing: from the beginning'),
      to: pastInstant('Before this instant; missing: until now'),
      kind: text({ maxLength: 100, description: 'Only of what is of this kind', examples: ['User'] }),
      resource: id({ description: 'Only of what has this id' }),
      by: text({ maxLength: 200, description: 'Only by this connection, by name or id, or as the journal names them' }),
      operation: choice(operations, { description: 'Only of this sort' }),
      ...reportQuery,
    },
    answers: {
      200: reportAnswer('Changes', 'They', change, {
        ...{ at: then, operation: 'revise', kind: 'User', resource: ann.id, name: ann.name, version: 2 },
        ...{ ...order, entry: '65f0c2d1e4b0a1b2c3d4e5f6' },
      }),
    },
    handle(context, { query }) {
      const { from, to, kind, resource, by, operation } = query;
      const asked = { kind, resource, by, operation };
      const since = instantOf(from) ?? new Date(0);
      return answerReport(context, ['changes', from, to, asked], query, (asking) =>
        changesBetween(context.ports, asking, { ...asked, since, until: instantOf(to) }),
      );
    },
  }),
  route({
    method: 'GET',
    path: '/history/accounts-outside-scim',
    permission: 'audit.read',
    summary: 'Users whom no connection provisioned',
    query: reportQuery,
    answers: {
      200: reportAnswer('AccountsOutsideScim', 'They, in the order of their ids', account, {
        ...{ ...person, created: then, changed: then },
      }),
    },
    handle: (context, { query }) =>
      answerReport(context, ['accounts'], query, (asking) => outsideScim(context.ports, asking)),
  }),
  route({
    method: 'GET',
    path: '/history/tokens',
    permission: 'audit.read',
    summary: 'Tokens of all connections and keys of this API, with their last use',
    query: reportQuery,
    answers: {
      200: reportAnswer('Credentials', 'They, without their texts', credential, {
        ...{ of: 'token', id: 'a1b2c3', name: 'okta', connection: '9f0c2d1e', state: 'live', scopes: ['users:read'] },
        ...{ createdAt: then, createdBy: 'cli (ann)', lastUsedAt: then },
      }),
    },
    handle: (context, { query }) =>
      answerReport(context, ['tokens'], query, (asking) => tokenInventory(context.ports, asking)),
  }),
];
