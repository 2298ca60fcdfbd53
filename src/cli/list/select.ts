import { suggestion } from '../../domain/nearest.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { type Column, optionName } from './column.ts';
import type { ListingOptions } from './options.ts';

/** Which rows are printed, in which order, with which columns. */
export interface Selection<T> {
  /** Undefined: those that the format has. */
  readonly columns: readonly Column<T>[] | undefined;
  readonly order: readonly Order<T>[];
  readonly filters: readonly Filter<T>[];
  /** Whether any column is needed that only the wide table has. */
  readonly wide: boolean;
}

interface Order<T> {
  readonly column: Column<T>;
  readonly descending: boolean;
}

interface Filter<T> {
  readonly column: Column<T>;
  readonly pattern: RegExp;
  /** False: rows that match are left out. */
  readonly matching: boolean;
}

/** Reads `--columns`, `--sort` and `--filter`. Throws a usage `Failure` that names the nearest column. */
export function selectionOf<T>(columns: readonly Column<T>[], options: ListingOptions): Selection<T> {
  const shown = options.columns === undefined ? undefined : listed(options.columns).map((name) => find(columns, name));
  if (shown !== undefined && options.output !== 'table' && options.output !== 'wide') {
    throw new Failure(`--columns chooses the columns of a table; -o ${options.output} has every field`, {
      exitCode: EXIT.usage,
      next: ['leave out -o, or choose the fields behind it: | jq ".[].id"'],
    });
  }
  const order = listed(options.sort ?? '').map((text) => orderOf(columns, text));
  const filters = (options.filter ?? []).map((text) => filterOf(columns, text));
  const named = [...(shown ?? []), ...order.map(({ column }) => column), ...filters.map(({ column }) => column)];
  return { columns: shown, order, filters, wide: options.output === 'wide' || named.some(({ wide }) => wide === true) };
}

/** The columns that a table of these items has. */
export function columnsOf<T>(
  all: readonly Column<T>[],
  { columns }: Selection<T>,
  format: ListingOptions['output'],
  items: readonly T[],
): readonly Column<T>[] {
  if (columns !== undefined) return columns;
  const present = all.filter(({ when }) => when?.(items) !== false);
  return format === 'wide' ? present : present.filter(({ wide }) => wide !== true);
}

/** The items that pass every filter, sorted; where nothing is sorted by, in the order in which they came. */
export function arrange<T>(items: readonly T[], { filters, order }: Selection<T>, now: number): readonly T[] {
  const passing = items.filter((item) => filters.every((filter) => passes(filter, item, now)));
  return order.length === 0 ? passing : passing.toSorted((a, b) => compare(order, a, b, now));
}

function passes<T>({ column, pattern, matching }: Filter<T>, item: T, now: number): boolean {
  const texts = [column.cell(item, now), String(column.value?.(item) ?? '')];
  return texts.some((text) => pattern.test(text)) === matching;
}

const TEXT = new Intl.Collator('en', { numeric: true });

function compare<T>(order: readonly Order<T>[], a: T, b: T, now: number): number {
  for (const { column, descending } of order) {
    const [left, right] = [a, b].map((item) =>
      column.value === undefined ? column.cell(item, now) : column.value(item),
    );
    // What has no value comes last, whichever way the others go.
    const absent = Number(left === undefined) - Number(right === undefined);
    if (absent !== 0) return absent;
    const by =
      typeof left === 'number' && typeof right === 'number' ? left - right : TEXT.compare(String(left), String(right));
    if (by !== 0) return descending ? -by : by;
  }
  return 0;
}

function orderOf<T>(columns: readonly Column<T>[], text: string): Order<T> {
  const [, name = text, direction = 'asc'] = /^(.*?)(?::(.*))?$/s.exec(text) ?? [];
  if (direction !== 'asc' && direction !== 'desc') {
    throw new Failure(`--sort ${text}: "${direction}" is no direction; it is asc or desc`, { exitCode: EXIT.usage });
  }
  return { column: find(columns, name), descending: direction === 'desc' };
}

function filterOf<T>(columns: readonly Column<T>[], text: string): Filter<T> {
  const [, name, not, glob] = /^([^=!]+)(!?)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || glob === undefined) {
    throw new Failure(`--filter ${text} is not of the form column=value`, {
      exitCode: EXIT.usage,
      next: [`--filter ${columns[0] === undefined ? 'id' : optionName(columns[0])}=value`],
    });
  }
  return { column: find(columns, name), pattern: toPattern(glob), matching: not === '' };
}

/** `*` stands for any text, `?` for one character; case counts for nothing. */
function toPattern(glob: string): RegExp {
  const source = glob.split(/([*?])/).map((part) => (part === '*' ? '.*' : part === '?' ? '.' : escaped(part)));
  return new RegExp(`^${source.join('')}$`, 'isu');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}

function find<T>(columns: readonly Column<T>[], name: string): Column<T> {
  const wanted = plain(name);
  const column = columns.find((one) => plain(one.name) === wanted) ?? shortly(columns, wanted);
  if (column !== undefined) return column;
  const names = columns.map(optionName);
  throw new Failure(`there is no column "${name}" (${suggestion(name, names)})`, {
    exitCode: EXIT.usage,
    next: [`the columns are ${names.join(', ')}`],
  });
}

/** `id` is the NODE ID of nodes, and `heartbeat` their LAST HEARTBEAT: the first column, or the only one that ends so. */
function shortly<T>(columns: readonly Column<T>[], wanted: string): Column<T> | undefined {
  const ending = columns.filter(({ name }) => plain(name.split(' ').slice(1).join(' ')) === wanted);
  return ending.length === 1 || ending[0] === columns[0] ? ending[0] : undefined;
}

function listed(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}
