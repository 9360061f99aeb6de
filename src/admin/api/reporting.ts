import { said } from '../../words/say.ts';
import type { Ports } from '../ports.ts';
import { endOf, rowsOf, type Asking, type Report } from '../reports.ts';
import { problem } from './problems.ts';
import { ok, streamed, type Answer, type Answered, type Context } from './route.ts';
import { anything, choice, instant, integer, list, listQuery, named, object, pageSize, text } from './schema.ts';
import type { OfSome, Schema } from './schema.ts';

/** How every report is asked, besides what it is about. */
export const reportQuery = {
  limit: listQuery.limit,
  cursor: listQuery.cursor,
  separator: choice([',', ';'], {
    default: ',',
    description: 'Between the cells of CSV; French spreadsheets expect a semicolon',
  }),
} as const;

/** An instant of the past. */
export const pastInstant = (description: string) =>
  text({
    maxLength: 40,
    format: 'date-or-date-time',
    description: `${description}, in ISO 8601 with its offset; a date alone is the beginning of that day in UTC`,
    examples: ['2026-03-01', '2026-03-01T09:30:00Z'],
  });

/** The answer of a report: a page of it as JSON, or all its rows as CSV or NDJSON. */
export const reportAnswer = (name: string, description: string, row: Schema, example: object): Answered => ({
  description: `${description}. As JSON a page; with \`Accept: text/csv\` or \`application/x-ndjson\` all rows, and how many they are in the last line`,
  schema: named(
    name,
    object(
      {
        items: list(row),
        query: anything({ description: 'What was asked' }),
        generatedAt: instant({ description: 'When it was read: later pages are of the same instant' }),
        count: integer({ minimum: 0, description: 'Rows on this page and those before' }),
      },
      {
        nextCursor: text({
          maxLength: 16_384,
          description: 'Asks for the next page; missing on the last one. A page may be short and yet not the last',
        }),
        total: integer({ minimum: 0, description: 'How many there are; on the last page' }),
      },
    ),
  ),
  example: { items: [example], query: {}, generatedAt: '2026-11-23T14:30:00.000Z', count: 1, total: 1 },
  rows: 'also',
});

/** Where a later page begins. */
interface Begun {
  readonly from: string;
  readonly seen: number;
  /** When the first page was asked for, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * Answers a report as it is wanted.
 *
 * @param about what it is about besides its query: a cursor leads on in that alone
 * @throws Problem `invalid` where the cursor is not of this question
 */
export async function answerReport<Row extends object>(
  { ports, tenant, actor, requestId, wants }: Context,
  about: readonly unknown[],
  { limit = pageSize.default, cursor, separator = ',' }: OfSome<typeof reportQuery>,
  make: (asking: Asking) => Promise<Report<Row>>,
): Promise<Answer> {
  const context = JSON.stringify(['history', tenant, ...about]);
  const begun = cursor === undefined ? undefined : await opened(ports, cursor, context);
  const asking = { tenant, by: actor.name, request: requestId };
  const report = await make({ ...asking, ...(begun && { begun: new Date(begun.at) }) });
  if (wants !== 'json') return streamed({ ...rowsOf(report), csv: { separator, mark: 'bom' } });
  const { rows, next } = await report.page({ from: begun?.from, limit });
  const seen = (begun?.seen ?? 0) + rows.length;
  const leadsOn: Begun | undefined =
    next === undefined ? undefined : { from: next, seen, at: report.generatedAt.getTime() };
  return ok({
    items: rows,
    ...endOf(report, seen),
    ...(leadsOn ? { nextCursor: await ports.seals.seal(JSON.stringify(leadsOn), context) } : { total: seen }),
  });
}

async function opened({ seals }: Pick<Ports, 'seals'>, cursor: string, context: string): Promise<Begun> {
  const sealed = await seals.open(cursor, context);
  if (sealed === undefined)
    throw problem('invalid', {}, { errors: [{ path: '/query/cursor', said: said('history.page') }] });
  // Whoever could seal it is this very code.
  return JSON.parse(sealed) as Begun;
}
