import type { DeploymentStatus } from '../domain/deployment/events.ts';
import type { DeploymentState, MoveState } from '../domain/deployment/evolve.ts';
import { wantedReplicas } from '../domain/deployment/wanted.ts';
import { fill, type Wanted } from './fill.ts';
import { replicasAfter } from './outcome.ts';
import { candidatesOf } from './placement/candidate.ts';
import { demandOf } from './placement/demand.ts';
import { describeAction, type Action, type Plan } from './plan.ts';
import { drainingNodes, lossesOf } from './losses.ts';
import { movingOf, openMovesOf } from './rebalance/moving.ts';
import { budgetOf, recoveryOf, type Recovery } from './recovery.ts';
import { siblingsOf } from './siblings.ts';
import { freeSlots, type Slot } from './slots.ts';
import type { Snapshot } from './snapshot.ts';
import { censusOf, type Census } from './strategy/census.ts';
import { limitsOf } from './strategy/limits.ts';
import { recreate } from './strategy/recreate.ts';
import { rollingUpdate } from './strategy/rolling-update.ts';
import type { Steps } from './strategy/steps.ts';
import { targetOf, type Target } from './target.ts';
import { upkeepOf } from './upkeep.ts';
import { hopelessOf, verdictOf } from './verdict.ts';

/**
 * Looks at the whole of one deployment and says what to do about it: rollout, scaling, healing and deletion act on the
 * same replicas, so one function decides all of them. Pure: the same snapshot gives the same plan.
 */
export function plan(snapshot: Snapshot): Plan {
  const losses = lossesOf(snapshot);
  if (losses.length === 0) return planOnNodes(snapshot);
  const rest = planOnNodes({ ...snapshot, replicas: replicasAfter(snapshot, losses) });
  return {
    ...rest,
    actions: [...losses, ...rest.actions],
    report: [...losses.map(describeAction), ...rest.report],
  };
}

/** The plan once every replica is on a node that answers, or on none. */
function planOnNodes(snapshot: Snapshot): Plan {
  if (snapshot.deployment.phase !== 'live') return deletion(snapshot);
  const target = targetOf(snapshot);
  if ('problem' in target) return failed(snapshot, target.problem);
  const hopeless = hopelessOf(censusOf(snapshot.replicas, target.revision));
  return hopeless === undefined ? rollout(snapshot, target) : failed(snapshot, hopeless);
}

function rollout(snapshot: Snapshot, { revision, template, revise }: Target): Plan {
  const { deployment, replicas, nodes, seed, images } = snapshot;
  const { spec } = deployment;
  const replicasWanted = wantedReplicas(deployment);
  const draining = drainingNodes(snapshot);
  const moving = movingOf(deployment);
  const before = censusOf(replicas, revision, draining, moving);
  const steps = stepsOf(snapshot, before);
  const moves = openMovesOf(deployment, revision);
  const recovery = recoveryIn(snapshot, steps, revision);
  const wanted: Wanted[] = [
    ...recovery.due,
    ...freeSlots(deployment.id, revision, replicas, steps.start).map((slot, index) =>
      wantedFor(slot, moves[index], `${replicasWanted} wanted`),
    ),
  ];
  // Earlier revisions are about to go: where they are says nothing about where the new ones should be.
  const candidates = candidatesOf(nodes, siblingsOf(censusOf(replicas, revision, undefined, moving).current));
  const filled = fill(wanted, candidates, demandOf(template, spec, images), { revision, seed });
  const stops = steps.stop.map(({ replica, reason }): Action => {
    return { type: 'stop', replicaId: replica.id, generation: replica.generation, nodeId: replica.nodeId, reason };
  });
  const actions = [...revise, ...stops, ...filled.actions];
  const census = censusOf(replicasAfter(snapshot, actions), revision, draining, moving);
  return {
    actions,
    report: [...actions.map(describeAction), ...liveCount(deployment), ...steps.report, ...filled.unplaced],
    ...verdictOf(census, replicasWanted, filled.unplaced, spec.restart?.maxFailures),
    wakeAt: recovery.wakeAt,
  };
}

/** Whoever saved another number has to learn why it does not count. */
function liveCount(deployment: DeploymentState): readonly string[] {
  const { spec, scaled } = deployment;
  const wanted = wantedReplicas(deployment);
  if (scaled === undefined || wanted === spec.replicas) return [];
  return [`${wanted} wanted by the autoscaler; replicas: ${spec.replicas} was the size at the start`];
}

function wantedFor(slot: Slot, move: MoveState | undefined, reason: string): Wanted {
  if (move === undefined) return { slot, reason };
  return { slot, move, reason: `takes the place of ${move.replicaId} on ${move.from}, which moves to a better home` };
}

function stepsOf({ deployment }: Snapshot, census: Census): Steps {
  const replicas = wantedReplicas(deployment);
  if (deployment.spec.strategy?.type === 'Recreate') return recreate(census, replicas);
  return rollingUpdate(census, replicas, limitsOf(deployment));
}

/** Failed replicas of the latest revision that stay, unless the strategy makes them wait. */
function recoveryIn({ deployment, replicas, now }: Snapshot, { stop, retry }: Steps, revision: number): Recovery {
  if (!retry) return { due: [], wakeAt: undefined };
  const leaving = new Set(stop.map(({ replica }) => replica.id));
  const { current } = censusOf(replicas, revision);
  return recoveryOf(
    current.filter(({ id }) => !leaving.has(id)),
    now,
    budgetOf(deployment),
  );
}

/** The rollout stands still until somebody saves again: what runs is only kept running. */
function failed(snapshot: Snapshot, details: string): Plan {
  const { actions, unplaced, wakeAt } = upkeepOf(snapshot);
  const status: DeploymentStatus = 'Failed';
  const report = [
    `nothing new is started until somebody saves again: ${details}`,
    ...actions.map(describeAction),
    ...unplaced,
  ];
  return { actions, report, status, details, wakeAt };
}

function deletion({ deployment, replicas }: Snapshot): Plan {
  const { status, details } = deployment;
  const active = replicas.filter((replica) => replica.status !== 'Stopped');
  const stops = active
    .filter((replica) => replica.status !== 'Stopping')
    .map(({ id, generation, nodeId }): Action => {
      return { type: 'stop', replicaId: id, generation, nodeId, reason: 'the deployment is deleted' };
    });
  const gone = active.length === 0 && deployment.phase === 'deleting';
  const actions: readonly Action[] = gone ? [{ type: 'remove' }] : stops;
  return { actions, report: actions.map(describeAction), status, details, wakeAt: undefined };
}
