import type { RecordedEvent } from '../domain/event.ts';
import type { Attempt, Cause, Job } from './catalogue.ts';

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
        plan(plans, event.data.deploymentId, event);
        break;
      case 'ReplicaScheduled':
        push(starts, event.data.reservation.nodeId, event, event.data);
        break;
      case 'ReplicaReady':
        plan(plans, event.data.deploymentId, event);
        others.push(register(event, event.data));
        break;
      case 'ReplicaFailed':
        plan(plans, event.data.deploymentId, event);
        push(stops, event.data.released.nodeId, event, event.data);
        others.push(register(event, event.data));
        break;
      case 'ReplicaStopping':
        push(stops, event.data.nodeId, event, event.data);
        others.push(register(event, event.data));
        break;
      case 'ReplicaStopped':
        plan(plans, event.data.deploymentId, event);
        break;
      case 'DefinitionSaved':
      case 'DefinitionDeleted':
        others.push(replan('definition', event.data.definitionId, event));
        break;
      case 'NodeRegistered':
        others.push(replan('capacity', event.data.nodeId, event));
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

type Numbered = Pick<Attempt, 'replicaId' | 'generation'>;

function causeOf({ id, correlationId }: RecordedEvent): Cause {
  return { eventId: id, correlationId };
}

function plan(plans: Map<string, Job>, deploymentId: string, event: RecordedEvent): void {
  plans.set(deploymentId, { queue: 'plan', key: deploymentId, data: { deploymentId, cause: causeOf(event) } });
}

function register(event: RecordedEvent, { replicaId, generation }: Numbered): Job {
  return { queue: 'register', data: { replicaId, generation, cause: causeOf(event) } };
}

function replan(reason: 'definition' | 'capacity', id: string, event: RecordedEvent): Job {
  return { queue: 'replan', key: `${reason}/${id}`, data: { reason, id, cause: causeOf(event) } };
}

function push(byNode: Map<string, Attempt[]>, nodeId: string, event: RecordedEvent, data: Numbered): void {
  const list = byNode.get(nodeId) ?? [];
  list.push({ replicaId: data.replicaId, generation: data.generation, cause: causeOf(event) });
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
