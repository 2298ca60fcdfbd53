import { pause } from '../../clock.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { Job } from '../../jobs/catalogue.ts';
import type { ActiveJob } from '../../jobs/queue.ts';
import type { WorkerDeps } from '../deps.ts';

const LOOK_MS = 1_000;

/** The node of a job was lost while the job was under way. */
class NodeGone extends Error {
  constructor(nodeId: string) {
    super(`node ${nodeId} was lost meanwhile`);
    this.name = 'NodeGone';
  }
}

/**
 * Carries out a job at a node, unless the node belongs to a cluster whose queue it did not come from: then it goes there.
 * The handler is given the node as it was found, undefined where it is unknown.
 * When the node is lost under it the job ends at once: an engine that does not answer must not keep a place from others.
 */
export function atNode<Q extends 'start' | 'stop'>(
  handle: (deps: WorkerDeps, job: ActiveJob<Q>, node: NodeState | undefined) => Promise<void>,
): (deps: WorkerDeps, job: ActiveJob<Q>) => Promise<void> {
  return async (deps, job) => {
    const { nodeId } = job.data;
    const node = await deps.store.row<NodeState>('nodes', nodeId);
    if (node !== undefined && node.state.cluster !== job.cluster) {
      await deps.queue.send([{ queue: job.queue, data: job.data } as Job]);
      return;
    }
    const over = new AbortController();
    try {
      const lost = node?.state.liveness === 'ready' ? lossOf(deps, nodeId, over.signal) : over.signal;
      await handle(deps, { ...job, signal: AbortSignal.any([job.signal, lost]) }, node?.state);
    } finally {
      over.abort();
    }
  };
}

/** Aborts when the node is lost; stops looking when the job is over. */
export function lossOf({ store, clock, log }: WorkerDeps, nodeId: string, over: AbortSignal): AbortSignal {
  const lost = new AbortController();
  const look = async (): Promise<void> => {
    await pause(clock, LOOK_MS, over);
    while (!over.aborted) {
      const row = await store.row<NodeState>('nodes', nodeId);
      if (row?.state.liveness === 'lost') return lost.abort(new NodeGone(nodeId));
      await pause(clock, LOOK_MS, over);
    }
  };
  look().catch((error: unknown) => log.warn('the node of a job could not be read', { nodeId, error: String(error) }));
  return lost.signal;
}
