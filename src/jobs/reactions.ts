import type { RecordedEvent } from '../domain/event.ts';
import { secretKey } from '../domain/secret/name.ts';
import { replicaInstanceId } from '../domain/instance/replica-instance.ts';
import type { Attempt, Cause, Job } from './catalogue.ts';
import { isInert } from './inert-events.ts';

/** Replicas of one node in one job: few enough that several workers share the start of one deployment, */
const FEW_PER_JOB = 4;
/** and more of them when there are so many that jobs would cost more than what they do: so many jobs suffice for all workers, */
const JOBS_OF_A_BULK = 32;
/** up to what may be begun anew when a worker dies. */
const MOST_PER_JOB = 64;
/** Milliseconds in which replicas that stop free room together. */
const ROOM_MS = 200;
/** Instances that one job brings in line with their replicas at most. */
const INSTANCES_PER_JOB = 200;

interface Caused {
  readonly plans: Map<string, Job>;
  readonly starts: Map<string, Attempt[]>;
  readonly stops: Map<string, Attempt[]>;
  readonly smokes: Map<string, Attempt[]>;
  readonly registers: Attempt[];
  /** Instances that are registered in the same transaction, so that no job has to do it. */
  readonly registered: ReadonlySet<string>;
  /** Events that gave room on a node back. */
  readonly freed: RecordedEvent[];
  readonly others: Job[];
}

/** The jobs that events cause. They are sent in the transaction of the events, so neither exists without the other. */
export function jobsFor(events: readonly RecordedEvent[]): readonly Job[] {
  const caused: Caused = {
    plans: new Map(),
    starts: new Map(),
    stops: new Map(),
    smokes: new Map(),
    registers: [],
    registered: new Set(
      events.flatMap((event) => (event.type === 'InstanceRegistered' ? [event.data.instanceId] : [])),
    ),
    freed: [],
    others: [],
  };
  for (const event of events) react(caused, event);
  const { plans, starts, stops, smokes, registers, freed, others } = caused;
  return [
    ...plans.values(),
    ...batches('start', starts),
    ...batches('stop', stops),
    ...batches('smoke', smokes),
    ...chunks(registers, INSTANCES_PER_JOB).map((replicas): Job => ({ queue: 'register', data: { replicas } })),
    ...freed.slice(0, 1).map(roomFreed),
    ...others,
  ];
}

function react(caused: Caused, event: RecordedEvent): void {
  const { plans, starts, stops, smokes, registers, registered } = caused;
  switch (event.type) {
    case 'DeploymentSaved':
    case 'DeploymentScaled':
    case 'DeploymentDeleted':
    case 'DeploymentRebalanced':
    case 'RolloutFailed':
    case 'RolloutPaused':
    case 'RolloutResumed':
    case 'RolloutRestarted':
    case 'SourceResolved':
    case 'SourceFailed':
    case 'TrafficShifted':
    case 'RolloutPromoted':
    case 'RolloutAnalysed':
    case 'ReplicaSmoked':
      return plan(plans, event.data.deploymentId, event);
    case 'ReplicaStopped':
      plan(plans, event.data.deploymentId, event);
      return void (event.data.released && caused.freed.push(event));
    case 'ReplicaSmokeAsked':
      return push(smokes, event.data.nodeId, event, event.data);
    case 'ReplicaScheduled':
      return push(starts, event.data.reservation.nodeId, event, event.data);
    case 'ReplicaReady':
    case 'ReplicaUnready':
      plan(plans, event.data.deploymentId, event);
      if (event.type === 'ReplicaReady' && registered.has(replicaInstanceId(event.data))) return;
      return void registers.push(attemptOf(event, event.data));
    case 'ReplicaFailed':
      plan(plans, event.data.deploymentId, event);
      push(stops, event.data.released.nodeId, event, event.data);
      return void registers.push(attemptOf(event, event.data));
    case 'ReplicaStopping':
      // What may have requests is stopped when it is drained.
      if (event.data.drainSeconds === undefined) push(stops, event.data.nodeId, event, event.data);
      return void registers.push(attemptOf(event, event.data));
    case 'ReplicaDrained':
      return push(stops, event.data.nodeId, event, event.data);
    default:
      return void caused.others.push(...replanned(event));
  }
}
type OfOneDeployment =
  | 'DeploymentSaved'
  | 'DeploymentScaled'
  | 'DeploymentDeleted'
  | 'DeploymentRebalanced'
  | 'RolloutFailed'
  | 'RolloutPaused'
  | 'RolloutResumed'
  | 'RolloutRestarted'
  | 'SourceResolved'
  | 'SourceFailed'
  | 'TrafficShifted'
  | 'RolloutPromoted'
  | 'RolloutAnalysed'
  | 'ReplicaSmoked'
  | 'ReplicaSmokeAsked'
  | 'ReplicaStopped'
  | 'ReplicaScheduled'
  | 'ReplicaReady'
  | 'ReplicaUnready'
  | 'ReplicaFailed'
  | 'ReplicaStopping'
  | 'ReplicaDrained';

/** What many deployments may depend on has changed; or nothing that anybody waits for. */
function replanned(event: Exclude<RecordedEvent, { type: OfOneDeployment }>): readonly Job[] {
  if (isInert(event)) return [];
  switch (event.type) {
    case 'DefinitionSaved':
    case 'DefinitionDeleted':
      return [replan('definition', event.data.definitionId, event)];
    case 'SecretSaved':
    case 'SecretRemoved':
      return [replan('secret', secretKey(event.data.app, event.data.name), event)];
    case 'NodeDrainStarted':
    case 'NodeLost':
      return [replan('node', event.data.nodeId, event)];
    case 'NodeRegistered':
    case 'NodeUncordoned':
    case 'NodeReturned':
      return [replan('capacity', event.data.nodeId, event)];
    case 'SourceAsked':
      return [resolve(event)];
    case 'BuildRequested':
      return [build(event)];
    case 'BuildStarted':
    case 'BuildSucceeded':
    case 'BuildFailed':
      return [replan('build', event.data.buildId, event)];
    default:
      return event satisfies never;
  }
}

function resolve(event: Extract<RecordedEvent, { type: 'SourceAsked' }>): Job {
  const { deploymentId, ask } = event.data;
  return { queue: 'resolve', key: deploymentId, data: { deploymentId, ask, cause: causeOf(event) } };
}

function build(event: Extract<RecordedEvent, { type: 'BuildRequested' }>): Job {
  const { buildId } = event.data;
  return { queue: 'build', key: buildId, data: { buildId, cause: causeOf(event) } };
}

type Numbered = Pick<Attempt, 'replicaId' | 'generation'>;

function causeOf({ id, correlationId, traceparent }: RecordedEvent): Cause {
  return { eventId: id, correlationId, ...(traceparent === undefined ? {} : { traceparent }) };
}

function plan(plans: Map<string, Job>, deploymentId: string, event: RecordedEvent): void {
  plans.set(deploymentId, { queue: 'plan', key: deploymentId, data: { deploymentId, cause: causeOf(event) } });
}

function attemptOf(event: RecordedEvent, { replicaId, generation }: Numbered): Attempt {
  return { replicaId, generation, cause: causeOf(event) };
}

/** What waits for room may have it now. One look for all that stops within a moment. */
function roomFreed(event: RecordedEvent): Job {
  return { ...replan('capacity', 'freed', event), startAfter: new Date(event.at.getTime() + ROOM_MS) };
}

function replan(
  reason: 'definition' | 'secret' | 'capacity' | 'node' | 'build',
  id: string,
  event: RecordedEvent,
): Job {
  return { queue: 'replan', key: `${reason}/${id}`, data: { reason, id, cause: causeOf(event) } };
}

function push(byNode: Map<string, Attempt[]>, nodeId: string, event: RecordedEvent, data: Numbered): void {
  const list = byNode.get(nodeId) ?? [];
  list.push(attemptOf(event, data));
  byNode.set(nodeId, list);
}

function batches(queue: 'start' | 'stop' | 'smoke', byNode: ReadonlyMap<string, readonly Attempt[]>): readonly Job[] {
  const total = [...byNode.values()].reduce((sum, { length }) => sum + length, 0);
  const most = Math.min(MOST_PER_JOB, Math.max(FEW_PER_JOB, Math.ceil(total / JOBS_OF_A_BULK)));
  return [...byNode].flatMap(([nodeId, all]) =>
    chunks(all, most).map((replicas): Job => ({ queue, data: { nodeId, replicas } })),
  );
}

/** Parts of nearly the same size, as few as may be. */
function chunks<Item>(items: readonly Item[], most: number): Item[][] {
  const count = Math.ceil(items.length / most);
  const size = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
