import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { plural } from '../fleet/plural.ts';
import { deadJobKind } from '../kinds/job.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';
import type { GlobalOptions } from '../session.ts';

/** Dead letters that are listed; the rest is counted. */
const LISTED = 1_000;

/** Prints the dead letters, those that died last first. */
export async function listDeadJobs(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  let more = 0;
  await runList(context, options, {
    kind: deadJobKind,
    fetch: async () => {
      const { body } = await context.call('list jobs', 'listDeadJobs', { query: { limit: LISTED } });
      more = body.total - body.jobs.length;
      return body.jobs;
    },
  });
  if (more > 0) context.terminal.stderr.write(`and ${plural(more, 'more job')}; the oldest are not shown\n`);
}

/** Sends dead letters back to their queues: those named, or all. */
export async function retryDeadJobs(
  ids: readonly string[],
  options: GlobalOptions & { readonly all?: boolean },
): Promise<void> {
  if (ids.length > 0 === (options.all === true)) {
    const message = ids.length > 0 ? 'retry jobs: ids, or --all, and not both' : 'retry jobs: no id and no --all given';
    throw new Failure(message, { exitCode: EXIT.usage, next: ['oo job list --dead', 'oo job retry --all'] });
  }
  const context = await openContext(options);
  const input = options.all === true ? { all: true as const } : { ids: [...ids] };
  const { body } = await context.call('retry jobs', 'retryDeadJobs', { body: input });
  const { retried, remaining } = body;
  const left = remaining === 0 ? 'none is left' : `${remaining} left: oo job list --dead`;
  context.terminal.stdout.write(
    `${plural(retried, 'job')} sent back to ${retried === 1 ? 'its queue' : 'their queues'}; ${left}\n`,
  );
}
