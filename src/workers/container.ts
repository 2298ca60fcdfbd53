import type { DeploymentState } from '../domain/deployment/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import type { Template } from '../domain/template.ts';
import { LABEL, type ContainerSpec, type ContainerState } from '../engine/engine.ts';
import { limitsOf } from '../planner/strategy/limits.ts';

/**
 * The container's name says which generation of which replica it is, and in which installation: several may share an
 * engine, and a new database may find what an earlier one has left there under the same deployment's name.
 */
export function containerName(replicaId: string, generation: number, installationId: string): string {
  return `${replicaId}-g${generation}-${installationId.slice(0, 8)}`;
}

/** What a container is made from. */
export interface ContainerSource {
  readonly template: Template;
  readonly deployment: DeploymentState | undefined;
  /** Resolved: the values of secrets are in it, and go nowhere but to the engine. */
  readonly env: Readonly<Record<string, string>>;
  readonly installationId: string;
}

/** What the engine is asked to create for one generation of a replica. */
export function containerSpec(
  replica: ReplicaState,
  { template, deployment, env, installationId }: ContainerSource,
): ContainerSpec {
  return {
    name: containerName(replica.id, replica.generation, installationId),
    image: template.image,
    labels: {
      [LABEL.managed]: 'true',
      [LABEL.owner]: installationId,
      [LABEL.deployment]: replica.deploymentId,
      [LABEL.revision]: String(replica.revision),
      [LABEL.replica]: replica.id,
      [LABEL.generation]: String(replica.generation),
      ...(deployment === undefined ? {} : { [LABEL.strategy]: strategyText(deployment) }),
    },
    env,
    ports: template.ports,
    cpuMillis: template.cpuMillis,
    memoryBytes: template.memoryBytes,
    volumes: template.volumes,
    network: template.network?.mode,
    security: template.security,
    gpuIndexes: replica.reservation?.cards?.map(({ index }) => index),
  };
}

/** `RollingUpdate maxUnavailable=1 maxSurge=2`, with the numbers that defaults resolve to. */
function strategyText(deployment: DeploymentState): string {
  if (deployment.spec.strategy?.type === 'Recreate') return 'Recreate';
  const { maxUnavailable, maxSurge } = limitsOf(deployment);
  return `RollingUpdate maxUnavailable=${maxUnavailable} maxSurge=${maxSurge}`;
}

/** Which generation of which replica a container of ours is; undefined when its labels do not say. */
export function identityOf(labels: ContainerState['labels']): { replicaId: string; generation: number } | undefined {
  const replicaId = labels[LABEL.replica];
  const generation = Number(labels[LABEL.generation]);
  return replicaId === undefined || !Number.isSafeInteger(generation) ? undefined : { replicaId, generation };
}
