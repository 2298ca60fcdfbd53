import type { Client } from '../../api/client.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import type { ListKind } from './column.ts';
import type { ListingOptions } from './options.ts';
import { printItems } from './print.ts';
import { selectionOf } from './select.ts';

/** What a list is made of. */
export interface ListSource<T> {
  readonly kind: ListKind<T>;
  /** Asks for the items. `wide`: whether what only the wide table shows is needed. Throws a `Failure`. */
  readonly fetch: (wants: { readonly wide: boolean }) => Promise<readonly T[]>;
}

/** Where a list is printed; with a client, its events say when a watched list may have changed. */
export interface ListPlace {
  readonly terminal: Terminal;
  readonly client?: Client;
}

/** Prints a list in the form that the options choose, once or for as long as somebody watches. Throws a `Failure`. */
export async function runList<T>(place: ListPlace, options: ListingOptions, source: ListSource<T>): Promise<void> {
  const { kind } = source;
  const selection = selectionOf(kind.columns, options);
  const printing = { kind, format: options.output, selection, headers: options.headers !== false };
  const fetch = async (): Promise<readonly T[]> => source.fetch({ wide: selection.wide });
  if (options.watch === true && options.at !== undefined) {
    throw new Failure('--watch and --at exclude each other: the past does not change', {
      exitCode: EXIT.usage,
      next: ['leave out --watch, or --at'],
    });
  }
  if (options.watch !== true) return printItems(place.terminal, await fetch(), printing);
  const { watchList } = await import('./watch.ts');
  const { createView } = await import('./view.ts');
  await watchList({ client: place.client, look: fetch, view: createView(place.terminal, printing) });
}
