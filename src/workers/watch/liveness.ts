import { v7 as uuidv7 } from 'uuid';

import type { EventOf } from '../../domain/event.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { NODE_LIVENESS_TRANSITIONS } from '../../domain/node/status.ts';
import { streamOf } from '../../domain/stream.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';

/** Records that a node was lost or has returned; nothing when it is so already, or the node was removed. */
export async function recordLiveness(
  deps: Pick<WorkerDeps, 'store' | 'membership'>,
  nodeId: string,
  event: EventOf<'NodeLost' | 'NodeReturned'>,
): Promise<void> {
  for (;;) {
    const row = await deps.store.row<NodeState>('nodes', nodeId);
    const from: readonly string[] = NODE_LIVENESS_TRANSITIONS[event.type].from;
    if (row === undefined || row.state.removed || !from.includes(row.state.liveness)) return;
    const place = {
      stream: streamOf('node', nodeId),
      expectedVersion: row.version,
      cause: { correlationId: uuidv7() },
    };
    if (await appendTo(deps, place, [event])) return;
  }
}
