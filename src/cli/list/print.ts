import { printValue } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { renderTable } from '../text/table.ts';
import type { ListKind } from './column.ts';
import type { ListFormat } from './options.ts';
import { arrange, columnsOf, type Selection } from './select.ts';

/** How a list is printed. */
export interface Printing<T> {
  readonly kind: ListKind<T>;
  readonly format: ListFormat;
  readonly selection: Selection<T>;
  /** False: without the line of headings. */
  readonly headers: boolean;
}

/** Prints a list once. An empty table is its header alone; why it is empty goes to stderr, and only to a person. */
export async function printItems<T>(terminal: Terminal, items: readonly T[], printing: Printing<T>): Promise<void> {
  const { kind, format, selection } = printing;
  const now = Date.now();
  const shown = arrange(items, selection, now);
  const values = shown.map((item) => valueOf(kind, item));
  switch (format) {
    case 'table':
    case 'wide':
      terminal.stdout.write(tableOf(items, shown, printing, now));
      if (shown.length === 0 && terminal.stderr.isTTY) terminal.stderr.write(`${whyEmpty(items, kind)}\n`);
      return;
    case 'json':
    case 'yaml':
      return printValue(terminal, format, values);
    case 'ndjson':
      return void terminal.stdout.write(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
    case 'name':
      return void terminal.stdout.write(shown.map((item) => `${kind.id(item)}\n`).join(''));
    default:
      format satisfies never;
  }
}

/** The table of the shown ones among the items. */
export function tableOf<T>(
  items: readonly T[],
  shown: readonly T[],
  { kind, format, selection, headers }: Printing<T>,
  now: number,
): string {
  const columns = columnsOf(kind.columns, selection, format, items);
  const rows = shown.map((item) => columns.map(({ cell }) => cell(item, now)));
  return renderTable(
    columns.map(({ name }) => name),
    rows,
    { headers },
  );
}

/** The item as programs read it. */
export function valueOf<T>({ json }: ListKind<T>, item: T): unknown {
  return json === undefined ? item : json(item);
}

/** What to tell a person who sees no row. */
export function whyEmpty<T>(items: readonly T[], { whenEmpty }: ListKind<T>): string {
  return items.length === 0 ? whenEmpty : `None of the ${items.length} passes the filter.`;
}
