import type { Deployment, DeploymentView, EventView, ReplicaView } from '../../api/contract/deploy-schemas.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { rollbackText, type Paused, type Rollback } from '../../domain/deployment/rollout-state.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { retryAt } from '../../planner/recovery.ts';

/** A deployment as the contract shows it: what the product has beyond the contract is in the view's `spec`. */
export function toDeployment({ spec, status, details, phase }: DeploymentState): Deployment {
  const { id, definitionId, name, description, replicas, targetRegions, envars } = spec;
  const { strategy, resources, autoScaling } = spec;
  return {
    id,
    definitionId,
    ...present({ name, description, replicas }),
    ...(strategy && { strategy: strategyOf(strategy) }),
    ...(resources && { resources: partOf(resources, ['cpu', 'memory', 'vram']) }),
    ...(autoScaling && { autoScaling: partOf(autoScaling, ['minReplicas', 'maxReplicas', 'cpuThreshold']) }),
    ...present({ targetRegions, envars }),
    status: phase === 'live' ? status : 'Deploying',
    details: phase === 'live' ? details : 'Deleting: its replicas are being stopped',
  };
}

/** Existing clients know two types, and refuse a deployment with another: what puts a second set beside the first is no Recreate. */
function strategyOf({ type, maxUnavailable, maxSurge }: Strategy): Deployment['strategy'] {
  const known = type === 'BlueGreen' || type === 'Canary' ? 'RollingUpdate' : type;
  return present({ type: known, maxUnavailable, maxSurge });
}

type Strategy = NonNullable<DeploymentState['spec']['strategy']>;

/** Those of the fields that are there. */
function partOf<T extends object, K extends keyof T>(whole: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return present(Object.fromEntries(keys.map((key) => [key, whole[key]])) as Pick<T, K>);
}

function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** `nodeUrls`: id of a node -> its URL. */
export function toDeploymentView(
  state: DeploymentState,
  replicas: readonly ReplicaState[],
  nodeUrls: ReadonlyMap<string, string>,
  position: number,
): DeploymentView {
  const target = state.rollback?.backTo ?? state.revision;
  const desired = state.phase === 'live' ? wantedReplicas(state) : 0;
  const present = replicas.filter(({ status }) => status !== 'Stopped').toSorted((a, b) => a.ordinal - b.ordinal);
  const ready = present.filter(({ status }) => status === 'Ready');
  return {
    deployment: toDeployment(state),
    spec: { ...state.spec },
    phase: state.phase,
    revision: state.revision,
    targetRevision: target,
    ...(state.rollback && { rollback: toRollback(state.rollback, state.details) }),
    ...(state.paused && { paused: toPaused(state.paused) }),
    position,
    progress: {
      desired,
      ready: ready.length,
      updated: ready.filter(({ revision }) => revision === target).length,
      total: present.filter(({ status }) => status !== 'Failed').length,
    },
    replicas: present.map((replica) => toReplicaView(replica, nodeUrls.get(replica.nodeId) ?? '', state)),
  };
}

/** Done once the planner has said so: it alone knows that nothing is left to do. */
function toRollback(rollback: Rollback, details: string): DeploymentView['rollback'] {
  const { revision, backTo, reason, by } = rollback;
  return { revision, backTo, reason, by, done: details === rollbackText(rollback) };
}

function toPaused({ by, reason }: Paused): DeploymentView['paused'] {
  return { by, ...(reason === undefined ? {} : { reason }) };
}

/** An event as the API shows it. */
export function toEventView(event: RecordedEvent): EventView {
  const { position, id, stream, version, type, data, actor, correlationId, causationId, at } = event;
  return {
    position,
    id,
    stream,
    version,
    type,
    data: { ...data },
    actor,
    correlationId,
    ...(causationId === undefined ? {} : { causationId }),
    at: at.toISOString(),
  };
}

function toReplicaView(replica: ReplicaState, nodeUrl: string, { phase, spec }: DeploymentState): ReplicaView {
  const { id, ordinal, revision, generation, status, nodeId, containerId, ports, failures, failure } = replica;
  const again = phase === 'live' ? retryAt(replica, spec.restart?.maxFailures ?? Infinity) : undefined;
  return {
    id,
    ordinal,
    revision,
    generation,
    status,
    nodeId,
    nodeUrl,
    ...(containerId === undefined ? {} : { containerId }),
    ports: ports.map(({ internal, host }) => ({ internal, host })),
    failures,
    ...(failure === undefined ? {} : { failure }),
    ...(replica.unready === undefined ? {} : { unready: replica.unready.reason }),
    ...(again === undefined ? {} : { retryAt: new Date(again).toISOString() }),
  };
}
