import type { RecordedEvent } from '../domain/event.ts';
import type { Attempt, Cause, Job } from './catalogue.ts';

/** Replicas in one job at most: small enough that several workers share the start of one deployment. */
const REPLICAS_PER_JOB = 4;

interface Caused {
  readonly plans: Map<string, Job>;
  readonly starts: Map<string, Attempt[]>;
  readonly stops: Map<string, Attempt[]>;
  readonly others: Job[];
}

/** The jobs that events cause. They are sent in the transaction of the events, so neither exists without the other. */
export function jobsFor(events: readonly RecordedEvent[]): readonly Job[] {
  const caused: Caused = { plans: new Map(), starts: new Map(), stops: new Map(), others: [] };
  for (const event of events) react(caused, event);
  const { plans, starts, stops, others } = caused;
  return [...plans.values(), ...batches('start', starts), ...batches('stop', stops), ...others];
}

function react({ plans, starts, stops, others }: Caused, event: RecordedEvent): void {
  switch (event.type) {
    case 'DeploymentSaved':
    case 'DeploymentDeleted':
    case 'ReplicaStopped':
      return plan(plans, event.data.deploymentId, event);
    case 'ReplicaScheduled':
      return push(starts, event.data.reservation.nodeId, event, event.data);
    case 'ReplicaReady':
      plan(plans, event.data.deploymentId, event);
      return void others.push(register(event, event.data));
    case 'ReplicaFailed':
      plan(plans, event.data.deploymentId, event);
      push(stops, event.data.released.nodeId, event, event.data);
      return void others.push(register(event, event.data));
    case 'ReplicaStopping':
      push(stops, event.data.nodeId, event, event.data);
      return void others.push(register(event, event.data));
    case 'DefinitionSaved':
    case 'DefinitionDeleted':
      return void others.push(replan('definition', event.data.definitionId, event));
    case 'NodeDrainStarted':
    case 'NodeLost':
      return void others.push(replan('node', event.data.nodeId, event));
    case 'NodeRegistered':
    case 'NodeUncordoned':
    case 'NodeReturned':
      return void others.push(replan('capacity', event.data.nodeId, event));
    case 'RevisionCreated':
    case 'DeploymentPlanned':
    case 'DeploymentStatusChanged':
    case 'DeploymentRemoved':
    case 'ImagePulled':
    case 'ContainerCreated':
    case 'ContainerStarted':
    case 'NodeCordoned':
    case 'NodeDrained':
    case 'NodeRemoved':
    case 'InstanceRegistered':
    case 'InstanceRemoved':
    case 'UserRegistered':
    case 'ConfigSaved':
    case 'ContainerRunRequested':
    case 'ContainerStopRequested':
    case 'ImageBuildRequested':
      return;
    default:
      event satisfies never;
  }
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

function replan(reason: 'definition' | 'capacity' | 'node', id: string, event: RecordedEvent): Job {
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
