import { toYaml } from '../output.ts';
import type { Terminal } from '../terminal.ts';
import { createScreen } from '../text/screen.ts';
import { columnWidths, printable, tableLine } from '../text/table.ts';
import { type Printing, tableOf, valueOf, whyEmpty } from './print.ts';
import { arrange, columnsOf } from './select.ts';

/** How a watched list is shown. */
export interface View<T> {
  /** Called for each answer, and now and then without a new one, as ages go on. */
  show(items: readonly T[]): Promise<void>;
  /** Says something beside the list: that the server is away, and that it is back. */
  note(text: string): void;
}

/** On a terminal a table that is drawn anew; elsewhere, and for programs, what is new and what has changed. */
export function createView<T>(terminal: Terminal, printing: Printing<T>): View<T> {
  const table = printing.format === 'table' || printing.format === 'wide';
  return table && terminal.stdout.isTTY ? drawnView(terminal, printing) : changesView(terminal, printing);
}

function drawnView<T>({ stdout }: Terminal, printing: Printing<T>): View<T> {
  const screen = createScreen(stdout);
  let table: readonly string[] = [];
  let said: readonly string[] = [];
  const draw = (): void => screen.draw([...table, ...said]);
  return {
    async show(items) {
      const now = Date.now();
      const shown = arrange(items, printing.selection, now);
      const lines = tableOf(items, shown, printing, now).trimEnd().split('\n');
      table = shown.length === 0 ? [...lines, whyEmpty(items, printing.kind)] : lines;
      draw();
    },
    note(text) {
      said = text === '' ? [] : [text];
      draw();
    },
  };
}

function changesView<T>({ stdout, stderr }: Terminal, printing: Printing<T>): View<T> {
  const { kind, selection } = printing;
  const lineOf = formOf(printing);
  const keyOf = kind.key ?? kind.id;
  let known: ReadonlyMap<string, string> | undefined;
  return {
    async show(items) {
      const now = Date.now();
      const shown = arrange(items, selection, now);
      const present = new Map(shown.map((item) => [keyOf(item), signature(printing, item, now)]));
      const changed = shown.filter((item) => known?.get(keyOf(item)) !== present.get(keyOf(item)));
      const gone = [...(known?.keys() ?? [])].filter((id) => !present.has(id));
      stdout.write(await lineOf({ items, changed, gone, first: known === undefined }));
      known = present;
    },
    note: (text) => void (text !== '' && stderr.write(`${text}\n`)),
  };
}

/** What has to differ for an item to be told again: whatever is shown of it but ages. */
function signature<T>({ kind, selection, format }: Printing<T>, item: T, now: number): string {
  const columns =
    format === 'table' || format === 'wide' ? columnsOf(kind.columns, selection, format, [item]) : kind.columns;
  return JSON.stringify(columns.filter(({ ages }) => ages !== true).map(({ cell }) => cell(item, now)));
}

interface Change<T> {
  readonly items: readonly T[];
  /** New ones, and those that are not as they were. */
  readonly changed: readonly T[];
  /** Ids of those that were there before. */
  readonly gone: readonly string[];
  readonly first: boolean;
}

function formOf<T>(printing: Printing<T>): (change: Change<T>) => Promise<string> {
  const { kind, format } = printing;
  switch (format) {
    case 'table':
    case 'wide':
      return rowsOf(printing);
    case 'json':
    case 'ndjson':
      return async ({ changed, gone }) =>
        valuesOf(changed, gone)
          .map((value) => `${JSON.stringify(value)}\n`)
          .join('');
    case 'yaml':
      return async ({ changed, gone }) =>
        (await Promise.all(valuesOf(changed, gone).map(async (value) => `---\n${await toYaml(value)}`))).join('');
    case 'name':
      return async ({ changed }) => changed.map((item) => `${kind.id(item)}\n`).join('');
    default:
      return format satisfies never;
  }
  function valuesOf(changed: readonly T[], gone: readonly string[]): readonly unknown[] {
    return [...changed.map((item) => valueOf(kind, item)), ...gone.map((id) => ({ id, gone: true }))];
  }
}

/** Rows under one header: a column grows when a later cell needs it, and never shrinks. */
function rowsOf<T>({ kind, format, selection, headers }: Printing<T>): (change: Change<T>) => Promise<string> {
  let widths: readonly number[] = [];
  return async ({ items, changed, gone, first }) => {
    const now = Date.now();
    const columns = columnsOf(kind.columns, selection, format, items);
    const header = columns.map(({ name }) => name);
    const rows = changed.map((item) => columns.map(({ cell }) => printable(cell(item, now))));
    const fresh = columnWidths([headers ? header : header.map(() => ''), ...rows]);
    widths = fresh.map((width, column) => Math.max(width, widths[column] ?? 0));
    const lines = [...(first && headers ? [header] : []), ...rows].map((row) => tableLine(row, widths));
    return [...lines, ...gone.map((id) => `${printable(id)} is gone`)].map((line) => `${line}\n`).join('');
  };
}
