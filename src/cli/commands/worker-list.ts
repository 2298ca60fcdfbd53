import type { UnservedView } from '../../api/contract/fleet-schemas.ts';
import { openContext } from '../context.ts';
import { plural } from '../fleet/plural.ts';
import { workerKind } from '../kinds/worker.ts';
import type { ListingOptions } from '../list/options.ts';
import { runList } from '../list/run.ts';

/** Prints all workers; what nobody serves goes to stderr, whoever reads it. */
export async function listWorkers(options: ListingOptions): Promise<void> {
  const context = await openContext(options);
  let unserved: readonly UnservedView[] = [];
  await runList(context, options, {
    kind: workerKind,
    fetch: async () => {
      const { body } = await context.call('list workers', 'listWorkers', {});
      unserved = body.unserved;
      return body.workers;
    },
  });
  for (const each of unserved) context.terminal.stderr.write(`Warning: ${unservedText(each)}\n`);
}

/** `no worker serves cluster us-west1 (2 nodes, 3 jobs waiting)`, and how to mend it. */
export function unservedText(unserved: UnservedView): string {
  const jobs = `${plural(unserved.jobsWaiting, 'job')} waiting`;
  if (unserved.kind === 'queue') {
    return `no worker serves queue ${unserved.queue} (${jobs}); start one without QUEUES, or with QUEUES=${unserved.queue}`;
  }
  const { cluster, lacks, nodes } = unserved;
  const does = lacks.length === 1 && lacks[0] === 'watch' ? 'watches' : 'serves';
  const what = lacks.length < 3 && does === 'serves' ? ` for ${lacks.join(' and ')}` : '';
  return `no worker ${does} cluster ${cluster}${what} (${plural(nodes, 'node')}, ${jobs}); start one with CLUSTERS=${cluster}, or without CLUSTERS`;
}
