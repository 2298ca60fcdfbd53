import assert from 'node:assert/strict';

import type { DeploymentState } from '../../../src/domain/deployment/evolve.ts';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { NodeState } from '../../../src/domain/node/evolve.ts';
import type { ReplicaState } from '../../../src/domain/replica/evolve.ts';
import { bounds, hasTwoSets } from './bounds.ts';
import { deploymentOf } from './planning.ts';
import { rowOf, rowsOf, type Observer, type World } from './world.ts';

/** What the laws of rollouts remember: told from the events alone, not from the fold that the planner reads. */
interface Memory {
  revision: number;
  /** The last revision of which somebody said OK. */
  stable: number | undefined;
  back: { readonly revision: number; readonly backTo: number } | undefined;
  paused: boolean;
  /** The most replicas of the latest revision that were ready at once. */
  most: number;
  /** As many of them as a plan took note of, and how long ago without pauses: one may be ready and gone between two plans. */
  noted: number;
  notedAt: number;
  seenAt: number;
  /** All requests go to that revision. */
  all: number | undefined;
  /** When the requests were divided anew, without pauses. */
  shiftedAt: number;
  /** What was measured of its step, or asked of a replica of it, speaks against the latest revision. */
  bad: boolean;
  /** A verdict does, and nobody has said anything to it since. */
  condemned: boolean;
  readonly statuses: Map<string, string>;
}

/** Throws at the first event that breaks a law of rollouts. */
export function rolloutLaws(): { readonly observe: Observer; overdue(world: World): string | undefined } {
  const memory: Memory = {
    revision: 0,
    stable: undefined,
    back: undefined,
    paused: false,
    most: 0,
    noted: 0,
    notedAt: 0,
    seenAt: 0,
    all: undefined,
    shiftedAt: 0,
    bad: false,
    condemned: false,
    statuses: new Map(),
  };
  return {
    observe(event, world) {
      const deployment = deploymentOf(world);
      stillClock(memory, world.now);
      if (deployment === undefined) return;
      obey(memory, event, deployment, world);
      remember(memory, event, world);
    },
    overdue(world) {
      stillClock(memory, world.now);
      const why = evidence(memory, deploymentOf(world), replicasOf(world), world.now);
      // What a release waits for, and since when, is its own business: that it comes to rest is seen in the end.
      if (deploymentOf(world)?.traffic !== undefined && why === 'overdue') return undefined;
      return why === 'found bad' && !memory.condemned ? undefined : why;
    },
  };
}

/** While a rollout is paused, its clock stands still. */
function stillClock(memory: Memory, now: number): void {
  if (memory.paused) memory.notedAt += now - memory.seenAt;
  if (memory.paused) memory.shiftedAt += now - memory.seenAt;
  memory.seenAt = now;
}

function obey(memory: Memory, event: RecordedEvent, deployment: DeploymentState, world: World): void {
  switch (event.type) {
    case 'RevisionCreated':
      assert.equal(event.data.revision, memory.revision + 1, 'revisions are numbered one by one');
      return assert.equal(memory.paused, false, 'a revision is created while the rollout is paused');
    case 'RolloutFailed':
      return mayGoBack(memory, event.data, deployment, world);
    case 'ReplicaScheduled':
      return mayStart(memory, event.data, deployment);
    case 'ReplicaStopping':
      return mayStop(memory, event.data.replicaId, deployment, world);
    default:
  }
}

function mayGoBack(
  memory: Memory,
  { revision, backTo, by }: Extract<RecordedEvent, { type: 'RolloutFailed' }>['data'],
  deployment: DeploymentState,
  world: World,
): void {
  assert.deepEqual(
    [revision, backTo],
    [memory.revision, memory.stable],
    'back from the latest to the last that was OK',
  );
  assert.ok(backTo < revision, 'a rollout goes back to what it came from');
  if (by !== 'planner') return;
  assert.equal(memory.paused, false, 'the planner gives up a rollout that somebody paused');
  assert.notEqual(deployment.spec.strategy?.autoRollback, false, 'rolled back where that is turned off');
  assert.ok(evidence(memory, deployment, replicasOf(world), world.now), 'rolled back, and nothing had failed');
}

/** Why the latest revision has failed, by the definition: for good, three times in a row, or too long without progress. */
function evidence(
  { revision, stable, noted, notedAt, shiftedAt, bad }: Memory,
  deployment: DeploymentState | undefined,
  replicas: readonly ReplicaState[],
  now: number,
): string | undefined {
  const own = replicas.filter((replica) => replica.revision === revision && !isGone(replica));
  if (revision === stable || deployment === undefined) return undefined;
  if (own.some(({ status, failure }) => status === 'Failed' && failure?.terminal === true)) return 'for good';
  // Three times in a row, or as often as it may fail.
  const often = Math.min(3, deployment.spec.restart?.maxFailures ?? 3);
  if (own.some(({ status, failures }) => status !== 'Ready' && failures >= often)) return 'again and again';
  if (bad) return 'found bad';
  const seconds = deployment.spec.strategy?.progressDeadlineSeconds ?? 600;
  const ready = own.filter(({ status }) => status === 'Ready').length;
  if (deployment.traffic !== undefined && hasTwoSets(deployment)) {
    return now - Math.max(notedAt, shiftedAt) >= seconds * 1_000 ? 'overdue' : undefined;
  }
  const late = now - notedAt >= seconds * 1_000;
  return late && Math.max(ready, noted) < wantedIn(deployment) ? 'overdue' : undefined;
}

function mayStart(
  { back, paused, stable, statuses }: Memory,
  { replicaId, revision }: Extract<RecordedEvent, { type: 'ReplicaScheduled' }>['data'],
  { phase }: DeploymentState,
): void {
  if (phase !== 'live') return;
  if (back !== undefined) assert.equal(revision, back.backTo, `${replicaId} is started after its revision went back`);
  if (!paused || revision === stable) return;
  assert.equal(statuses.get(replicaId), 'ReplicaFailed', `${replicaId} is new, and the rollout is paused`);
}

/** Of a ready replica of the revision that is gone back to, or of any while the rollout is paused. */
function mayStop(
  { back, paused, stable, revision, statuses }: Memory,
  id: string,
  deployment: DeploymentState,
  world: World,
): void {
  const replica = rowOf<ReplicaState>(world, 'replicas', id)?.state;
  if (replica === undefined || statuses.get(id) !== 'ReplicaReady' || deployment.phase !== 'live') return;
  const held = paused && stable !== revision;
  if (!held && back?.backTo !== replica.revision) return;
  const node = rowOf<NodeState>(world, 'nodes', replica.nodeId)?.state;
  if (node?.scheduling === 'draining') return;
  // It counts as well: its own event has been folded already.
  const together = held && (deployment.traffic === undefined || !hasTwoSets(deployment));
  const staying =
    1 + replicasOf(world).filter((one) => !isGone(one) && (together || one.revision === replica.revision)).length;
  const { most } = bounds(deployment);
  const enough = together ? most : wantedIn(deployment);
  assert.ok(staying > enough, `${id} is healthy and wanted (${staying} of ${enough}), and stopped all the same`);
}

function remember(memory: Memory, event: RecordedEvent, world: World): void {
  switch (event.type) {
    case 'TrafficShifted': {
      const [all, ...others] = event.data.shares;
      return void Object.assign(memory, {
        all: others.length === 0 ? all?.revision : undefined,
        shiftedAt: world.now,
        bad: false,
        condemned: false,
      });
    }
    case 'RolloutAnalysed':
      memory.bad = event.data.verdict === 'failed';
      memory.condemned = memory.bad;
      return;
    case 'RolloutPromoted':
      memory.condemned = false;
      return;
    case 'RevisionCreated':
      // What gets all requests is what the next one goes back to.
      if (memory.all === memory.revision && memory.back === undefined) memory.stable = memory.revision;
      return void Object.assign(memory, {
        bad: false,
        condemned: false,
        revision: event.data.revision,
        back: undefined,
        most: 0,
        noted: 0,
        notedAt: world.now,
      });
    case 'DeploymentStatusChanged':
      if (event.data.status === 'OK') memory.stable = memory.revision;
      return event.data.ready === undefined ? undefined : takeNote(memory, event.data.ready, world.now);
    case 'RolloutFailed':
      memory.back = event.data;
      memory.paused = false;
      return;
    case 'RolloutPaused':
    case 'RolloutResumed':
      memory.paused = event.type === 'RolloutPaused';
      return;
    case 'DeploymentSaved':
      memory.notedAt = world.now;
      memory.condemned = false;
      // Whoever saves what Failed asks for another try, unless only the count is changed of what was gone back to.
      if (deploymentOf(world)?.status === 'Pending') memory.back = undefined;
      return;
    case 'DeploymentDeleted':
      return void Object.assign(memory, { stable: undefined, back: undefined, paused: false, all: undefined });
    default:
      return seen(memory, event, world);
  }
}

function seen(memory: Memory, event: RecordedEvent, world: World): void {
  if (!event.stream.startsWith('replica/')) return;
  if (event.type === 'ReplicaSmoked') memory.bad ||= !event.data.passed;
  if (event.type === 'ReplicaSmoked' || event.type === 'ReplicaSmokeAsked') return;
  memory.statuses.set(event.stream.slice('replica/'.length), event.type);
  const ready = replicasOf(world).filter(({ status, revision }) => status === 'Ready' && revision === memory.revision);
  memory.most = Math.max(memory.most, ready.length);
}

function takeNote(memory: Memory, ready: number, now: number): void {
  assert.ok(ready > memory.noted, `${ready} ready is no progress after ${memory.noted}`);
  assert.ok(ready <= memory.most, `${ready} were said to be ready, ${memory.most} were`);
  memory.noted = ready;
  memory.notedAt = now;
}

function replicasOf(world: World): readonly ReplicaState[] {
  return rowsOf<ReplicaState>(world, 'replicas').map(({ state }) => state);
}

/** The autoscaler's count, where it has one. */
function wantedIn({ spec, scaled }: DeploymentState): number {
  return scaled?.replicas ?? spec.replicas;
}

function isGone({ status }: ReplicaState): boolean {
  return status === 'Stopping' || status === 'Stopped';
}
