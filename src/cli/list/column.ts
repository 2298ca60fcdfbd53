/** One column of a list. */
export interface Column<T> {
  /** Its heading: `LAST HEARTBEAT`. On the command line it is `last-heartbeat`. */
  readonly name: string;
  /** What the table shows. `now`: milliseconds since the epoch. */
  readonly cell: (item: T, now: number) => string;
  /** What rows are sorted by, and what filters look at beside the cell; the cell alone when absent. */
  readonly value?: (item: T) => string | number | boolean | undefined;
  /** Shown with `-o wide`, and where it is named. */
  readonly wide?: true;
  /** When the plain table has it; always when absent. */
  readonly when?: (items: readonly T[]) => boolean;
  /** It goes on by itself, as an age does: that alone is no change worth telling. */
  readonly ages?: true;
}

/** A kind of thing that is listed: said once, for every form of output. */
export interface ListKind<T> {
  readonly columns: readonly Column<T>[];
  /** What `-o name` prints. */
  readonly id: (item: T) => string;
  /** What tells one from another where ids alone do not. */
  readonly key?: (item: T) => string;
  /** What `-o json`, `ndjson` and `yaml` print; the item itself when absent. */
  readonly json?: (item: T) => unknown;
  /** What to say on a terminal when there is nothing. */
  readonly whenEmpty: string;
}

/** The column as it is named on the command line: `LAST HEARTBEAT` is `last-heartbeat`. */
export function optionName({ name }: Pick<Column<never>, 'name'>): string {
  return name.toLowerCase().replaceAll(' ', '-');
}
