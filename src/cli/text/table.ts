const GAP = 3;
const segmenter = new Intl.Segmenter();

/** How the lines of a table end. */
export interface TableOptions {
  /** Whether each row, but not the header, ends with one more column separator, as `env current` does. */
  readonly closedRows?: boolean;
}

/**
 * A left-aligned table: every column is as wide as its longest cell and three spaces, the last one is not padded.
 * Control characters in cells become spaces: a value from elsewhere can neither break a line nor drive the terminal.
 * Ends with a line break.
 */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions = {},
): string {
  const last = header.length - 1;
  const cells = rows.map((row) => row.map(printable));
  const widths = header.map(
    (title, column) =>
      Math.max(
        ...cells.map((row) => width(row[column] ?? '')),
        column === last && options.closedRows ? 0 : width(title),
      ) + GAP,
  );
  const line = (row: readonly string[], closed: boolean): string =>
    row.map((cell, column) => (column === last && !closed ? cell : pad(cell, widths[column] ?? 0))).join('');
  const lines = [line(header, false), ...cells.map((row) => line(row, options.closedRows === true))];
  return `${lines.join('\n')}\n`;
}

/** The text with every control character (line breaks and escapes among them) as a space. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** The characters of a text, an accent or an emoji with its parts counted as one. */
export function charactersOf(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function pad(cell: string, columns: number): string {
  return cell + ' '.repeat(Math.max(0, columns - width(cell)));
}

function width(cell: string): number {
  // Nearly every cell is plain ASCII, for which the segmenter is slow.
  return /^[\x20-\x7e]*$/.test(cell) ? cell.length : charactersOf(cell).length;
}
