import { type Command, Option } from 'commander';

import type { GlobalOptions } from '../session.ts';
import { wrap } from '../text/wrap.ts';
import { type ListKind, optionName } from './column.ts';

/** How a list may be printed. */
export const LIST_FORMATS = ['table', 'wide', 'json', 'yaml', 'ndjson', 'name'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** The options of every list. */
export interface ListingOptions extends GlobalOptions {
  readonly output: ListFormat;
  /** `id,status` */
  readonly columns?: string;
  /** `status,id:desc` */
  readonly sort?: string;
  /** `status=Err*`, `id!=depl_x`; all of them have to hold. */
  readonly filter?: readonly string[];
  /** False: without the line of headings. */
  readonly headers?: boolean;
  readonly watch?: boolean;
}

const NAMES = new WeakMap<Command, readonly string[]>();

/** The columns of the list that the command prints, as they are named on the command line. */
export function columnNames(command: Command): readonly string[] {
  return NAMES.get(command) ?? [];
}

/** Gives a command all options of a list, and its columns to the help. `watch: false`: it has another way to follow. */
export function listOptions<T>(
  command: Command,
  { columns }: Pick<ListKind<T>, 'columns'>,
  { watch }: { readonly watch: boolean } = { watch: true },
): Command {
  command
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(LIST_FORMATS).default('table'))
    .option('--columns <names>', 'these columns, in this order: a,b')
    .option('--sort <columns>', 'by these columns: a,b:desc')
    .option('--filter <column=value>', 'rows with that value; * and ? match any, != the others (repeatable)', collect)
    .option('--no-headers', 'without the line of headings');
  if (watch) command.option('-w, --watch', 'go on, and show what changes');
  NAMES.set(command, columns.map(optionName));
  const plain = columns.filter(({ wide }) => wide !== true).map(optionName);
  const wide = columns.filter((column) => column.wide === true).map(optionName);
  const lines = wrap(`Columns: ${plain.join(', ')}${wide.length === 0 ? '' : `; wide: ${wide.join(', ')}`}`, 80, '  ');
  return command.addHelpText('after', `\n${lines.join('\n')}`);
}

function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
