import { Conflict, NotFound } from '../problem.ts';
import { courseOf } from './course.ts';
import type { DeploymentEvent, DeploymentState } from './evolve.ts';

/** Who asks, and why. */
export interface Asked {
  readonly id: string;
  /** `user/<slug>`. */
  readonly by: string;
  readonly reason?: string | undefined;
}

type State = DeploymentState | undefined;

/** Stops a rollout where it is. What is paused already is no event; throws Conflict when nothing could roll out. */
export function decidePause(given: State, asked: Asked): DeploymentEvent[] {
  const state = living(given, asked.id);
  if (state.paused !== undefined) return [];
  refuseFailed(state);
  return [{ type: 'RolloutPaused', data: dataOf(asked) }];
}

/** Goes on with it; what is not paused is no event. */
export function decideResume(given: State, asked: Asked): DeploymentEvent[] {
  if (living(given, asked.id).paused === undefined) return [];
  return [{ type: 'RolloutResumed', data: dataOf(asked) }];
}

/** Goes back to the last revision that was OK. Throws Conflict when there is none, or when nothing rolls out. */
export function decideAbort(given: State, { id, by, reason = '' }: Asked): DeploymentEvent[] {
  const { revision, stable, rollback } = living(given, id);
  if (rollback !== undefined) {
    throw new Conflict(
      `revision ${rollback.revision} of ${id} went back to revision ${rollback.backTo} already; see: oo deployment get ${id}`,
    );
  }
  if (stable === undefined) {
    throw new Conflict(
      `no revision of ${id} was ever OK, so there is none to go back to; ` +
        `save it mended: oo deployment save FILE, or remove it: oo deployment remove ${id}`,
    );
  }
  if (stable === revision) {
    throw new Conflict(`nothing of ${id} rolls out: revision ${revision} is what runs; see: oo deployment get ${id}`);
  }
  return [{ type: 'RolloutFailed', data: { deploymentId: id, revision, backTo: stable, reason, by } }];
}

/**
 * A release goes a step further, or, with `full`, to its end. What goes on by itself anyway is no event; throws Conflict when
 * nothing is released.
 */
export function decidePromote(given: State, { full, ...asked }: Asked & { readonly full: boolean }): DeploymentEvent[] {
  const state = living(given, asked.id);
  const { id, revision, stable, spec, traffic, promoted, paused, rollback } = state;
  const course = courseOf(spec);
  if (rollback !== undefined) {
    throw new Conflict(
      `revision ${rollback.revision} of ${id} went back to revision ${rollback.backTo}; ` +
        `saving it tries anew: oo deployment save FILE`,
    );
  }
  if (course === undefined) {
    const type = spec.strategy?.type ?? 'RollingUpdate';
    throw new Conflict(`${id} is replaced in place (${type}): only BlueGreen and Canary have steps to promote`);
  }
  if (traffic === undefined || stable === undefined || stable === revision) {
    throw new Conflict(`nothing of ${id} is released by steps now; see: oo deployment get ${id}`);
  }
  if (paused !== undefined) {
    throw new Conflict(`${id} was paused by ${paused.by}; first: oo deployment resume ${id}`);
  }
  const reached = traffic.shares.some((share) => share.revision === revision);
  const step = reached ? traffic.step : undefined;
  if (promoted?.full === true || (!full && promoted !== undefined && promoted.step === step)) return [];
  if (!full && step === undefined && (course.type === 'Canary' || course.automatic)) {
    const begins = course.type === 'Canary' ? 'its first step begins' : 'it is switched';
    throw new Conflict(
      `${begins} by itself, once enough of revision ${revision} are ready; see: oo deployment watch ${id}`,
    );
  }
  return [
    { type: 'RolloutPromoted', data: { ...dataOf(asked), revision, ...(step === undefined ? {} : { step }), full } },
  ];
}

/** A new revision from the same template. The same again, before the planner has seen it, is no event. */
export function decideRestart(given: State, { now, ...asked }: Asked & { readonly now: boolean }): DeploymentEvent[] {
  const state = living(given, asked.id);
  refuseFailed(state);
  if (state.paused !== undefined) {
    throw new Conflict(`${state.id} was paused by ${state.paused.by}; first: oo deployment resume ${state.id}`);
  }
  if (state.revision === 0) {
    throw new Conflict(`nothing of ${state.id} has been rolled out yet; see: oo deployment watch ${state.id}`);
  }
  if (state.restart?.now === now) return [];
  return [{ type: 'RolloutRestarted', data: { ...dataOf(asked), now } }];
}

/** The deployment with another count; the same count is no event. Throws Conflict when the count is the autoscaler's. */
export function decideScale(
  given: State,
  { id, reason, replicas }: Omit<Asked, 'by'> & { readonly replicas: number },
): DeploymentEvent[] {
  const { spec } = living(given, id);
  if (spec.autoScaling !== undefined) {
    const { minReplicas } = spec.autoScaling;
    const now = minReplicas === undefined ? '' : `, ${minReplicas} now`;
    throw new Conflict(
      `${id} is scaled by its load; set autoScaling.minReplicas${now}, or take autoScaling out, and: oo deployment save FILE`,
    );
  }
  if (spec.replicas === replicas) return [];
  const data = {
    deploymentId: id,
    spec: { ...spec, replicas },
    scaled: true,
    ...(reason === undefined ? {} : { reason }),
  };
  return [{ type: 'DeploymentSaved', data }];
}

/** The state of a deployment that may be told something. Throws NotFound, or Conflict while it is being deleted. */
export function living(state: State, id: string): DeploymentState {
  if (state === undefined || state.phase === 'removed') {
    throw new NotFound(`deployment ${id} does not exist; oo deployment list shows those that do`);
  }
  if (state.phase === 'live') return state;
  throw new Conflict(`${id} is being deleted; saving it brings it back: oo deployment save FILE`);
}

function refuseFailed({ id, status, rollback }: DeploymentState): void {
  if (status !== 'Failed' && rollback === undefined) return;
  throw new Conflict(`${id} is Failed, and nothing of it rolls out; saving it tries anew: oo deployment save FILE`);
}

function dataOf({ id, by, reason }: Asked): { deploymentId: string; by: string; reason?: string } {
  return { deploymentId: id, by, ...(reason === undefined ? {} : { reason }) };
}
