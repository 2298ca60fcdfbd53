import type { ScalingView } from '../../api/contract/scaling-schemas.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { scalingBounds } from '../../domain/deployment/scaling-bounds.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { LatestDecision } from '../../workers/autoscale/latest-decision.ts';

/** What the autoscaler thought when it last looked at a deployment; undefined when nobody has looked. */
export type ReadDecision = (deploymentId: string) => Promise<LatestDecision | undefined>;

/** How a deployment scales itself; undefined when it does not. */
export async function toScalingView(
  state: DeploymentState,
  latestDecision: ReadDecision,
): Promise<ScalingView | undefined> {
  const bounds = scalingBounds(state.spec);
  if (bounds === undefined || state.phase !== 'live') return undefined;
  const looked = await latestDecision(state.id);
  const last = state.scaled?.last;
  return {
    ...bounds,
    current: wantedReplicas(state),
    ...(looked && { looked: { at: looked.at.toISOString(), sentence: looked.sentence, numbers: looked.numbers } }),
    ...(last && { last: { ...last, at: new Date(last.at).toISOString() } }),
  };
}
