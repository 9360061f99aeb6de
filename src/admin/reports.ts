import type { Page, Portion } from '../domain/history.ts';
import type { TenantId } from '../domain/tenants.ts';
import type { Ports } from './ports.ts';
import type { Rows } from './rows.ts';

/** Who asks, for the record: what is read of the history is noted in the journal. */
export interface Asking {
  readonly tenant: TenantId;
  /** As the journal names them: `cli (ann)`, `key:…`. */
  readonly by: string;
  readonly request: string;
  /** When the first page was asked for, where this is a later one: both are of one instant. */
  readonly begun?: Date;
}

/** What was asked, as it is told with the answer and noted in the journal. */
export type Query = Readonly<Record<string, unknown>>;

/** An answer of many rows, which are read as they are wanted. */
export interface Report<Row extends object> {
  readonly query: Query;
  readonly generatedAt: Date;
  /** The members of a row that its columns are, where it is shown in columns. */
  readonly columns: readonly (keyof Row & string)[];
  readonly page: (page: Page) => Promise<Portion<Row>>;
}

/** Read at a time where all are wanted. */
const portion = 1_000;

/** All rows of a report, in portions as they are read. */
export async function* portionsOf<Row extends object>({
  page,
}: Pick<Report<Row>, 'page'>): AsyncGenerator<readonly Row[], void, undefined> {
  for (let from: string | undefined; ;) {
    const { rows, next } = await page({ from, limit: portion });
    yield rows;
    if (next === undefined) return;
    from = next;
  }
}

/** What stands at the end of a report: how many rows it has, exactly, of what they are and when they were read. */
export const endOf = ({ query, generatedAt }: Pick<Report<object>, 'query' | 'generatedAt'>, count: number) => ({
  count,
  query,
  generatedAt,
});

/** A report as rows of CSV or NDJSON, its end as the last of them. */
export const rowsOf = <Row extends object>(report: Report<Row>): Rows => ({
  columns: report.columns,
  chunks: portionsOf(report) as Rows['chunks'],
  end: (count) => endOf(report, count),
});

/** A report as one JSON document, in pieces as its rows are read. */
export async function* jsonOf<Row extends object>(report: Report<Row>): AsyncGenerator<string, void, undefined> {
  const { query, generatedAt } = report;
  yield `{\n  "query": ${JSON.stringify(query)},\n  "generatedAt": ${JSON.stringify(generatedAt)},\n  "rows": [`;
  let count = 0;
  for await (const rows of portionsOf(report)) {
    if (rows.length === 0) continue;
    const lines = rows.map((row) => `\n    ${JSON.stringify(row)}`).join(',');
    yield count === 0 ? lines : `,${lines}`;
    count += rows.length;
  }
  yield `${count === 0 ? '' : '\n  '}],\n  "count": ${count}\n}\n`;
}

/** Makes a report; that it is read is in the journal before anything of it is shown. */
export async function reported<Row extends object>(
  { history, now }: Pick<Ports, 'history' | 'now'>,
  { tenant, by, request }: Asking,
  report: Report<Row>,
): Promise<Report<Row>> {
  await history.noteReading(tenant, { by, request, at: now(), query: report.query });
  return report;
}
