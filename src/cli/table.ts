/** A column: its title, and what it shows of a row. */
export type Column<Row> = readonly [title: string, text: (row: Row) => string];

// What came from a client must not move the cursor of whoever reads it.
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '?');

/** Rows in columns as wide as what they hold. */
export const table = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string =>
  tableInParts(columns)(rows);

/** Shows rows that come in parts, in columns as wide as what the first part holds; its titles stand above that. */
export function tableInParts<Row>(columns: readonly Column<Row>[]): (rows: readonly Row[]) => string {
  let widths: readonly number[] | undefined;
  return (rows) => {
    const cells = rows.map((row) => columns.map(([, text]) => printable(text(row)) || '-'));
    const lines = widths ? cells : [columns.map(([title]) => title), ...cells];
    widths ??= columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
    return lines.map((line) => padded(line, widths ?? [])).join('\n');
  };
}

const padded = (line: readonly string[], widths: readonly number[]): string =>
  line
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join('  ')
    .trimEnd();

/** Facts under each other, with their names. */
export function facts(named: readonly (readonly [name: string, text: string])[]): string {
  const width = Math.max(...named.map(([name]) => name.length));
  return named.map(([name, text]) => `  ${name.padEnd(width)}  ${printable(text)}`).join('\n');
}

/** An instant, to the second; nothing for none. */
export const instant = (at: Date | undefined): string => (at ? `${at.toISOString().slice(0, 19)}Z` : '');
