/** Rows that come one after another, in portions, each with the same columns. */
export interface Rows {
  readonly columns: readonly string[];
  readonly chunks: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>;
}

/** How rows are written. */
export type RowFormat = 'csv' | 'ndjson';

/** Rows as text, in pieces as they come: CSV (RFC 4180) with its header, or a JSON object on each line. */
export async function* writtenRows(
  { columns, chunks }: Rows,
  format: RowFormat,
): AsyncGenerator<string, void, undefined> {
  if (format === 'csv') yield csvLine(columns);
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue;
    const lines = chunk.map((row) =>
      format === 'csv' ? csvLine(columns.map((column) => row[column])) : `${JSON.stringify(row)}\n`,
    );
    yield lines.join('');
  }
}

const csvLine = (cells: readonly unknown[]): string => `${cells.map(csvCell).join(',')}\r\n`;

function csvCell(value: unknown): string {
  const text = textOf(value);
  // A spreadsheet would take such a text for a formula, whoever chose it.
  const tame = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}
