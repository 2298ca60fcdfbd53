import type { WorkerView } from '../../api/contract/fleet-schemas.ts';
import type { Roster, RosterWorker } from '../../workers/pool/roster.ts';

export type { Roster };

/** A worker as the API shows it. */
export function toWorkerView({ clusters, queues, nodes, jobs, since, lastBeat, ...rest }: RosterWorker): WorkerView {
  return {
    ...rest,
    clusters: [...clusters],
    queues: [...queues],
    since: since.toISOString(),
    lastBeat: lastBeat.toISOString(),
    nodes: [...nodes],
    jobs: { ...jobs },
  };
}
