import type { DefinitionSpec } from '../../../src/domain/definition/events.ts';
import { decideDeleteDefinition, decideSaveDefinition } from '../../../src/domain/definition/decide.ts';
import { decideDeleteDeployment, decideSaveDeployment } from '../../../src/domain/deployment/decide.ts';
import { courseOf } from '../../../src/domain/deployment/course.ts';
import type { Verdict } from '../../../src/domain/deployment/rollout-events.ts';
import type { DeploymentSpec } from '../../../src/domain/deployment/events.ts';
import type { DomainEvent } from '../../../src/domain/event.ts';
import type { ReplicaFailure } from '../../../src/domain/replica/events.ts';
import type { ReplicaEvent, ReplicaState } from '../../../src/domain/replica/evolve.ts';
import { mayFollow } from '../../../src/domain/replica/status.ts';
import type { SecretState } from '../../../src/domain/secret/evolve.ts';
import { DEFAULT_APP, secretKey } from '../../../src/domain/secret/name.ts';
import { DEFINITION, DEPLOYMENT, definitionOf, deploymentOf } from './planning.ts';
import { append, rowOf, rowsOf, type World } from './world.ts';

/** What may befall a deployment. Numbers that choose among what is there are taken modulo its size. */
export type Step =
  | { readonly type: 'save'; readonly spec: Partial<DeploymentSpec> }
  | { readonly type: 'define'; readonly image: string }
  | { readonly type: 'undefine' | 'delete' | 'plan late' | 'node' | 'secret' | 'no secret' }
  /** The definition is built from a branch, or a tag, of the repository; a further commit comes to the branch. */
  | { readonly type: 'repository'; readonly version: 'main' | 'v1' }
  | { readonly type: 'push' }
  /** Carries out one of the jobs that wait. */
  | { readonly type: 'work'; readonly which: number; readonly fate: Fate }
  /** Carries out so many jobs and back-offs, all with one fate. */
  | { readonly type: 'rush'; readonly jobs: number; readonly fate: Fate }
  /** A container that runs ends. */
  | { readonly type: 'die'; readonly which: number }
  /** A replica in service is taken out of it by its ready probe, or one that is out comes back. */
  | { readonly type: 'falter'; readonly which: number }
  /** What was measured of the step that a canary is at. */
  | { readonly type: 'judge'; readonly verdict: Verdict }
  | { readonly type: 'wait'; readonly ms: number };

/** The one secret of random histories. */
export const SECRET = 'key';

/** What becomes of a start. */
export type Fate = 'ready' | 'fails' | 'fails for good';

/** What the user's commands lead to; nothing when they change nothing. */
export function save(world: World, spec: Partial<DeploymentSpec>): void {
  const before = deploymentOf(world);
  const base = before?.spec ?? { id: DEPLOYMENT, definitionId: DEFINITION, replicas: 1 };
  record(world, `deployment/${DEPLOYMENT}`, decideSaveDeployment(before, { ...base, ...spec }));
}

export function define(world: World, image: string, more: Partial<DefinitionSpec> = {}): void {
  const spec = { id: DEFINITION, image: { name: image, internalPorts: [8080] }, ...more };
  record(world, `definition/${DEFINITION}`, decideSaveDefinition(definitionOf(world), spec));
}

export function undefine(world: World): void {
  record(world, `definition/${DEFINITION}`, decideDeleteDefinition(definitionOf(world)));
}

/** A new value of the secret. */
export function saveSecret(world: World, name: string): void {
  const before = rowOf<SecretState>(world, 'secrets', secretKey(DEFAULT_APP, name))?.state;
  const version = (before?.version ?? 0) + 1;
  const data = { app: DEFAULT_APP, name, fingerprint: `${name}-${version}`, version, access: {} };
  record(world, `secret/${name}`, [{ type: 'SecretSaved', data }]);
}

export function removeSecret(world: World, name: string): void {
  const before = rowOf<SecretState>(world, 'secrets', secretKey(DEFAULT_APP, name))?.state;
  if (before === undefined || before.removed) return;
  record(world, `secret/${name}`, [{ type: 'SecretRemoved', data: { app: DEFAULT_APP, name } }]);
}

export function remove(world: World): void {
  record(world, `deployment/${DEPLOYMENT}`, decideDeleteDeployment(deploymentOf(world)));
}

/** One more node, of so many thousandths of a core. */
export function addNode(world: World, cpuMillis = 2_000): void {
  const nodeId = `node_${rowsOf(world, 'nodes').length + 1}`;
  const capacity = { cpuMillis, memoryBytes: 2 ** 30, gpus: [] };
  const data = { nodeId, url: `simulated://${nodeId}`, cluster: 'local', zone: 'a', labels: {}, capacity };
  record(world, `node/${nodeId}`, [{ type: 'NodeRegistered', data }]);
}

/** A generation's start comes to its end, as its worker would record it. */
export function start(world: World, replicaId: string, generation: number, fate: Fate): void {
  const ids = { replicaId, deploymentId: DEPLOYMENT, generation };
  const containerId = `${replicaId}-g${generation}`;
  if (fate !== 'ready') {
    const terminal = fate === 'fails for good';
    const message = terminal ? 'image web:gone does not exist' : 'container exited with code 1';
    return fail(world, replicaId, generation, { kind: terminal ? 'image' : 'exit', message, terminal });
  }
  recordOf(world, replicaId, generation, [{ type: 'ContainerCreated', data: { ...ids, containerId, adopted: false } }]);
  recordOf(world, replicaId, generation, [
    { type: 'ContainerStarted', data: { ...ids, containerId, ports: [] } },
    { type: 'ReplicaReady', data: ids },
  ]);
}

/** What the analysis would record of the step that a canary is at, when it is: passed only once the step was looked at for long enough. */
export function judge(world: World, verdict: Verdict): boolean {
  const { spec, traffic, revision, paused, stable, rollback, promoted } = deploymentOf(world) ?? {};
  if (spec?.strategy?.type !== 'Canary' || traffic?.step === undefined || revision === undefined) return false;
  const share = traffic.shares.find((each) => each.revision === revision)?.weight ?? 100;
  if (paused !== undefined || rollback !== undefined || stable === revision || share === 100) return false;
  // Whoever promotes a step has judged it.
  if (promoted?.full === true || promoted?.step === traffic.step) return false;
  const course = courseOf(spec);
  const pauseMs = course?.type === 'Canary' ? course.steps[traffic.step]?.pauseMs : undefined;
  if (verdict !== 'failed' && (pauseMs === undefined || world.now < traffic.at + pauseMs)) return false;
  const [errors, errorPercent] = verdict === 'failed' ? [60, 5] : [2, 0.2];
  const reason = {
    passed: '0.2 % errors of 1,204 requests',
    failed: '5 % errors of 1,204 requests, more than 1 %',
    inconclusive: '12 of 100 requests',
  }[verdict];
  const numbers = { requests: 1_204, errors, errorPercent, restarts: 0, reason };
  const data = { deploymentId: DEPLOYMENT, revision, step: traffic.step, verdict, ...numbers };
  record(world, `deployment/${DEPLOYMENT}`, [{ type: 'RolloutAnalysed', data }]);
  return true;
}

/** A replica is asked whether it answers as it should. */
export function smoke(world: World, replicaId: string, generation: number, fate: Fate): void {
  const ids = { replicaId, deploymentId: DEPLOYMENT, generation };
  const bad = { passed: false, reason: 'GET /healthz on port 8080 answered 500, not 204' };
  const data = { ...ids, milliseconds: 5, ...(fate === 'ready' ? { passed: true } : bad) };
  recordOf(world, replicaId, generation, [{ type: 'ReplicaSmoked', data }]);
}

export function fail(world: World, replicaId: string, generation: number, failure: ReplicaFailure): void {
  const released = rowOf<ReplicaState>(world, 'replicas', replicaId)?.state.reservation;
  if (released === undefined) return;
  const data = { replicaId, deploymentId: DEPLOYMENT, generation, failure, released };
  recordOf(world, replicaId, generation, [{ type: 'ReplicaFailed', data }]);
}

/** The ready probe of a replica turns. */
export function turn(world: World, { id: replicaId, generation, status }: ReplicaState): void {
  const ids = { replicaId, deploymentId: DEPLOYMENT, generation };
  const out = { type: 'ReplicaUnready' as const, data: { ...ids, reason: 'GET / answered 503', silent: false } };
  recordOf(world, replicaId, generation, [status === 'Ready' ? out : { type: 'ReplicaReady', data: ids }]);
}

/** Those that are out of service come back. */
export function turnAll(world: World): void {
  for (const { state } of rowsOf<ReplicaState>(world, 'replicas')) if (state.status === 'Running') turn(world, state);
}

export function stop(world: World, replicaId: string, generation: number): void {
  const released = rowOf<ReplicaState>(world, 'replicas', replicaId)?.state.reservation;
  const data = { replicaId, deploymentId: DEPLOYMENT, generation, ...(released === undefined ? {} : { released }) };
  recordOf(world, replicaId, generation, [{ type: 'ReplicaStopped', data }]);
}

/** As the workers do: what is no longer true of the replica is not recorded. */
function recordOf(world: World, replicaId: string, generation: number, events: readonly ReplicaEvent[]): void {
  const replica = rowOf<ReplicaState>(world, 'replicas', replicaId)?.state;
  const [first] = events;
  if (replica?.generation !== generation || first === undefined || !mayFollow(first.type, replica.status)) return;
  record(world, `replica/${replicaId}`, events);
}

function record(world: World, stream: string, events: readonly DomainEvent[]): void {
  if (events.length === 0) return;
  const expectedVersion = world.versions.get(stream) ?? 0;
  append(world, {
    context: { actor: 'user/simulated', correlationId: 'simulation' },
    appends: [{ stream, expectedVersion, events }],
  });
}
