import assert from 'node:assert/strict';

import type { DeploymentStatus } from '../../../src/domain/deployment/events.ts';
import type { DeploymentState } from '../../../src/domain/deployment/evolve.ts';
import { DEPLOYMENT_TRANSITIONS } from '../../../src/domain/deployment/status.ts';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { Allotment } from '../../../src/domain/node/allotment.ts';
import type { ReplicaEvent, ReplicaState } from '../../../src/domain/replica/evolve.ts';
import { REPLICA_TRANSITIONS } from '../../../src/domain/replica/status.ts';
import { bounds, hasTwoSets } from './bounds.ts';
import { deploymentOf } from './planning.ts';
import { releaseLaws } from './release-laws.ts';
import { rolloutLaws } from './rollout-laws.ts';
import { rowsOf, type Observer, type World } from './world.ts';

/** What the laws remember from event to event. */
interface Memory {
  total: number;
  status: DeploymentStatus | undefined;
  readonly replicas: Map<string, string>;
  /** The latest generation of each replica, and how it failed. */
  readonly attempts: Map<string, { generation: number; failures: number; failedAt: number }>;
  /** Positions: of the last save of the deployment or its definition, and of what it was that the failure was found in. */
  savedAt: number;
  failedAt: number;
  /** A rollout went back. */
  back: boolean;
  /** The latest revision is rolled out at once. */
  atOnce: boolean;
}

export interface LawBook {
  readonly observe: Observer;
  /** Why the latest revision should have gone back, by the definition of a failed rollout; after every plan there is no such reason. */
  readonly overdue: (world: World) => string | undefined;
  /** Ready replicas that were lost after the snapshot of a plan that is being carried out late. */
  lostSince: number;
  /** Position of that snapshot. */
  decidedAt: number | undefined;
}

/** Throws at the first event that breaks a law. */
export function lawBook(): LawBook {
  const memory: Memory = {
    total: 0,
    status: undefined,
    replicas: new Map(),
    attempts: new Map(),
    savedAt: 0,
    failedAt: 0,
    back: false,
    atOnce: false,
  };
  const rollouts = rolloutLaws();
  const releases = releaseLaws(() => book.lostSince);
  const book: LawBook = {
    overdue: (world) => rollouts.overdue(world),
    lostSince: 0,
    decidedAt: undefined,
    observe(event, world) {
      rollouts.observe(event, world);
      releases(event, world);
      const replicas = replicasOf(world);
      const stopsReady = event.type === 'ReplicaStopping' && memory.replicas.get(event.data.replicaId) === 'Ready';
      transitions(memory, event);
      attempts(memory, event, world.now);
      const deployment = deploymentOf(world);
      if (deployment !== undefined) {
        if (event.type === 'RevisionCreated') memory.atOnce = event.data.atOnce === true;
        // All that went before may go together, where somebody asked for that.
        const atOnce = memory.atOnce && isOfEarlier(event, deployment, replicas);
        // Where requests are divided, what counts is who gets them: a law of releases.
        const divided = hasTwoSets(deployment) && deployment.traffic !== undefined;
        if (stopsReady && !atOnce && !divided && deployment.phase === 'live')
          availability(deployment, replicas, book.lostSince);
        surge(event, deployment, replicas, memory.total);
        exclusiveness(event, deployment, replicas);
        failedUntilSaved(memory, event, deployment, book.decidedAt ?? event.position);
        // A replica may die between the snapshot and the commit: the next plan, which its end asks for, says so.
        if (book.lostSince === 0) okMeansAllReady(event, deployment, replicas);
      }
      reservations(world, replicas);
      memory.total = active(replicas).length;
      memory.status = deployment?.status;
      memory.back = deployment?.rollback !== undefined;
    },
  };
  return book;
}

export function replicasOf(world: World): readonly ReplicaState[] {
  return rowsOf<ReplicaState>(world, 'replicas').map(({ state }) => state);
}

export function active(replicas: readonly ReplicaState[]): readonly ReplicaState[] {
  return replicas.filter(({ status }) => status !== 'Stopped');
}

function isOfEarlier(
  event: RecordedEvent,
  { revision, rollback }: DeploymentState,
  replicas: readonly ReplicaState[],
): boolean {
  const stopped = event.type === 'ReplicaStopping' && replicas.find(({ id }) => id === event.data.replicaId);
  return rollback === undefined && stopped !== false && stopped !== undefined && stopped.revision < revision;
}

/** Of a ready replica that is being stopped. */
function availability(deployment: DeploymentState, replicas: readonly ReplicaState[], lostSince: number): void {
  const ready = replicas.filter(({ status }) => status === 'Ready').length;
  const { least } = bounds(deployment);
  assert.ok(ready + lostSince >= least, `a stop leaves ${ready} ready, ${least} must be`);
}

function surge(
  event: RecordedEvent,
  deployment: DeploymentState,
  replicas: readonly ReplicaState[],
  before: number,
): void {
  const total = active(replicas).length;
  if (total <= before) return;
  assert.equal(event.type, 'ReplicaScheduled');
  // A second set beside the first: each has the bounds for itself.
  const own = hasTwoSets(deployment) && event.type === 'ReplicaScheduled' ? event.data.revision : undefined;
  const those = active(replicas).filter(({ revision }) => own === undefined || revision === own).length;
  const { most: bound } = bounds(deployment);
  // What is released is replaced on a drained node before it goes, whatever surge there is.
  const most = own === undefined ? bound : Math.max(bound, wanted(deployment) + 1);
  assert.ok(those <= most, `${those} exist, at most ${most} may`);
}

function exclusiveness(event: RecordedEvent, deployment: DeploymentState, replicas: readonly ReplicaState[]): void {
  if (event.type !== 'ReplicaScheduled' || deployment.spec.strategy?.type !== 'Recreate') return;
  const others = active(replicas).filter(({ revision }) => revision !== event.data.revision);
  assert.deepEqual(others, [], 'Recreate starts a replica beside one of another revision');
}

function failedUntilSaved(
  memory: Memory,
  event: RecordedEvent,
  { status, phase }: DeploymentState,
  decidedAt: number,
): void {
  if (memory.status !== 'Failed' && status === 'Failed') memory.failedAt = decidedAt;
  // Another count for what a rollout went back to is no other try.
  const tries = event.type === 'DeploymentSaved' && !(event.data.scaled === true && memory.back);
  if (tries || event.type === 'DefinitionSaved' || event.type === 'SecretSaved') memory.savedAt = event.position;
  if (memory.status === 'Failed' && status !== 'Failed' && phase === 'live') {
    assert.ok(memory.savedAt > memory.failedAt, `Failed became ${status}, and nobody had saved`);
  }
}

function okMeansAllReady(event: RecordedEvent, deployment: DeploymentState, replicas: readonly ReplicaState[]): void {
  if (event.type !== 'DeploymentStatusChanged' || event.data.status !== 'OK') return;
  const all = active(replicas);
  assert.equal(all.length, wanted(deployment), 'OK, and there are more or fewer replicas than wanted');
  for (const replica of all) {
    assert.equal(replica.status, 'Ready', `OK, and ${replica.id} is ${replica.status}`);
    assert.equal(replica.revision, deployment.revision, `OK, and ${replica.id} is of an earlier revision`);
  }
}

function wanted({ spec, scaled }: DeploymentState): number {
  return scaled?.replicas ?? spec.replicas;
}

function transitions(memory: Memory, event: RecordedEvent): void {
  if (isReplicaEvent(event)) {
    const { from, to } = REPLICA_TRANSITIONS[event.type];
    const before = memory.replicas.get(event.data.replicaId) ?? '';
    assert.ok((from as readonly string[]).includes(before), `${event.type} of a replica that is "${before}"`);
    memory.replicas.set(event.data.replicaId, to);
  }
  if (event.type === 'DeploymentStatusChanged' && event.data.status !== memory.status) {
    const next = DEPLOYMENT_TRANSITIONS[memory.status ?? 'Pending'];
    assert.ok(next.includes(event.data.status), `${memory.status} -> ${event.data.status} is no arrow`);
  }
}

/** Every attempt has a number of its own, and what fails again and again waits before the next. */
function attempts({ attempts: known }: Memory, event: RecordedEvent, now: number): void {
  if (!isReplicaEvent(event)) return;
  const { replicaId, generation } = event.data;
  const before = known.get(replicaId) ?? { generation: 0, failures: 0, failedAt: 0 };
  if (event.type === 'ReplicaFailed') {
    // A node that is lost is no fault of what ran on it.
    const failures = before.failures + (event.data.failure.kind === 'lost' ? 0 : 1);
    known.set(replicaId, { generation, failures, failedAt: now });
  } else if (event.type === 'ReplicaReady' || event.type === 'ReplicaStopped') {
    known.set(replicaId, { ...before, failures: 0 });
  } else if (event.type === 'ReplicaScheduled') {
    assert.equal(generation, before.generation + 1, `${replicaId}: ${generation} after ${before.generation}`);
    // Half of the doubling seconds: the jitter takes less.
    const least = before.failures < 2 ? 0 : 500 * 2 ** Math.min(before.failures - 2, 5);
    assert.ok(
      now - before.failedAt >= least,
      `${replicaId} is tried again ${now - before.failedAt} ms after it failed`,
    );
    known.set(replicaId, { ...before, generation });
  }
}

function isReplicaEvent(event: RecordedEvent): event is Extract<RecordedEvent, ReplicaEvent> {
  return Object.hasOwn(REPLICA_TRANSITIONS, event.type);
}

/** What is given away is what the replicas hold, and never more than there is. */
function reservations(world: World, replicas: readonly ReplicaState[]): void {
  for (const { state } of rowsOf<Allotment>(world, 'allotments')) {
    const held = replicas.flatMap(({ reservation }) => (reservation?.nodeId === state.id ? [reservation] : []));
    const sum = (key: 'cpuMillis' | 'memoryBytes'): number => held.reduce((all, each) => all + each[key], 0);
    assert.equal(state.reserved.cpuMillis, sum('cpuMillis'));
    assert.equal(state.reserved.memoryBytes, sum('memoryBytes'));
    assert.deepEqual(new Set(state.hostPorts), new Set(held.flatMap(({ hostPorts }) => hostPorts)));
    assert.ok(state.reserved.cpuMillis <= state.capacity.cpuMillis, `${state.id} is overcommitted`);
    assert.equal(new Set(state.hostPorts).size, state.hostPorts.length);
    assert.equal(state.replicas, held.length);
  }
}
