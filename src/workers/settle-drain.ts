import { v7 as uuidv7 } from 'uuid';

import type { NodeState } from '../domain/node/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { streamOf } from '../domain/stream.ts';
import { VersionConflict } from '../store/command.ts';
import { workerContext } from './context.ts';
import type { WorkerDeps } from './deps.ts';

/** Records that a draining node is drained, once no replica holds a share of it any more. */
export async function settleDrain(deps: Pick<WorkerDeps, 'store' | 'membership'>, nodeId: string): Promise<void> {
  const { store, membership } = deps;
  const node = await store.row<NodeState>('nodes', nodeId);
  if (node?.state.scheduling !== 'draining') return;
  const replicas = await store.rows<ReplicaState>('replicas', { node_id: nodeId });
  if (replicas.some(({ state }) => state.reservation !== undefined)) return;
  const { fence } = membership.present;
  const context = workerContext(fence, { correlationId: uuidv7() });
  const append = { stream: streamOf('node', nodeId), expectedVersion: node.version };
  try {
    await store.append({
      context,
      fence,
      appends: [{ ...append, events: [{ type: 'NodeDrained', data: { nodeId } }] }],
    });
  } catch (error) {
    // Somebody else has recorded it, or has given the drain up.
    if (!(error instanceof VersionConflict)) throw error;
  }
}
