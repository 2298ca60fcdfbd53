import type { WorkerView } from '../../api/contract/fleet-schemas.ts';
import type { ListKind } from '../list/column.ts';
import { formatHeartbeat, formatSeconds } from '../text/duration.ts';

/** Worker processes. */
export const workerKind: ListKind<WorkerView> = {
  columns: [
    { name: 'WORKER ID', cell: ({ id }) => id },
    { name: 'HOST', cell: ({ host }) => host },
    { name: 'PID', cell: ({ pid }) => String(pid), value: ({ pid }) => pid },
    { name: 'CLUSTERS', cell: ({ clusters }) => (clusters.length === 0 ? 'all' : clusters.join(',')) },
    { name: 'QUEUES', cell: ({ queues }) => queues.join(',') },
    {
      name: 'SINCE',
      ages: true,
      cell: ({ since }, now) => formatSeconds(now - Date.parse(since)),
      value: ({ since }) => since,
    },
    {
      name: 'LAST BEAT',
      ages: true,
      cell: ({ lastBeat, alive }, now) => `${formatHeartbeat(lastBeat, now)}${alive ? '' : ' (dead)'}`,
      value: ({ lastBeat }) => lastBeat,
    },
    { name: 'WATCHES', cell: ({ watches, nodes }) => (watches ? nodes.join(',') || 'no node' : 'off') },
    { name: 'JOBS IN HAND', cell: jobsText, value: ({ jobs }) => sum(Object.values(jobs)) },
    { name: 'ALIVE', wide: true, cell: ({ alive }) => (alive ? 'yes' : 'no') },
    { name: 'NODES', wide: true, cell: ({ nodes }) => String(nodes.length), value: ({ nodes }) => nodes.length },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No workers. Start one with: ROLES=worker deploy-svc',
};

function jobsText({ jobs }: WorkerView): string {
  return Object.entries(jobs)
    .map(([queue, count]) => `${queue} ${count}`)
    .join(', ');
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
