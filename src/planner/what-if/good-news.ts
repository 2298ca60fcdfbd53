import { evolveDeployment } from '../../domain/deployment/evolve.ts';
import type { EventOf } from '../../domain/event.ts';
import type { Plan } from '../plan.ts';
import type { Snapshot } from '../snapshot.ts';

/** The snapshot once a step of a release has been looked at for long enough, and was found good; undefined where no time is waited for. */
export function afterPause(snapshot: Snapshot, { goesOnAt }: Plan): Snapshot | undefined {
  const { deployment, now } = snapshot;
  if (goesOnAt === undefined) return undefined;
  const later = Math.max(now, goesOnAt);
  const { id: deploymentId, revision, traffic } = deployment;
  const event: EventOf<'RolloutAnalysed'> = {
    type: 'RolloutAnalysed',
    data: {
      deploymentId,
      revision,
      step: traffic?.step ?? 0,
      verdict: 'passed',
      requests: 0,
      errors: 0,
      restarts: 0,
      reason: 'nothing goes wrong',
    },
  };
  return { ...snapshot, now: later, deployment: evolveDeployment(deployment, event, later) ?? deployment };
}
