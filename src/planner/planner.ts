import type { DeploymentStatus } from '../domain/deployment/events.ts';
import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { Paused, Rollback } from '../domain/deployment/rollout-state.ts';
import { wantedReplicas } from '../domain/deployment/wanted.ts';
import { courseOf } from '../domain/deployment/course.ts';
import { awaitingPlan, heldPlan, NOTHING } from './awaiting.ts';
import { converge } from './converge.ts';
import { crashingOf, deadlineOf, isRollingOut, overdueText } from './failing.ts';
import { holdOf } from './hold.ts';
import { drainingNodes, lossesOf } from './losses.ts';
import { afterActions, replicasAfter } from './outcome.ts';
import { pauseText, verdictPaused } from './paused.ts';
import { describeAction, type Action, type Plan } from './plan.ts';
import { movingOf, openMovesOf } from './rebalance/moving.ts';
import { renewedOf } from './recovery.ts';
import { planRelease, type ReleasePlan } from './release/release.ts';
import { releaseOf, type Release } from './release/sets.ts';
import { rollbackFor, verdictAfter } from './rollback.ts';
import type { Snapshot } from './snapshot.ts';
import { stopOf } from './stop.ts';
import { censusOf, isReady, type Census } from './strategy/census.ts';
import { limitsOf } from './strategy/limits.ts';
import { recreate } from './strategy/recreate.ts';
import { rollingUpdate } from './strategy/rolling-update.ts';
import type { Steps } from './strategy/steps.ts';
import { backTo, targetOf, type Target } from './target.ts';
import { hopelessOf, verdictOf, type Verdict } from './verdict.ts';

/**
 * Looks at the whole of one deployment and says what to do about it: rollout, scaling, healing and deletion act on the
 * same replicas, so one function decides all of them. Pure: the same snapshot gives the same plan.
 */
export function plan(snapshot: Snapshot): Plan {
  const losses = lossesOf(snapshot);
  if (losses.length === 0) return planOnNodes(snapshot);
  const rest = planOnNodes(afterActions(snapshot, losses));
  return {
    ...rest,
    actions: [...losses, ...rest.actions],
    report: [...losses.map(describeAction), ...rest.report],
  };
}

/** The plan once every replica is on a node that answers, or on none. */
function planOnNodes(snapshot: Snapshot): Plan {
  const { deployment } = snapshot;
  if (deployment.phase !== 'live') return deletion(snapshot);
  const target = targetOf(snapshot);
  if ('problem' in target) return failed(snapshot, target.problem, false);
  if (!('awaited' in target)) return towards(snapshot, target);
  const { awaited, present } = target;
  if (present === undefined) return awaitingPlan(NOTHING, awaited);
  // What has failed is not what anybody who saves since wants to see begun again.
  return awaitingPlan(deployment.anew ? heldPlan(snapshot) : towards(snapshot, present), awaited);
}

/** The plan once it is known what is to run. */
function towards(snapshot: Snapshot, target: Target): Plan {
  const { deployment, replicas } = snapshot;
  const { paused } = deployment;
  if (paused !== undefined && isRollingOut(deployment, target)) return pausedPlan(snapshot, target, paused);
  if (target.rollback !== undefined) return rollout(snapshot, target);
  const census = censusOf(replicas, target.revision);
  const hopeless = hopelessOf(census);
  const release = releaseOf(snapshot, target);
  const released = release && planRelease(snapshot, target, release);
  const reason =
    hopeless ??
    (isRollingOut(deployment, target) ? crashingOf(census, deployment.spec.restart?.maxFailures) : undefined) ??
    released?.failure;
  const rollback = reason === undefined ? undefined : rollbackFor(snapshot, target, reason);
  if (rollback !== undefined) return rollBack(snapshot, rollback);
  if (hopeless !== undefined) return failed(snapshot, hopeless, true);
  return released === undefined ? inPlace(snapshot, target) : onTime(snapshot, target, released);
}

function inPlace(snapshot: Snapshot, target: Target): Plan {
  const { deployment, replicas } = snapshot;
  const wanted = wantedReplicas(deployment);
  const at = deadlineOf(snapshot, target, censusOf(replicas, target.revision), wanted);
  const plan = rollout(snapshot, target);
  return onTime(snapshot, target, { plan, late: at === undefined ? undefined : { at, text: overdueText(deployment) } });
}

/** The rollout goes on, unless it has been without progress for too long. */
function onTime(snapshot: Snapshot, target: Target, { plan: going, late }: Pick<ReleasePlan, 'plan' | 'late'>): Plan {
  if (late === undefined) return going;
  if (snapshot.now < late.at) return { ...going, wakeAt: Math.min(late.at, going.wakeAt ?? late.at) };
  const reason = `${late.text}: ${going.details}`;
  const rollback = rollbackFor(snapshot, target, reason);
  if (rollback !== undefined) return rollBack(snapshot, rollback);
  return going.status === 'Deploying' ? { ...going, status: 'Error', details: reason } : going;
}

/** The earlier revision is the target again: what still runs of it is not touched. */
function rollBack(snapshot: Snapshot, rollback: Rollback): Plan {
  const { revision, backTo: earlier, reason } = rollback;
  const decision: Action = { type: 'roll back', revision, backTo: earlier, reason };
  const plan = rollout(snapshot, backTo(snapshot, rollback));
  return { ...plan, actions: [decision, ...plan.actions], report: [describeAction(decision), ...plan.report] };
}

function rollout(snapshot: Snapshot, target: Target): Plan {
  const { deployment, replicas } = snapshot;
  const release = releaseOf(snapshot, target);
  if (release !== undefined && target.rollback !== undefined)
    return wayBack(snapshot, target, release, target.rollback);
  const { revision, template, revise, rollback } = target;
  const wanted = wantedReplicas(deployment);
  const draining = drainingNodes(snapshot);
  const moving = movingOf(deployment);
  const { current } = censusOf(replicas, revision);
  const { unplaced, wakeAt, lacks, ...rest } = converge(snapshot, {
    steps: stepsOf(snapshot, target, censusOf(replicas, revision, draining, moving, renewedOf(snapshot))),
    kept: current,
    base: { revision, template },
    reason: `${wanted} wanted`,
    moves: openMovesOf(deployment, target),
    // Other revisions are about to go: where they are says nothing about where the new ones should be.
    beside: censusOf(replicas, revision, undefined, moving).current,
  });
  const actions = [...revise, ...undivided(snapshot, target), ...rest.actions];
  const census = censusOf(replicasAfter(snapshot, actions), revision, draining, moving);
  const verdict = verdictOf(census, wanted, unplaced, deployment.spec.restart?.maxFailures);
  return {
    actions,
    report: [...actions.map(describeAction), ...liveCount(deployment), ...rest.report, ...unplaced],
    ...(rollback === undefined ? withPause(verdict, deployment.paused) : verdictAfter(rollback, verdict)),
    wakeAt,
    ...(lacks && { lacks }),
    ...(isRollingOut(deployment, target) && revise.length === 0 ? { ready: current.filter(isReady).length } : {}),
  };
}

/** A release that is gone back from: requests first, then what got them. */
function wayBack(snapshot: Snapshot, target: Target, release: Release, rollback: Rollback): Plan {
  const { plan } = planRelease(snapshot, target, release);
  return { ...plan, ...verdictAfter(rollback, plan) };
}

/** Where replicas are replaced in place every ready one counts the same; a release that is over is left as it is. */
function undivided({ deployment }: Snapshot, target: Target): readonly Action[] {
  const { traffic, spec } = deployment;
  if (traffic === undefined) return [];
  const over = courseOf(spec) !== undefined && !isRollingOut(deployment, target) && target.rollback === undefined;
  if (over) return [];
  return [
    { type: 'shift', shares: [], reason: `replicas are replaced in place (${spec.strategy?.type ?? 'RollingUpdate'})` },
  ];
}

/** Whoever saved another number has to learn why it does not count. */
function liveCount(deployment: DeploymentState): readonly string[] {
  const { spec, scaled } = deployment;
  const wanted = wantedReplicas(deployment);
  if (scaled === undefined || wanted === spec.replicas) return [];
  return [`${wanted} wanted by the autoscaler; replicas: ${spec.replicas} was the size at the start`];
}

function stepsOf({ deployment }: Snapshot, { revise }: Target, census: Census): Steps {
  const { spec } = deployment;
  const replicas = wantedReplicas(deployment);
  if (spec.strategy?.type === 'Recreate') return recreate(census, replicas);
  const limits = limitsOf(deployment);
  // Said once, when the revision begins: later drains and counts keep to the limits.
  const now = revise.some((action) => action.type === 'revise' && action.atOnce);
  return rollingUpdate(census, replicas, now ? { ...limits, maxUnavailable: replicas } : limits);
}

/** A pause while nothing rolls out holds what comes next. */
function withPause({ status, details }: Verdict, paused: Paused | undefined): Verdict {
  if (paused === undefined) return { status, details };
  return { status, details: [...(details === '' ? [] : [details]), pauseText(paused)].join('; ') };
}

/** No step of the rollout until somebody resumes it. */
function pausedPlan(snapshot: Snapshot, target: Target, paused: Paused): Plan {
  const { unplaced, wakeAt, actions, report, lacks } = converge(snapshot, holdOf(snapshot, false));
  const census = censusOf(replicasAfter(snapshot, actions), undefined);
  const wanted = wantedReplicas(snapshot.deployment);
  const { status, details } = verdictPaused(paused, target, {
    census,
    wanted,
    unplaced,
    traffic: snapshot.deployment.traffic,
  });
  return {
    actions,
    report: [pauseText(paused), ...actions.map(describeAction), ...report, ...unplaced],
    status,
    details,
    wakeAt,
    ...(lacks && { lacks }),
  };
}

/** The rollout stands still until somebody saves again: what runs is only kept running. `hopeless`: a replica failed for good. */
function failed(snapshot: Snapshot, details: string, hopeless: boolean): Plan {
  const { actions, report: steps, unplaced, wakeAt, lacks } = converge(snapshot, holdOf(snapshot, hopeless));
  const status: DeploymentStatus = 'Failed';
  const report = [
    `nothing new is started until somebody saves again: ${details}`,
    ...actions.map(describeAction),
    ...steps,
    ...unplaced,
  ];
  return { actions, report, status, details, wakeAt, ...(lacks && { lacks }) };
}

function deletion(snapshot: Snapshot): Plan {
  const { deployment, replicas } = snapshot;
  const { status, details } = deployment;
  const active = replicas.filter((replica) => replica.status !== 'Stopped');
  const stops = active
    .filter((replica) => replica.status !== 'Stopping')
    .map((replica) => stopOf(snapshot, replica, 'the deployment is deleted'));
  const gone = active.length === 0 && deployment.phase === 'deleting';
  const actions: readonly Action[] = gone ? [{ type: 'remove' }] : stops;
  return { actions, report: actions.map(describeAction), status, details, wakeAt: undefined };
}
