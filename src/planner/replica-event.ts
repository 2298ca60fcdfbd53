import type { EventOf } from '../domain/event.ts';
import type { Action } from './plan.ts';

/** What the log will say of a replica when the action is carried out; undefined for what concerns none. */
export function replicaEventOf(
  action: Action,
  deploymentId: string,
): EventOf<'ReplicaScheduled' | 'ReplicaStopping' | 'ReplicaFailed' | 'ReplicaSmokeAsked'> | undefined {
  switch (action.type) {
    case 'schedule': {
      const { type: _, moves: __, ...data } = action;
      return { type: 'ReplicaScheduled', data: { ...data, deploymentId } };
    }
    case 'stop': {
      const { type: _, ...data } = action;
      return { type: 'ReplicaStopping', data: { ...data, deploymentId } };
    }
    case 'lose': {
      const { replicaId, generation, released, reason } = action;
      const failure = { kind: 'lost' as const, message: reason, terminal: false };
      return { type: 'ReplicaFailed', data: { replicaId, deploymentId, generation, failure, released } };
    }
    case 'smoke': {
      const { replicaId, generation, nodeId, question } = action;
      return { type: 'ReplicaSmokeAsked', data: { replicaId, deploymentId, generation, nodeId, ...question } };
    }
    case 'shift':
    case 'revise':
    case 'roll back':
    case 'ask':
    case 'remove':
      return undefined;
    default:
      return action satisfies never;
  }
}
