import { jobKinds, type Job } from '../../../domain/jobs.ts';
import { DomainError } from '../../../domain/errors.ts';
import { ok, route, type Route } from '../route.ts';
import { choice, id, instant, integer, list, listQuery, named, object, pageSize, text } from '../schema.ts';

const job = named(
  'Job',
  object(
    {
      id: id(),
      kind: choice(jobKinds, { description: 'What everybody concerned is decided on anew for' }),
      state: choice(['waiting', 'running', 'done', 'failed', 'cancelled']),
      by: text({ description: 'As the journal names who ordered the change that began it' }),
      request: text({ description: 'The request that began it' }),
      done: integer({ minimum: 0, description: 'How many people were looked at' }),
      createdAt: instant(),
    },
    {
      total: integer({ minimum: 0, description: 'Of how many, where that is known' }),
      endedAt: instant(),
      error: text({ description: 'Why it stopped the last time; it is tried again until it has failed' }),
    },
  ),
);

const example = {
  id: 'b9d1b2c3-7f76-453a-919d-413861904646',
  kind: 'settle-rules',
  state: 'running',
  by: 'key:5f0c2d1e',
  request: '0c1d6d3e-6a5e-4a1b-8c55-5b3b1f6f7a10',
  done: 1_200,
  createdAt: '2026-11-24T10:00:00.000Z',
} as const;

const shown = ({ id: own, kind, state, order, done, total, created, ended, error }: Job) => ({
  id: own,
  kind,
  state,
  by: order.connection,
  request: order.request,
  done,
  createdAt: created.toISOString(),
  ...(total !== undefined && { total }),
  ...(ended && { endedAt: ended.toISOString() }),
  ...(error !== undefined && { error }),
});

function required(found: Job | undefined, wanted: string): Job {
  if (!found) throw new DomainError({ rule: 'unknown', type: 'Job', id: wanted });
  return found;
}

/** Where a job is told of. */
export const jobLocation = (own: string): string => `/jobs/${own}`;

/** Jobs: what is done to very many people, piece by piece. */
export const jobRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/jobs',
    permission: 'settings.read',
    summary: 'List jobs, the newest first',
    description: 'Work that a change left to be done piece by piece; one that is over is forgotten after thirty days.',
    query: { limit: listQuery.limit, cursor: listQuery.cursor },
    answers: {
      200: {
        description: 'A page of them',
        schema: named('Jobs', object({ items: list(job) }, { nextCursor: text() })),
        example: { items: [example] },
      },
    },
    async handle({ ports: { jobs }, tenant }, { query: { limit = pageSize.default, cursor } }) {
      const found = await jobs.list(tenant, limit + 1, cursor);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return ok({ items: items.map(shown), ...(found.length > limit && last && { nextCursor: last.id }) });
    },
  }),
  route({
    method: 'GET',
    path: '/jobs/{id}',
    permission: 'settings.read',
    summary: 'Show a job, and how far it is',
    answers: { 200: { description: 'The job', schema: job, example } },
    handle: async ({ ports: { jobs }, tenant }, { params }) =>
      ok(shown(required(await jobs.read(tenant, params.id), params.id))),
  }),
  route({
    method: 'POST',
    path: '/jobs/{id}/cancel',
    permission: 'connections.manage',
    summary: 'Stop a job',
    description:
      'It stops at the end of the piece that is under way. What is done stays done; one that is over stays as it is.',
    answers: { 200: { description: 'The job', schema: job, example: { ...example, state: 'cancelled' } } },
    handle: async ({ ports: { jobs }, tenant }, { params }) =>
      ok(shown(required(await jobs.cancel(tenant, params.id), params.id))),
  }),
];
