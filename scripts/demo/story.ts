import type { EventView } from '../../src/api/contract/deploy-schemas.ts';
import type { DomainEvent, EventType } from '../../src/domain/event.ts';
import { EVENT_SCHEMAS } from '../../src/domain/event.ts';

const INDENT = ' '.repeat(30);

/** An event for reading: position, seconds since `start` (milliseconds since the epoch), who, and what; a plan's reasons below it. */
export function tell(event: EventView, start: number): string {
  const seconds = `+${((Date.parse(event.at) - start) / 1_000).toFixed(2)} s`;
  const [kind = '', name = ''] = event.actor.split('/');
  const actor = kind === 'worker' ? `worker ${name.slice(-4)}` : name || kind;
  const [first = '', ...more] = inWords(event);
  const lines = [`${String(event.position).padStart(5)} ${seconds.padStart(9)}  ${actor.padEnd(12)} ${first}`];
  return [...lines, ...more.map((line) => `${INDENT}${line}`)].join('\n');
}

/** What happened, the most important line first. The data is read with the schema of its type: nothing is told that is not there. */
function inWords({ type, data }: Pick<EventView, 'type' | 'data'>): readonly string[] {
  if (!isEventType(type)) return [type];
  const event = { type, data: EVENT_SCHEMAS[type].parse(data) } as DomainEvent;
  switch (event.type) {
    case 'DeploymentSaved':
      return [`${event.data.deploymentId} saved: ${event.data.spec.replicas} of ${event.data.spec.definitionId}`];
    case 'RevisionCreated':
      return [`revision ${event.data.revision}: image ${event.data.template.image}`];
    case 'DeploymentPlanned':
      return ['planned', ...event.data.report.map((line) => `- ${line}`)];
    case 'DeploymentStatusChanged':
      return [`status ${event.data.status}${event.data.details === '' ? '' : `: ${event.data.details}`}`];
    case 'DeploymentDeleted':
      return [`${event.data.deploymentId} is to be removed`];
    case 'DeploymentRemoved':
      return [`${event.data.deploymentId} is removed`];
    case 'InstanceRegistered':
      return [`${event.data.instanceId} registered at ${event.data.url}`];
    default:
      return [replicaInWords(event)];
  }
}

function replicaInWords(event: DomainEvent): string {
  if (!('replicaId' in event.data && 'generation' in event.data)) return event.type;
  const who = `${event.data.replicaId} (generation ${event.data.generation})`;
  switch (event.type) {
    case 'ReplicaScheduled':
      return `${who} scheduled on ${event.data.reservation.nodeId}: ${event.data.reason}`;
    case 'ImagePulled':
      return `${who} image pulled in ${event.data.milliseconds} ms`;
    case 'ContainerCreated':
      return `${who} container ${event.data.containerId.slice(0, 12)} ${event.data.adopted ? 'adopted' : 'created'}`;
    case 'ContainerStarted':
      return `${who} started${event.data.ports.map(({ host, internal }) => `, port ${host} -> ${internal}`).join('')}`;
    case 'ReplicaReady':
      return `${who} ready`;
    case 'ReplicaFailed':
      return `${who} failed: ${event.data.failure.message}`;
    case 'ReplicaStopping':
      return `${who} is to stop: ${event.data.reason}`;
    case 'ReplicaStopped':
      return `${who} stopped, its reservation released`;
    default:
      return `${who} ${event.type}`;
  }
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_SCHEMAS, type);
}
