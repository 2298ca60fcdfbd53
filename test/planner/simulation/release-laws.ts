import assert from 'node:assert/strict';

import type { DeploymentState } from '../../../src/domain/deployment/evolve.ts';
import type { TrafficShare } from '../../../src/domain/deployment/traffic.ts';
import type { RecordedEvent } from '../../../src/domain/event.ts';
import type { NodeState } from '../../../src/domain/node/evolve.ts';
import type { ReplicaState } from '../../../src/domain/replica/evolve.ts';
import { bounds } from './bounds.ts';
import { deploymentOf } from './planning.ts';
import { rowOf, rowsOf, type Observer, type World } from './world.ts';

/** What the laws of releases remember: told from the events alone. */
interface Memory {
  revision: number;
  shares: readonly TrafficShare[];
  /** The step of the latest revision, and when it began, without pauses. */
  step: number | undefined;
  at: number;
  seenAt: number;
  paused: boolean;
  back: boolean;
  /** Somebody, or a verdict, lets it go from that step; `all`: to the end. */
  letGo: number | 'all' | undefined;
  /** The strategy was saved since the step began: other steps may hold now. */
  saved: boolean;
  readonly statuses: Map<string, string>;
}

const DEFAULT_STEPS = [{ weight: 5 }, { weight: 25 }, { weight: 50 }];

/** Throws at the first event that breaks a law of releases. `lostSince`: ready replicas lost since the snapshot of a late plan. */
export function releaseLaws(lostSince: () => number): Observer {
  const memory: Memory = {
    revision: 0,
    shares: [],
    step: undefined,
    at: 0,
    seenAt: 0,
    paused: false,
    back: false,
    letGo: undefined,
    saved: false,
    statuses: new Map(),
  };
  return (event, world) => {
    if (memory.paused) memory.at += world.now - memory.seenAt;
    memory.seenAt = world.now;
    const deployment = deploymentOf(world);
    if (deployment !== undefined) obey(memory, event, { deployment, world, lost: lostSince() });
    remember(memory, event, world);
  };
}

interface Scene {
  readonly deployment: DeploymentState;
  readonly world: World;
  readonly lost: number;
}

function obey(memory: Memory, event: RecordedEvent, scene: Scene): void {
  if (event.type === 'TrafficShifted') {
    wholesome(memory, event.data.shares, scene);
    if (scene.deployment.spec.strategy?.type === 'Canary') stepwise(memory, event.data, scene);
  }
  if (event.type === 'ReplicaStopping') letGoOf(memory, event.data.replicaId, scene);
  if (event.type === 'DeploymentStatusChanged' && event.data.status === 'OK') {
    const [all, ...others] = memory.shares;
    assert.ok(
      all === undefined || (others.length === 0 && all.revision === memory.revision),
      'OK, and not all requests',
    );
  }
}

/** Weights sum to the whole, and nothing is given to what is not ready. */
function wholesome(memory: Memory, shares: readonly TrafficShare[], { world, lost }: Scene): void {
  if (shares.length === 0) return;
  assert.equal(
    shares.reduce((sum, { weight }) => sum + weight, 0),
    100,
    'weights sum to the whole',
  );
  assert.equal(new Set(shares.map(({ revision }) => revision)).size, shares.length, 'a revision has one share');
  for (const { revision, weight } of shares) {
    assert.ok(Number.isInteger(weight) && weight > 0, `${weight} is no share`);
    if (weight <= shareOf(memory.shares, revision) || lost > 0) continue;
    const ready = replicasOf(world).some((each) => each.revision === revision && each.status === 'Ready');
    assert.ok(ready, `revision ${revision} gets ${weight} %, and none of it is ready`);
  }
}

/** A canary gets what its step says, and the next step only when it is let go. */
function stepwise(
  memory: Memory,
  { shares, step }: { readonly shares: readonly TrafficShare[]; readonly step?: number | undefined },
  { deployment }: Scene,
): void {
  const weight = shareOf(shares, memory.revision);
  const before = shareOf(memory.shares, memory.revision);
  const { spec, stable, revision } = deployment;
  if (weight <= before || stable === revision || shares.length === 0 || step === undefined) return;
  assert.ok(!memory.paused && !memory.back, `${weight} % while it is paused, or after it went back`);
  const steps = spec.strategy?.steps ?? DEFAULT_STEPS;
  assert.equal(weight, steps[step]?.weight ?? 100, `step ${step} has ${weight} %`);
  if (memory.saved || memory.letGo === 'all') return;
  assert.equal(step, memory.step === undefined ? 0 : memory.step + 1, 'a step was left out');
  if (step === 0) return;
  assert.equal(memory.letGo, memory.step, `step ${step} begins, and nothing let the one before go`);
}

/** What is stopped is not needed for the part of the requests that its revision gets. */
function letGoOf(memory: Memory, id: string, { deployment, world, lost }: Scene): void {
  const replica = rowOf<ReplicaState>(world, 'replicas', id)?.state;
  const type = deployment.spec.strategy?.type;
  if (replica === undefined || memory.statuses.get(id) !== 'ReplicaReady' || deployment.phase !== 'live') return;
  if (type !== 'Canary' && type !== 'BlueGreen') return;
  const weight = shareOf(memory.shares, replica.revision);
  if (weight === 0) return;
  const node = rowOf<NodeState>(world, 'nodes', replica.nodeId)?.state;
  if (memory.paused && node?.scheduling === 'draining') return;
  const wanted = deployment.scaled?.replicas ?? deployment.spec.replicas;
  const ready = replicasOf(world).filter(
    (each) => each.revision === replica.revision && each.status === 'Ready',
  ).length;
  const least = Math.min(bounds(deployment).least, Math.ceil((wanted * weight) / 100));
  assert.ok(
    ready + lost >= least,
    `${id} is stopped: ${ready} are left for ${weight} % of the requests, ${least} must be`,
  );
}

function remember(memory: Memory, event: RecordedEvent, world: World): void {
  switch (event.type) {
    case 'TrafficShifted': {
      const share = shareOf(event.data.shares, memory.revision);
      const more = { step: share > 0 ? event.data.step : undefined, at: world.now, saved: false };
      return void Object.assign(memory, { shares: event.data.shares, ...more, ...kept(memory.letGo) });
    }
    case 'RevisionCreated':
      return void Object.assign(memory, {
        revision: event.data.revision,
        step: undefined,
        letGo: undefined,
        back: false,
        saved: false,
      });
    case 'RolloutPromoted':
      memory.letGo = event.data.full ? 'all' : event.data.step;
      return;
    case 'RolloutAnalysed':
      if (event.data.verdict === 'passed' && memory.letGo !== 'all') memory.letGo = event.data.step;
      return;
    case 'DeploymentSaved':
      memory.saved = true;
      return;
    case 'RolloutFailed':
      return void Object.assign(memory, { back: true, paused: false });
    case 'RolloutPaused':
    case 'RolloutResumed':
      memory.paused = event.type === 'RolloutPaused';
      return;
    case 'DeploymentDeleted':
      return void Object.assign(memory, { shares: [], step: undefined, paused: false });
    default:
      if (event.stream.startsWith('replica/')) {
        memory.statuses.set(event.stream.slice('replica/'.length), statusAfter(event, memory.statuses));
      }
  }
}

/** A smoke test leaves a replica as it is. */
function statusAfter(event: RecordedEvent, statuses: ReadonlyMap<string, string>): string {
  const before = statuses.get(event.stream.slice('replica/'.length));
  return event.type === 'ReplicaSmokeAsked' || event.type === 'ReplicaSmoked' ? (before ?? event.type) : event.type;
}

function kept(letGo: Memory['letGo']): Pick<Memory, 'letGo'> {
  return { letGo: letGo === 'all' ? letGo : undefined };
}

function shareOf(shares: readonly TrafficShare[], revision: number): number {
  return shares.find((each) => each.revision === revision)?.weight ?? 0;
}

function replicasOf(world: World): readonly ReplicaState[] {
  return rowsOf<ReplicaState>(world, 'replicas').map(({ state }) => state);
}
