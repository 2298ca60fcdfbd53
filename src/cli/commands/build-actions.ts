import { openContext } from '../context.ts';
import { buildKind } from '../kinds/build.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import { printValue } from '../output.ts';
import { printable } from '../text/table.ts';
import type { ListOptions } from './options.ts';

/** Prints all builds. */
export async function listBuilds(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  await runList(context, options, {
    kind: buildKind,
    fetch: async () => (await context.call('list builds', 'listBuilds', {})).body.builds,
  });
}

/** Prints a build's log as it stands. */
export async function printBuildLog(id: string, options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const call = { lookUp: 'oo build list' };
  const { body } = await context.call(`show build ${id}`, 'showBuild', { params: { id } }, call);
  if (options.output !== 'table') return printValue(context.terminal, options.output, body);
  for (const line of body.log) context.terminal.stdout.write(`${printable(line)}\n`);
  const { status, failure } = body.build;
  if (failure !== undefined) context.terminal.stderr.write(`${status}: ${printable(failure.reason)}\n`);
}
