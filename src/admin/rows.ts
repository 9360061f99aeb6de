/** Rows that come one after another, in portions, each with the same columns. */
export interface Rows {
  readonly columns: readonly string[];
  readonly chunks: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>;
  /** What stands behind them all, told how many they are. */
  readonly end?: (count: number) => Readonly<Record<string, unknown>>;
  readonly csv?: CsvForm;
}

/** How CSV is written, where a program wants it otherwise than RFC 4180 has it. */
export interface CsvForm {
  /** French spreadsheets expect a semicolon. */
  readonly separator?: ',' | ';';
  /** Begins with the mark by which spreadsheets know UTF-8. */
  readonly mark?: 'bom';
}

/** How rows are written. */
export type RowFormat = 'csv' | 'ndjson';

/**
 * Rows as text, in pieces as they come: CSV (RFC 4180) with its header, or a JSON object on each line. What stands behind
 * them is the last line: in CSV a record whose first cell begins with `#`.
 */
export async function* writtenRows(rows: Rows, format: RowFormat): AsyncGenerator<string, void, undefined> {
  const { columns, chunks, end, csv = {} } = rows;
  if (format === 'csv') yield (csv.mark ? '\uFEFF' : '') + csvLine(columns, csv);
  let count = 0;
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    count += chunk.length;
    const lines = chunk.map((row) =>
      format === 'csv'
        ? csvLine(
            columns.map((column) => row[column]),
            csv,
          )
        : `${JSON.stringify(row)}\n`,
    );
    yield lines.join('');
  }
  if (end)
    yield format === 'csv' ? csvLine(endCells(end(count), columns.length), csv) : `${JSON.stringify(end(count))}\n`;
}

/** What stands behind rows, in as many cells as each of them has. */
function endCells(end: Readonly<Record<string, unknown>>, width: number): readonly string[] {
  const cells = Object.entries(end).map(([name, value]) => `${name}: ${textOf(value)}`);
  const whole = cells.length > width ? [cells.join('; ')] : cells;
  return Array.from({ length: width }, (_, at) => (at === 0 ? `# ${whole[0] ?? ''}` : (whole[at] ?? '')));
}

const csvLine = (cells: readonly unknown[], { separator = ',' }: CsvForm): string =>
  `${cells.map((cell) => csvCell(cell, separator)).join(separator)}\r\n`;

function csvCell(value: unknown, separator: string): string {
  const text = textOf(value);
  const isText = typeof value === 'string' || isTexts(value);
  // A spreadsheet would take such a text for a formula, whoever chose it.
  const tame = isText && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /["\r\n]/.test(tame) || tame.includes(separator) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  if (isTexts(value)) return value.join(', ');
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}
