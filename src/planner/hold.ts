import { wantedReplicas } from '../domain/deployment/wanted.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import type { Intent } from './converge.ts';
import { drainingNodes } from './losses.ts';
import { renewedOf } from './recovery.ts';
import { heldRelease } from './release/hold.ts';
import type { Snapshot } from './snapshot.ts';
import { censusOf } from './strategy/census.ts';
import { limitsOf, type Limits } from './strategy/limits.ts';
import { recreate } from './strategy/recreate.ts';
import { rollingUpdate } from './strategy/rolling-update.ts';
import type { Steps } from './strategy/steps.ts';
import { templateOf } from './template-of.ts';

const NOTHING: Steps = { stop: [], start: 0, retry: false, report: [] };

/**
 * No step of a rollout, but what runs goes on, of whichever revision: what dies is started again, what is on drained
 * nodes moves, and the count follows what is wanted. What is missing is filled with the last revision that was OK; where
 * there is none, or where that is what fails (`hopeless`), nothing is filled, and so nothing moves either.
 */
export function holdOf(snapshot: Snapshot, hopeless: boolean): Intent {
  const released = heldRelease(snapshot);
  // What failed for good stays, to be seen.
  if (released !== undefined) return { ...released, steps: withoutHopeless(released.steps) };
  const { deployment, replicas } = snapshot;
  const { spec, stable } = deployment;
  const active = replicas.filter(({ status }) => status !== 'Stopped');
  const exclusive = spec.strategy?.type === 'Recreate';
  const reason = `${wantedReplicas(deployment)} wanted`;
  const others = active.some(({ revision }) => revision !== active[0]?.revision);
  if (exclusive && others) return { steps: NOTHING, kept: [], reason, beside: active };
  const fillable =
    stable !== undefined &&
    !(hopeless && stable === deployment.revision) &&
    !(exclusive && active.some(({ revision }) => revision !== stable));
  const draining = fillable ? drainingNodes(snapshot) : new Set<string>();
  const census = censusOf(replicas, undefined, draining, undefined, renewedOf(snapshot));
  const { count, limits } = heldCount(snapshot, census.current.length, fillable);
  const steps = exclusive ? recreate(census, count) : rollingUpdate(census, count, limits);
  return {
    // What failed for good is why nothing goes on.
    steps: withoutHopeless(steps),
    kept: census.current,
    base: fillable ? { revision: stable, template: templateOf(snapshot, stable) } : undefined,
    reason,
    beside: replicas,
  };
}

/**
 * As many as there are, between what is wanted and what a rollout may add to it: a rollout that stands still keeps what it
 * had added. As many as the wanted count asks for must be ready, and no more.
 */
function heldCount(
  { deployment }: Snapshot,
  present: number,
  fillable: boolean,
): { readonly count: number; readonly limits: Limits } {
  const wanted = wantedReplicas(deployment);
  const { maxSurge, maxUnavailable } = limitsOf(deployment);
  const most = deployment.spec.strategy?.type === 'Recreate' ? wanted : wanted + maxSurge;
  const count = Math.min(most, fillable ? Math.max(wanted, present) : present);
  const limits = { maxSurge, maxUnavailable: Math.max(0, count - wanted + maxUnavailable) };
  return { count, limits };
}

function withoutHopeless(steps: Steps): Steps {
  return { ...steps, stop: steps.stop.filter(({ replica }) => !isHopeless(replica)) };
}

function isHopeless({ status, failure }: ReplicaState): boolean {
  return status === 'Failed' && failure?.terminal === true;
}
