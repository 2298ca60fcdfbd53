import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { differenceKind } from '../kinds/difference.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { arrange, selectionOf } from '../list/select.ts';
import { printValue } from '../output.ts';
import { momentOf } from '../text/moment.ts';

export interface DiffOptions extends ListingOptions {
  readonly from: string;
  readonly to?: string;
  readonly of?: string;
  readonly limit: number;
}

/** As `oo deployment plan`: 2 says that there is something. */
const DIFFERS = 2;

/** Prints what differs between two moments; the process then exits with 2 when anything does. Throws failures that all exit with 1. */
export async function diffFleet(options: DiffOptions): Promise<void> {
  await diff(options).catch((error: unknown) => {
    if (!(error instanceof Failure)) throw error;
    const { message, next, details, cause } = error;
    throw new Failure(message, { exitCode: EXIT.failure, next, details, cause });
  });
}

async function diff(options: DiffOptions): Promise<void> {
  const context = await openContext(options);
  const { from, to, of, limit, output } = options;
  const query = { from: momentOf(from), to: to === undefined ? undefined : momentOf(to), of, limit };
  const { body } = await context.call('compare two moments', 'diffFleet', { query });
  const { stdout, stderr } = context.terminal;
  // `--filter` is part of the question.
  const selection = selectionOf(differenceKind.columns, options);
  const differences = arrange(body.differences, selection, Date.now());
  if (differences.length > 0 || body.omitted > 0) process.exitCode = DIFFERS;
  if (output === 'json' || output === 'yaml') return printValue(context.terminal, output, { ...body, differences });
  if (stdout.isTTY) stderr.write(`position ${body.from} -> ${body.to}\n`);
  await runList(context, options, { kind: differenceKind, fetch: async () => body.differences });
  if (body.omitted > 0) stderr.write(`and ${body.omitted} more; see them with --limit ${limit + body.omitted}\n`);
}
