import type { PlanView } from '../../api/contract/plan.ts';
import { diffSpecs } from '../../domain/deployment/diff/diff.ts';
import { describeAction, type Action } from '../../planner/plan.ts';
import type { Foreseen } from '../../planner/what-if/foresee.ts';
import type { Imagined } from './imagine.ts';
import { warningsOf } from './warnings.ts';

/** As the API shows it. `position`: of the state that it was made from. */
export function toPlanView({ snapshot, before, saves }: Imagined, foreseen: Foreseen, position: number): PlanView {
  const { deployment } = snapshot;
  const { first, steps, end } = foreseen;
  const revised = first.actions.find((action) => action.type === 'revise');
  return {
    deploymentId: deployment.id,
    position,
    at: new Date(snapshot.now).toISOString(),
    changes: saves || steps.length > 0,
    saves,
    diff: diffOf(before, deployment),
    revision: before?.revision ?? 0,
    nextRevision: revised?.revision ?? deployment.revision,
    actions: first.actions.map(toActionView),
    report: [...first.report],
    status: first.status,
    details: first.details,
    steps: steps.map(({ actions, status, details }) => ({ actions: actions.map(describeAction), status, details })),
    end: { status: end.plan.status, details: end.plan.details, ready: end.ready, blocked: [...end.blocked] },
    wanted: foreseen.wanted,
    ready: foreseen.ready,
    mostUnavailable: foreseen.mostUnavailable,
    mostSurge: foreseen.mostSurge,
    ...(first.wakeAt === undefined ? {} : { wakeAt: new Date(first.wakeAt).toISOString() }),
    warnings: [...warningsOf(snapshot, first.actions)],
  };
}

function diffOf(before: Imagined['before'], { spec }: Imagined['snapshot']['deployment']): PlanView['diff'] {
  // What is removed comes back as if it had never been.
  return diffSpecs(before?.phase === 'live' ? before.spec : undefined, spec).map((change) => ({ ...change }));
}

function toActionView(action: Action): PlanView['actions'][number] {
  const text = describeAction(action);
  switch (action.type) {
    case 'revise':
    case 'roll back':
      return { type: action.type, text, revision: action.revision };
    case 'schedule': {
      const { replicaId, generation, revision, reason, reservation, decision } = action;
      const { nodeId } = reservation;
      return { type: action.type, text, replicaId, generation, revision, nodeId, reason, decision };
    }
    case 'stop': {
      const { type, replicaId, generation, nodeId, reason } = action;
      return { type, text, replicaId, generation, nodeId, reason };
    }
    case 'lose': {
      const { type, replicaId, generation, released, reason } = action;
      return { type, text, replicaId, generation, nodeId: released.nodeId, reason };
    }
    case 'smoke': {
      const { type, replicaId, generation, nodeId } = action;
      return { type, text, replicaId, generation, nodeId };
    }
    case 'shift':
      return { type: action.type, text, reason: action.reason };
    case 'ask':
    case 'remove':
      return { type: action.type, text };
    default:
      return action satisfies never;
  }
}
