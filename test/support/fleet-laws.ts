import assert from 'node:assert/strict';

import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import { DEPLOYMENT_TRANSITIONS } from '../../src/domain/deployment/status.ts';
import type { RecordedEvent } from '../../src/domain/event.ts';
import type { Allotment } from '../../src/domain/node/allotment.ts';
import type { NodeState } from '../../src/domain/node/evolve.ts';
import { NODE_LIVENESS_TRANSITIONS, NODE_SCHEDULING_TRANSITIONS } from '../../src/domain/node/status.ts';
import type { ReplicaState } from '../../src/domain/replica/evolve.ts';
import { REPLICA_TRANSITIONS } from '../../src/domain/replica/status.ts';
import { bounds } from '../planner/simulation/bounds.ts';
import { active } from '../planner/simulation/laws.ts';
import { fold, newWorld, rowOf, rowsOf, type World } from '../planner/simulation/world.ts';

/** How a fleet stands after its whole log. */
export interface Walked {
  readonly events: number;
  /** Fewest ready and most existing replicas of the deployment, from when it was first OK on. */
  readonly leastReady: number;
  readonly mostExisting: number;
  readonly replicas: readonly ReplicaState[];
}

/**
 * Walks a whole log of one deployment, event by event, with the product's own fold, and holds every position against the
 * laws. Throws at the first event that breaks one.
 */
export function walkFleet(events: readonly RecordedEvent[], deploymentId: string): Walked {
  const world = newWorld();
  let [leastReady, mostExisting, settled] = [Infinity, 0, false];
  for (const [index, event] of events.entries()) {
    assert.equal(event.position, index + 1, 'the log has a gap');
    const before = stateOf(world, deploymentId);
    legal(world, event);
    world.events.push(event);
    fold(world, event);
    const after = stateOf(world, deploymentId);
    reservations(world);
    if (after.deployment !== undefined) limits(event, before, { ...after, deployment: after.deployment });
    settled ||= after.deployment?.status === 'OK';
    mostExisting = Math.max(mostExisting, active(after.replicas).length);
    if (settled) leastReady = Math.min(leastReady, readyOf(after.replicas));
  }
  const { replicas } = stateOf(world, deploymentId);
  return { events: events.length, leastReady, mostExisting, replicas };
}

interface Standing {
  readonly deployment: DeploymentState | undefined;
  readonly replicas: readonly ReplicaState[];
}

function stateOf(world: World, id: string): Standing {
  return {
    deployment: rowOf<DeploymentState>(world, 'deployments', id)?.state,
    replicas: rowsOf<ReplicaState>(world, 'replicas').map(({ state }) => state),
  };
}

function readyOf(replicas: readonly ReplicaState[]): number {
  return replicas.filter(({ status }) => status === 'Ready').length;
}

type Table = Readonly<Record<string, { readonly from: readonly string[] }>>;

/** Every event follows on a state that its table allows. */
function legal(world: World, event: RecordedEvent): void {
  const check = (table: Table, present: string | undefined): void => {
    const from = table[event.type]?.from;
    assert.ok(from === undefined || from.includes(present ?? ''), `${event.position}: ${event.type} on "${present}"`);
  };
  if ('nodeId' in event.data) {
    const node = rowOf<NodeState>(world, 'nodes', event.data.nodeId ?? '')?.state;
    check(NODE_SCHEDULING_TRANSITIONS, node?.scheduling);
    check(NODE_LIVENESS_TRANSITIONS, node?.liveness);
  }
  if ('replicaId' in event.data) {
    check(REPLICA_TRANSITIONS, rowOf<ReplicaState>(world, 'replicas', event.data.replicaId ?? '')?.state.status);
  }
  if (event.type === 'DeploymentStatusChanged') {
    const { deploymentId, status } = event.data;
    const present = rowOf<DeploymentState>(world, 'deployments', deploymentId)?.state.status ?? 'Pending';
    assert.ok(present === status || DEPLOYMENT_TRANSITIONS[present].includes(status), `${present} -> ${status}`);
  }
}

/** What of a node is given away is what replicas hold, and never more than there is. */
function reservations(world: World): void {
  const replicas = rowsOf<ReplicaState>(world, 'replicas').map(({ state }) => state);
  for (const { id, state } of rowsOf<Allotment>(world, 'allotments')) {
    const held = replicas.flatMap(({ reservation }) => (reservation?.nodeId === id ? [reservation] : []));
    assert.equal(state.replicas, held.length, `${id}: holders`);
    for (const key of ['cpuMillis', 'memoryBytes', 'vramBytes'] as const) {
      const sum = held.reduce((all, each) => all + each[key], 0);
      assert.equal(state.reserved[key], sum, `${id}: ${key}`);
      assert.ok(sum <= state.limit[key], `${id} is overcommitted`);
    }
  }
}

/** How far the replicas may go below and above what is wanted, and what OK means. */
function limits(
  event: RecordedEvent,
  before: Standing,
  { deployment, replicas }: Standing & { readonly deployment: DeploymentState },
): void {
  const { least, most } = bounds(deployment);
  const at = `${event.position} ${event.type}`;
  const existing = active(replicas).length;
  // What a lost node takes with it is nobody's doing; what is stopped is ours.
  if (event.type === 'ReplicaStopping' && readyOf(replicas) < readyOf(before.replicas)) {
    assert.ok(readyOf(replicas) >= least, `${at}: ${readyOf(replicas)} ready, ${least} must be`);
  }
  if (existing > active(before.replicas).length) assert.ok(existing <= most, `${at}: ${existing} of at most ${most}`);
  if (event.type === 'DeploymentStatusChanged' && event.data.status === 'OK') {
    assert.deepEqual(
      [readyOf(replicas), existing],
      [deployment.spec.replicas, deployment.spec.replicas],
      `${at}: OK means that all are ready and nothing else exists`,
    );
  }
  for (const { id, status, reservation } of replicas) {
    const holds = status !== 'Stopped' && status !== 'Failed';
    assert.ok(holds || reservation === undefined, `${at}: ${id} is ${status} and holds its node`);
  }
}
