import type { UnservedView, WorkerView } from '../../api/contract/fleet-schemas.ts';
import { openContext } from '../context.ts';
import { plural } from '../fleet/plural.ts';
import { printListing } from '../output.ts';
import { formatHeartbeat, formatSeconds } from '../text/duration.ts';
import type { ListOptions } from './options.ts';

/** Prints all workers; what nobody serves goes to stderr, whoever reads it. */
export async function listWorkers(options: ListOptions): Promise<void> {
  const context = await openContext(options);
  const { body } = await context.call('list workers', 'listWorkers', {});
  const now = Date.now();
  await printListing(context.terminal, options.output, {
    items: body.workers,
    header: ['WORKER ID', 'HOST', 'PID', 'CLUSTERS', 'QUEUES', 'SINCE', 'LAST BEAT', 'WATCHES', 'JOBS IN HAND'],
    row: (worker) => [
      worker.id,
      worker.host,
      String(worker.pid),
      worker.clusters.length === 0 ? 'all' : worker.clusters.join(','),
      worker.queues.join(','),
      formatSeconds(now - Date.parse(worker.since)),
      `${formatHeartbeat(worker.lastBeat, now)}${worker.alive ? '' : ' (dead)'}`,
      worker.watches ? worker.nodes.join(',') || 'no node' : 'off',
      jobsText(worker),
    ],
    whenEmpty: 'No workers. Start one with: ROLES=worker deploy-svc',
  });
  for (const each of body.unserved) context.terminal.stderr.write(`Warning: ${unservedText(each)}\n`);
}

function jobsText({ jobs }: WorkerView): string {
  return Object.entries(jobs)
    .map(([queue, count]) => `${queue} ${count}`)
    .join(', ');
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
