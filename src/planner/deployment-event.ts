import type { EventOf } from '../domain/event.ts';
import type { Action } from './plan.ts';

/** What the log will say of the deployment itself when the action is carried out; undefined for what concerns its replicas. */
export function deploymentEventOf(
  action: Action,
  deploymentId: string,
): EventOf<'RevisionCreated' | 'RolloutFailed' | 'TrafficShifted' | 'SourceAsked' | 'DeploymentRemoved'> | undefined {
  switch (action.type) {
    case 'revise': {
      const { revision, template, fingerprint, atOnce } = action;
      const data = { deploymentId, revision, template, fingerprint, ...(atOnce ? { atOnce } : {}) };
      return { type: 'RevisionCreated', data };
    }
    case 'roll back': {
      const { revision, backTo, reason } = action;
      return { type: 'RolloutFailed', data: { deploymentId, revision, backTo, reason, by: 'planner' } };
    }
    case 'shift': {
      const { type: _, shares, step, reason } = action;
      const at = step === undefined ? {} : { step };
      return { type: 'TrafficShifted', data: { deploymentId, shares: [...shares], ...at, reason } };
    }
    case 'ask':
      return { type: 'SourceAsked', data: { deploymentId, ask: action.ask, repository: action.repository } };
    case 'remove':
      return { type: 'DeploymentRemoved', data: { deploymentId } };
    case 'schedule':
    case 'smoke':
    case 'stop':
    case 'lose':
      return undefined;
    default:
      return action satisfies never;
  }
}
