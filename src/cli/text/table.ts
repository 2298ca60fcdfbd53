import { widthOf } from './width.ts';

const GAP = 3;

/** How the lines of a table end and begin. */
export interface TableOptions {
  /** Whether each row, but not the header, ends with one more column separator, as `env current` does. */
  readonly closedRows?: boolean;
  /** False: without the header, which then takes no width either. */
  readonly headers?: boolean;
}

/**
 * A left-aligned table: every column is as wide as its longest cell and three spaces, the last one is not padded.
 * Control characters in cells become spaces: a value from elsewhere can neither break a line nor drive the terminal.
 * Ends with a line break, unless it has no line at all.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { closedRows = false, headers = true }: TableOptions = {},
): string {
  const cells = rows.map((row) => row.map(printable));
  const last = header.length - 1;
  const titles = header.map((title, column) => (headers && !(column === last && closedRows) ? title : ''));
  const widths = columnWidths([titles, ...cells]);
  const lines = [
    ...(headers ? [tableLine(header, widths)] : []),
    ...cells.map((row) => tableLine(row, widths, { closed: closedRows })),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** How wide each column is that holds these rows. */
export function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const columns = rows[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
}

/** One row, its cells padded to the widths; the last one only when it is closed. */
export function tableLine(
  row: readonly string[],
  widths: readonly number[],
  { closed }: { readonly closed: boolean } = { closed: false },
): string {
  const padded = (cell: string, column: number): string =>
    cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)) + GAP);
  return row.map((cell, column) => (column === row.length - 1 && !closed ? cell : padded(cell, column))).join('');
}

/** The text with every control character (line breaks and escapes among them) as a space. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
