import type { BuildView } from '../../api/contract/build-schemas.ts';
import { openContext } from '../context.ts';
import { printListing, printValue } from '../output.ts';
import { shorten } from '../text/details.ts';
import { formatSeconds } from '../text/duration.ts';
import { printable } from '../text/table.ts';
import type { ListOptions } from './options.ts';

/** Characters of a commit that a table shows. */
const COMMIT_SHOWN = 12;

/** Prints all builds. */
export async function listBuilds(options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call('list builds', 'listBuilds', {});
  await printListing(context.terminal, options.output, {
    items: body.builds,
    header: ['BUILD ID', 'STATUS', 'REPO URL', 'COMMIT', 'NODE', 'TOOK', 'DETAILS'],
    row: (build) => [
      build.id,
      build.status,
      build.url,
      build.commit.slice(0, COMMIT_SHOWN),
      build.nodeId ?? '',
      build.milliseconds === undefined ? '' : formatSeconds(build.milliseconds),
      shorten(detailsOf(build)),
    ],
    whenEmpty: 'No builds yet. Save a definition with a repository, and a deployment of it: oo definition save FILE',
  });
}

function detailsOf({ status, failure, step = '', image }: BuildView): string {
  if (status === 'Failed') return `${failure?.reason ?? ''}${failure?.terminal === false ? ' (tried again)' : ''}`;
  return status === 'Succeeded' ? image : step;
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
