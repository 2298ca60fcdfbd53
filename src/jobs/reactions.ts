import type { RecordedEvent } from '../domain/event.ts';
import type { Attempt, Job } from './catalogue.ts';

/** Replicas in one job at most: small enough that several workers share the start of one deployment. */
const REPLICAS_PER_JOB = 4;

/** The jobs that events cause. They are sent in the transaction of the events, so neither exists without the other. */
export function jobsFor(events: readonly RecordedEvent[]): readonly Job[] {
  const plans = new Map<string, Job>();
  const others: Job[] = [];
  const starts = new Map<string, Attempt[]>();
  const stops = new Map<string, Attempt[]>();
  for (const event of events) {
    switch (event.type) {
      case 'DeploymentSaved':
      case 'DeploymentDeleted':
        plan(plans, event.data.deploymentId);
        break;
      case 'ReplicaScheduled':
        push(starts, event.data.reservation.nodeId, event.data);
        break;
      case 'ReplicaReady':
        plan(plans, event.data.deploymentId);
        others.push(register(event.data));
        break;
      case 'ReplicaFailed':
        plan(plans, event.data.deploymentId);
        push(stops, event.data.released.nodeId, event.data);
        others.push(register(event.data));
        break;
      case 'ReplicaStopping':
        push(stops, event.data.nodeId, event.data);
        others.push(register(event.data));
        break;
      case 'ReplicaStopped':
        plan(plans, event.data.deploymentId);
        break;
      case 'DefinitionSaved':
      case 'DefinitionDeleted':
        others.push(replan('definition', event.data.definitionId));
        break;
      case 'NodeRegistered':
        others.push(replan('capacity', event.data.nodeId));
        break;
      case 'RevisionCreated':
      case 'DeploymentPlanned':
      case 'DeploymentStatusChanged':
      case 'DeploymentRemoved':
      case 'ImagePulled':
      case 'ContainerCreated':
      case 'ContainerStarted':
      case 'NodeRemoved':
      case 'InstanceRegistered':
      case 'InstanceRemoved':
      case 'UserRegistered':
        break;
      default:
        event satisfies never;
    }
  }
  return [...plans.values(), ...batches('start', starts), ...batches('stop', stops), ...others];
}

function plan(plans: Map<string, Job>, deploymentId: string): void {
  plans.set(deploymentId, { queue: 'plan', key: deploymentId, data: { deploymentId } });
}

function register({ replicaId, generation }: Attempt): Job {
  return { queue: 'register', data: { replicaId, generation } };
}

function replan(reason: 'definition' | 'capacity', id: string): Job {
  return { queue: 'replan', key: `${reason}/${id}`, data: { reason, id } };
}

function push(byNode: Map<string, Attempt[]>, nodeId: string, { replicaId, generation }: Attempt): void {
  const list = byNode.get(nodeId) ?? [];
  list.push({ replicaId, generation });
  byNode.set(nodeId, list);
}

function batches(queue: 'start' | 'stop', byNode: ReadonlyMap<string, readonly Attempt[]>): readonly Job[] {
  return [...byNode].flatMap(([nodeId, all]) => {
    const count = Math.ceil(all.length / REPLICAS_PER_JOB);
    return Array.from({ length: count }, (_, index): Job => {
      const replicas = all.slice(index * REPLICAS_PER_JOB, (index + 1) * REPLICAS_PER_JOB);
      return { queue, data: { nodeId, replicas } };
    });
  });
}
