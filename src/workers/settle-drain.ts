import { v7 as uuidv7 } from 'uuid';

import type { NodeState } from '../domain/node/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { streamOf } from '../domain/stream.ts';
import { appendTo } from './append-to.ts';
import type { WorkerDeps } from './deps.ts';

/** Records that a draining node is drained, once no replica holds a share of it any more. */
export async function settleDrain(deps: Pick<WorkerDeps, 'store' | 'membership'>, nodeId: string): Promise<void> {
  const { store } = deps;
  const node = await store.row<NodeState>('nodes', nodeId);
  if (node?.state.scheduling !== 'draining') return;
  const replicas = await store.rows<ReplicaState>('replicas', { node_id: nodeId, present: 'true' });
  if (replicas.some(({ state }) => state.reservation !== undefined)) return;
  const place = { stream: streamOf('node', nodeId), expectedVersion: node.version, cause: { correlationId: uuidv7() } };
  // When somebody was first, it was recorded, or the drain was given up.
  await appendTo(deps, place, [{ type: 'NodeDrained', data: { nodeId } }]);
}
