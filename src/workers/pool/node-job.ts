import type { NodeState } from '../../domain/node/evolve.ts';
import type { Job } from '../../jobs/catalogue.ts';
import type { ActiveJob } from '../../jobs/queue.ts';
import type { WorkerDeps } from '../deps.ts';

/** A look all the same, should the notification of a loss be lost. */
const POLL_MS = 15_000;

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
export function atNode<Q extends 'start' | 'stop' | 'smoke'>(
  handle: (deps: WorkerDeps, job: ActiveJob<Q>, node: NodeState | undefined) => Promise<void>,
): (deps: WorkerDeps, job: ActiveJob<Q>) => Promise<void> {
  return async (deps, job) => {
    const over = new AbortController();
    try {
      const { node, lost } = await watchLoss(deps, job.data.nodeId, over.signal);
      if (node !== undefined && node.cluster !== job.cluster) {
        await deps.queue.send([{ queue: job.queue, data: job.data } as Job]);
        return;
      }
      await handle(deps, { ...job, signal: AbortSignal.any([job.signal, lost]) }, node);
    } finally {
      over.abort();
    }
  };
}

/** The node as it is, undefined where it is unknown, and a signal that aborts when it is lost; nobody looks any more when it is over. */
export async function watchLoss(
  deps: WorkerDeps,
  nodeId: string,
  over: AbortSignal,
): Promise<{ readonly node: NodeState | undefined; readonly lost: AbortSignal }> {
  const changes = deps.store.touched({ kind: 'node', pollMs: POLL_MS, signal: over });
  // From here on changes are told: what is read next, and lost afterwards, is noticed.
  await changes.next();
  const node = (await deps.store.row<NodeState>('nodes', nodeId))?.state;
  return { node, lost: node === undefined ? new AbortController().signal : lossOf(deps, node, changes) };
}

/**
 * Aborts when the node is lost, which is looked at whenever some node has changed. Of a node that is lost already it has
 * aborted: until the planner has given its replicas up their jobs are still there, and must not wait for the engine either.
 */
function lossOf({ store, log }: WorkerDeps, { id, liveness }: NodeState, changes: AsyncIterable<void>): AbortSignal {
  if (liveness === 'lost') return AbortSignal.abort(new NodeGone(id));
  const lost = new AbortController();
  const look = async (): Promise<void> => {
    for await (const _ of changes) {
      const row = await store.row<NodeState>('nodes', id);
      if (row?.state.liveness === 'lost') return lost.abort(new NodeGone(id));
    }
  };
  look().catch((error: unknown) =>
    log.warn('the node of a job could not be read', { nodeId: id, error: String(error) }),
  );
  return lost.signal;
}
