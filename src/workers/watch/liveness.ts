import { v7 as uuidv7 } from 'uuid';

import type { EventOf } from '../../domain/event.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { NODE_LIVENESS_TRANSITIONS } from '../../domain/node/status.ts';
import { streamOf } from '../../domain/stream.ts';
import { VersionConflict } from '../../store/command.ts';
import { workerContext } from '../context.ts';
import type { WorkerDeps } from '../deps.ts';

/** Records that a node was lost or has returned; nothing when it is so already, or the node was removed. */
export async function recordLiveness(
  deps: Pick<WorkerDeps, 'store' | 'membership'>,
  nodeId: string,
  event: EventOf<'NodeLost' | 'NodeReturned'>,
): Promise<void> {
  const { fence } = deps.membership.present;
  for (;;) {
    const row = await deps.store.row<NodeState>('nodes', nodeId);
    const from: readonly string[] = NODE_LIVENESS_TRANSITIONS[event.type].from;
    if (row === undefined || row.state.removed || !from.includes(row.state.liveness)) return;
    const context = workerContext(fence, { correlationId: uuidv7() });
    const append = { stream: streamOf('node', nodeId), expectedVersion: row.version, events: [event] };
    try {
      await deps.store.append({ context, fence, appends: [append] });
      return;
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
}
