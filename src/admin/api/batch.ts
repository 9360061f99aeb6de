import { problem, problemBody } from './problems.ts';
import { route, methods, type Answer, type Context, type Route } from './route.ts';
import { anything, choice, integer, list, named, object, text, word, type Of } from './schema.ts';
import type { Api } from './api.ts';

/** The most items of a batch. */
export const batchSize = 1_000;

/** How long one item may take, in milliseconds: as long as a request of its own. */
const itemMs = 4_000;

/** So many items of one kind are carried out side by side: their changes share commits. */
const sideBySide = 16;

const item = named(
  'BatchItem',
  object(
    {
      method: choice(methods),
      path: word({
        description: 'Below /admin/v1, with its query',
        pattern: '^/',
        examples: ['/users?language=fr-FR'],
      }),
    },
    {
      body: anything({ description: 'As the request itself would have it' }),
      ifMatch: text({ maxLength: 64, description: 'As `If-Match` of the request itself' }),
    },
  ),
);

const result = named(
  'BatchResult',
  object(
    { status: integer({ description: 'As the request itself would be answered' }) },
    {
      body: anything({ description: 'What was answered' }),
      etag: text({ description: 'As `ETag`' }),
      location: text({ description: 'Where what was made is, below /admin/v1' }),
      problem: anything({ description: 'Why it was refused (RFC 9457); the others are done all the same' }),
    },
  ),
);

type Item = Of<typeof item>;
type Result = Of<typeof result>;

/**
 * Many requests in one, each an operation of its own with a result of its own. Neighbours with the same method and route
 * are carried out side by side, unless two of them have one address; all else in its order.
 */
export const batchRoute = (api: () => Api): Route =>
  route({
    method: 'POST',
    path: '/batch',
    permission: 'any-key',
    takes: 'long',
    summary: 'Do many things at once, each by itself',
    description:
      `At most ${batchSize.toLocaleString('en')} items, each a request of this API as it would be sent alone, allowed or ` +
      'refused by itself: one that fails holds up no other. Items that follow each other and have the same method and ' +
      'address, ids aside, are carried out side by side; all others in their order. Rows, batches, and what needs no key ' +
      'cannot be asked for.',
    body: named('Batch', object({ items: list(item, { minItems: 1, maxItems: batchSize }) })),
    answers: {
      200: {
        description: 'What became of each, in their order',
        schema: named('BatchResults', object({ items: list(result) })),
        example: {
          items: [
            { status: 201, etag: '"1"', location: '/teams/6d1c', body: { id: '6d1c', name: 'Sales' } },
            {
              status: 409,
              problem: {
                type: 'urn:rollcall:problem:name-taken',
                title: 'Conflict',
                status: 409,
                detail: 'There is a Group named Sales already',
                code: 'name-taken',
                requestId: '0c1d6d3e-6a5e-4a1b-8c55-5b3b1f6f7a10',
              },
            },
          ],
        },
      },
    },
    async handle(context, { body: { items } }) {
      const results: Result[] = [];
      for (const run of runsOf(api(), items)) {
        results.push(...(await Promise.all(run.map((each) => resultOf(api(), each, context)))));
      }
      return { status: 200, body: { items: results } };
    },
  });

/** Items that may be carried out side by side, in the order of all. */
function runsOf(api: Api, items: readonly Item[]): readonly (readonly Item[])[] {
  const runs: Item[][] = [];
  let kind: string | undefined;
  let addresses = new Set<string>();
  for (const each of items) {
    const sort = kindOf(api, each);
    const address = each.method === 'POST' ? `${addresses.size}` : (each.path.split('?')[0] ?? '');
    const last = runs.at(-1);
    if (last && sort !== undefined && sort === kind && last.length < sideBySide && !addresses.has(address)) {
      last.push(each);
    } else {
      runs.push([each]);
      addresses = new Set();
    }
    addresses.add(address);
    kind = sort;
  }
  return runs;
}

function kindOf(api: Api, { method, path }: Item): string | undefined {
  try {
    return `${method} ${api.find(method, pathOf(path)).route.path}`;
  } catch {
    return undefined;
  }
}

const pathOf = (address: string): string => address.split('?')[0] ?? '';

const queryOf = (address: string): string => (address.includes('?') ? address.slice(address.indexOf('?') + 1) : '');

async function resultOf(api: Api, item: Item, context: Context): Promise<Result> {
  try {
    const now = context.ports.now();
    if (now.getTime() >= context.deadline) throw problem('too-late', {});
    const found = api.find(item.method, pathOf(item.path));
    const answers = Object.values(found.route.answers);
    const { takes, permission } = found.route;
    if (takes === 'long' || permission === 'open' || answers.some(({ rows }) => rows === 'rows'))
      throw problem('not-in-batch', {});
    const deadline = Math.min(context.deadline, now.getTime() + itemMs);
    const request = { query: new URLSearchParams(queryOf(item.path)), body: item.body, ifMatch: item.ifMatch };
    return shownOf(await api.answer(found, request, { ...context, deadline, now, wants: 'json' }));
  } catch (failure) {
    const told = api.told(failure, context.requestId);
    return { status: told.status, problem: problemBody(told, context.requestId, context.language) };
  }
}

const shownOf = ({ status, body, version, location }: Answer): Result => ({
  status,
  ...(version !== undefined && { etag: `"${version}"` }),
  ...(location !== undefined && { location }),
  ...(body !== undefined && { body }),
});
