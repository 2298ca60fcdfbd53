import type { Terminal } from './terminal.ts';
import { renderTable } from './text/table.ts';

/** How a list is printed. */
export type Format = 'table' | 'json' | 'yaml';
export const FORMATS: readonly Format[] = ['table', 'json', 'yaml'];

/** A list that can be printed in each format. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly header: readonly string[];
  readonly row: (item: T) => readonly string[];
  /** What to say on a terminal when there is nothing. */
  readonly whenEmpty: string;
}

/** Prints a list. An empty table is its header alone; the hint goes to stderr, and only to a person. */
export async function printListing<T>(terminal: Terminal, format: Format, listing: Listing<T>): Promise<void> {
  if (format !== 'table') return printValue(terminal, format, listing.items);
  terminal.stdout.write(renderTable(listing.header, listing.items.map(listing.row)));
  if (listing.items.length === 0 && terminal.stderr.isTTY) terminal.stderr.write(`${listing.whenEmpty}\n`);
}

/** Prints one value as JSON or YAML, as the server gave it. */
export async function printValue(terminal: Terminal, format: 'json' | 'yaml', value: unknown): Promise<void> {
  terminal.stdout.write(format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : await toYaml(value));
}

/** The value as YAML, ending with a line break. */
export async function toYaml(value: unknown): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0 });
}
