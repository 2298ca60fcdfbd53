import { replicaInstanceId } from '../../domain/instance/replica-instance.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ProbesSpec } from '../../domain/probe/spec.ts';
import type { ReplicaEvent, ReplicaState } from '../../domain/replica/evolve.ts';
import { ON_NODE } from '../../domain/replica/status.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Template } from '../../domain/template.ts';
import type { ContainerSpec, ContainerState, Engine } from '../../engine/engine.ts';
import { GRACE_SECONDS } from '../../engine/grace.ts';
import type { Attempt } from '../../jobs/catalogue.ts';
import type { StreamAppend } from '../../store/command.ts';
import { carryImage } from '../build/carry-image.ts';
import { containerName, containerSpec } from '../container.ts';
import type { StartStep, WorkerDeps } from '../deps.ts';
import { failAttempt } from '../fail-attempt.ts';
import { exitFailure, startFailure } from '../failure.ts';
import { reachableHost } from '../node-host.ts';
import { instanceRegistered } from '../register-instance.ts';
import { presentReplica, record, type KnownReplica } from '../replica-log.ts';
import { ensureImage, type Pulled } from './ensure-image.ts';
import { environmentOf } from './environment.ts';
import type { KnownStart } from './known-starts.ts';
import { whenUp, type Up } from './when-up.ts';

/** Statuses in which a replica waits for its container to come up. */
const STARTING: readonly string[] = ['Scheduled', 'Created'];

/**
 * Brings one generation of a replica up. Every step may be the last one of this process, and may be repeated by another:
 * creating adopts what is there, starting what runs has no effect, and the log refuses what has passed.
 */
export async function startReplica(
  deps: WorkerDeps,
  node: NodeState,
  { attempt, known, template, deployment }: KnownStart,
  signal: AbortSignal,
): Promise<void> {
  const replica = known.row?.state;
  if (replica === undefined || !STARTING.includes(replica.status)) return;
  if (template === undefined)
    throw new Error(`revision ${replica.revision} of ${replica.deploymentId} is not in the log`);
  const engine = deps.engines.at(node.url);
  const reached = (step: StartStep): void => deps.onStep?.(step, attempt.replicaId);
  reached('claimed');
  try {
    const given = await environmentOf(deps, template, node);
    if ('failure' in given) return await failAttempt(deps, attempt, given.failure);
    const { env } = given;
    const spec = containerSpec(replica, { template, env, deployment, installationId: deps.installationId });
    const host = reachableHost(node.url);
    const { probes, build } = template;
    await bringUp(deps, { engine, node, attempt, known, signal, reached, replica, spec, host, probes, build });
  } catch (error) {
    await failAttempt(deps, attempt, startFailure(error));
  }
}

interface Start {
  readonly engine: Engine;
  readonly node: NodeState;
  readonly attempt: Attempt;
  readonly known: KnownReplica;
  readonly signal: AbortSignal;
  readonly reached: (step: StartStep) => void;
  readonly replica: ReplicaState;
  readonly spec: ContainerSpec;
  /** Where its ports are reached; a simulated host has none that answer. */
  readonly host: string | undefined;
  readonly probes: ProbesSpec | undefined;
  /** The build that has made its image. */
  readonly build: Template['build'];
}

async function bringUp(deps: WorkerDeps, start: Start): Promise<void> {
  const { engine, attempt, known, signal, reached, replica, spec, host, probes } = start;
  const ids = { replicaId: replica.id, deploymentId: replica.deploymentId, generation: replica.generation };
  const pulled = await imageOnNode(deps, start);
  if (pulled !== undefined) {
    const image = { image: spec.image, ...pulled, nodeId: replica.nodeId };
    await record(deps, attempt, () => [{ type: 'ImagePulled', data: { ...ids, ...image } }], known);
  }
  reached('pulled');
  const created = await engine.create(spec, signal);
  reached('created');
  const wanted = await record(deps, attempt, () => [{ type: 'ContainerCreated', data: { ...ids, ...created } }], known);
  if (wanted === undefined) return discard(deps, start);
  reached('created-stored');
  await engine.start(created.containerId, signal);
  reached('started');
  const up = await whenUp(engine, created.containerId, { host, probes, clock: deps.clock, signal });
  const { container } = up;
  if (container?.phase !== 'running') return reportEnd(deps, start, container);
  const events = upEvents(ids, created.containerId, container, up);
  const stored = await record(deps, attempt, () => events, known, instanceOf(start, container, events));
  if (stored === undefined) return discard(deps, start);
  reached('started-stored');
}

/** What a build has made no registry may have. */
async function imageOnNode(
  deps: WorkerDeps,
  { engine, attempt, signal, spec: { image }, build }: Start,
): Promise<Pulled | undefined> {
  if (build === undefined) return ensureImage(engine, image, deps, signal);
  const milliseconds = await carryImage(deps, { engine, image, buildId: build.id, cause: attempt.cause }, signal);
  return milliseconds === undefined ? undefined : { milliseconds };
}

function upEvents(
  ids: { replicaId: string; deploymentId: string; generation: number },
  containerId: string,
  { ports, health }: ContainerState,
  { ready, answered }: Up,
): [ReplicaEvent, ...ReplicaEvent[]] {
  const checked = health === undefined ? {} : { healthcheck: true };
  const started: ReplicaEvent = {
    type: 'ContainerStarted',
    data: { ...ids, containerId, ports: [...ports], ...checked },
  };
  if (!ready) return [started];
  return [started, { type: 'ReplicaReady', data: { ...ids, ...(answered === undefined ? {} : { answered }) } }];
}

/** With the event that it is ready the registry learns of the replica, unless its instance is there already. */
function instanceOf(
  { replica, node }: Start,
  { ports }: ContainerState,
  events: readonly ReplicaEvent[],
): readonly StreamAppend[] {
  const ready = events.some(({ type }) => type === 'ReplicaReady');
  const event = ready ? instanceRegistered({ ...replica, ports }, node) : undefined;
  if (event === undefined) return [];
  const instanceId = replicaInstanceId({ replicaId: replica.id, generation: replica.generation });
  return [{ stream: streamOf('instance', instanceId), expectedVersion: 0, events: [event] }];
}

async function reportEnd(
  deps: WorkerDeps,
  { engine, attempt }: Start,
  container: ContainerState | undefined,
): Promise<void> {
  const failure =
    container === undefined
      ? { kind: 'gone' as const, message: 'the container disappeared after its start', terminal: false }
      : await exitFailure(engine, container, deps.log);
  await failAttempt(deps, attempt, failure);
}

/**
 * The replica was stopped or has failed while we were at it: leave nothing behind. A replica that is up has been brought
 * up by another worker with this very container. A generation that is over stays so, so the look cannot come too early.
 */
async function discard(deps: WorkerDeps, { engine, attempt, replica }: Start): Promise<void> {
  const status = (await presentReplica(deps, attempt))?.state.status;
  if (status !== undefined && ON_NODE.includes(status)) return;
  const container = await engine.inspect(containerName(replica.id, attempt.generation, deps.installationId));
  if (container === undefined) return;
  await engine.stop(container.id, GRACE_SECONDS);
  await engine.remove(container.id);
}
