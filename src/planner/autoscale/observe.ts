import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { censusOf, isReady, type Census } from '../strategy/census.ts';
import type { Observation, Quantities, Recommendation, ReplicaUse } from './observation.ts';
import { policyOf } from './policy.ts';

/** What one ready replica used, and under which state of affairs it was measured. */
export interface Sample {
  readonly replicaId: string;
  /** Position of the last event of the replica then. */
  readonly replicaSince: number;
  /** Steps of the deployment's count until then. */
  readonly steps: number;
  readonly used: Quantities;
}

/** A deployment at one position of the log, and what was measured of it. */
export interface Measured {
  readonly deployment: DeploymentState;
  /** With the position of each one's last event. */
  readonly replicas: readonly { readonly since: number; readonly state: ReplicaState }[];
  /** Those that its replicas are on. */
  readonly nodes: readonly NodeState[];
  /** Fresh ones, the latest of each replica. */
  readonly samples: readonly Sample[];
  readonly recommendations: readonly Recommendation[];
}

/**
 * What the autoscaler goes by; undefined for a deployment that does not scale itself. A sample counts only under the
 * count and the state of its replica that it was taken under: what is older than the last step, or than the replica's
 * readiness, says nothing about now. Log positions decide that, no clock does.
 */
export function observe({ deployment, replicas, nodes, samples, recommendations }: Measured): Observation | undefined {
  const policy = policyOf(deployment.spec);
  if (policy === undefined || deployment.phase !== 'live') return undefined;
  const current = wantedReplicas(deployment);
  const steps = deployment.scaled?.steps ?? 0;
  const used = new Map(
    samples
      .filter((sample) => sample.steps === steps)
      .map((sample) => [`${sample.replicaId}@${sample.replicaSince}`, sample.used]),
  );
  const released = busiestOf(deployment);
  const ready = replicas
    .filter(({ state }) => isReady(state) && (released === undefined || state.revision === released))
    .map(({ since, state }) => useOf(state, used.get(`${state.id}@${since}`)));
  const draining = new Set(nodes.filter(({ scheduling }) => scheduling === 'draining').map(({ id }) => id));
  const states = replicas.map(({ state }) => state);
  const census = censusOf(states, deployment.rollback?.backTo ?? released ?? deployment.revision, draining);
  const unready = census.current.filter((replica) => !isReady(replica)).length;
  const { cpuMillis = 0, memoryBytes = 0 } = deployment.template ?? {};
  return {
    policy,
    current,
    ready,
    // A slot that no node has room for is not there, and wanted all the same.
    starting: Math.max(unready, current - ready.length),
    requested: { cpuMillis, memoryBytes },
    recommendations,
    halted: haltOf(deployment),
    unsettled: unsettledOf(deployment, census),
  };
}

/** While a second set is beside the first: the revision that gets most of the requests, as the other idles. */
function busiestOf({ traffic, stable, revision, rollback }: DeploymentState): number | undefined {
  if (traffic === undefined || stable === revision || rollback !== undefined) return undefined;
  return traffic.shares.toSorted((left, right) => right.weight - left.weight)[0]?.revision;
}

function useOf({ reservation }: ReplicaState, used: Quantities | undefined): ReplicaUse {
  const { cpuMillis = 0, memoryBytes = 0 } = reservation ?? {};
  return { requested: { cpuMillis, memoryBytes }, used };
}

function haltOf({ status, template, rollback }: DeploymentState): string | undefined {
  // What a failed rollout went back to is looked after as ever: traffic does not wait for somebody to save.
  if (status === 'Failed' && rollback === undefined)
    return 'the deployment is Failed, nothing is started until somebody saves again';
  return template === undefined ? 'it was not planned yet' : undefined;
}

/** Down is what a rollout must not be disturbed by: the replicas that it still needs would be the first to go. */
function unsettledOf({ saves, savedAtPlan }: DeploymentState, { old, stopping }: Census): string | undefined {
  if (saves !== savedAtPlan) return 'a save was not planned yet';
  if (old.length > 0) return `${old.length} of earlier revisions or on drained nodes still to be replaced`;
  return stopping.length > 0 ? `${stopping.length} still stopping` : undefined;
}
