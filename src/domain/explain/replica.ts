import type { EventOf } from '../event.ts';
import { formatBytes, formatCpu } from '../quantity.ts';
import type { PlacementDecision, ReplicaFailure } from '../replica/events.ts';
import type { ReplicaEvent } from '../replica/evolve.ts';
import { afterText, because, secondsText } from './sentence.ts';

/** What an event of a replica says. `sinceMs`: since the event before it of the same replica. */
export function replicaText(event: ReplicaEvent, who: string, sinceMs: number | undefined): string {
  const { replicaId } = event.data;
  switch (event.type) {
    case 'ReplicaScheduled':
      return scheduledText(event.data);
    case 'ImagePulled':
      return `${who} pulled the image ${event.data.image}${event.data.nodeId === undefined ? '' : ` on node ${event.data.nodeId}`} in ${secondsText(event.data.milliseconds)}.`;
    case 'ContainerCreated': {
      const { containerId, adopted } = event.data;
      return `${who} ${adopted ? 'adopted' : 'created'} container ${containerId.slice(0, 12)} of ${replicaId}${afterText(sinceMs)}.`;
    }
    case 'ContainerStarted': {
      const ports = event.data.ports.map(({ internal, host }) => `${host}->${internal}`).join(', ');
      return `${who} started container ${event.data.containerId.slice(0, 12)} of ${replicaId}${ports === '' ? '' : `, ports ${ports}`}.`;
    }
    case 'ReplicaReady':
      return `${replicaId} was ready${afterText(sinceMs)}${event.data.answered === true ? ': its first port accepted a connection' : ''}.`;
    case 'ReplicaUnready':
      return `${replicaId} was taken out of service${because(event.data.reason)}.`;
    case 'ReplicaSmokeAsked':
      return `The planner has ${replicaId} asked for ${event.data.path} before it gets requests.`;
    case 'ReplicaSmoked': {
      const { passed, milliseconds, reason } = event.data;
      return `${replicaId} ${passed ? 'answered as it should' : 'did not answer as it should'} within ${secondsText(milliseconds)}${because(reason)}.`;
    }
    case 'ReplicaFailed':
      return `${replicaId} (generation ${event.data.generation}) failed${afterText(sinceMs)}: ${failureText(event.data.failure)}.`;
    case 'ReplicaStopping':
      return `The planner had ${replicaId} (generation ${event.data.generation}) on node ${event.data.nodeId} stopped${because(event.data.reason)}.`;
    case 'ReplicaDrained':
      return drainedText(event.data);
    case 'ReplicaStopped':
      return `${replicaId} (generation ${event.data.generation}) has stopped${afterText(sinceMs)}.`;
    default:
      return event satisfies never;
  }
}

function drainedText({
  replicaId,
  milliseconds,
  acknowledged,
  unheard,
  cutOff,
}: EventOf<'ReplicaDrained'>['data']): string {
  const routers = acknowledged.length === 0 ? 'no router sends it requests' : `${acknowledged.join(', ')} let go of it`;
  const others = unheard.map(({ router, why }) => `, ${router} was not waited for (${why})`).join('');
  const rest =
    cutOff === 0
      ? ''
      : `; ${cutOff} ${cutOff === 1 ? 'request was' : 'requests were'} still under way when its time was over`;
  return `${replicaId} was free to stop after ${secondsText(milliseconds)}: ${routers}${others}${rest}.`;
}

const LINES = 3;

/** What went wrong, with the exit code and the last lines that the container said. */
export function failureText({ message, exitCode, lastLogs = [], terminal }: ReplicaFailure): string {
  const code = exitCode === undefined || message.includes(`code ${exitCode}`) ? '' : ` (exit code ${exitCode})`;
  const said = lastLogs.slice(-LINES).map((line) => JSON.stringify(line));
  const lines = said.length === 0 ? '' : `; it last said ${said.join(', ')}`;
  return `${message}${code}${lines}${terminal ? '; trying again cannot help' : ''}`;
}

function scheduledText(data: EventOf<'ReplicaScheduled'>['data']): string {
  const { replicaId, generation, revision, reservation, decision, reason } = data;
  const held = [
    ...(reservation.cpuMillis > 0 ? [`${formatCpu(reservation.cpuMillis)} CPU`] : []),
    ...(reservation.memoryBytes > 0 ? [`${formatBytes(reservation.memoryBytes)} memory`] : []),
    ...(reservation.vramBytes > 0 ? [`${formatBytes(reservation.vramBytes)} VRAM`] : []),
    ...(reservation.hostPorts.length > 0 ? [`port ${reservation.hostPorts.join(', ')}`] : []),
  ];
  const holds = held.length === 0 ? '' : `, holding ${held.join(' and ')}`;
  return `The planner chose node ${reservation.nodeId} for ${replicaId} (generation ${generation}, revision ${revision})${holds}: ${reason}. ${decisionText(decision)}.`;
}

/** `3 nodes considered; a lacked cpu (needs 500m, has 200m free of 4); b scored 0.82 (spread 0.50, free 0.32), c 0.61`. */
export function decisionText({ considered, excluded, excludedBy = [], regions, scores }: PlacementDecision): string {
  const lacking = [...Map.groupBy(excluded, ({ nodeId }) => nodeId)].map(
    ([nodeId, lacks]) =>
      `${nodeId} lacked ${lacks.map(({ filter, need, have }) => `${filter} (needs ${need}, has ${have})`).join(' and ')}`,
  );
  const summed = excludedBy.map(
    ({ filter, need, nodes }) => `${nodes} ${nodes === 1 ? 'node' : 'nodes'} lacked ${filter} (needs ${need})`,
  );
  const more = lacking.length - LISTED;
  const shares = (regions ?? []).map(({ region, replicas, nodes }) => `${region} had ${replicas} on ${nodes} nodes`);
  const [best, ...rest] = scores;
  const parts = best === undefined ? [] : [`${best.nodeId} scored ${best.total.toFixed(2)}${partsText(best.parts)}`];
  const others = rest.map(({ nodeId, total }) => `${nodeId} ${total.toFixed(2)}`);
  return [
    `${considered} ${considered === 1 ? 'node' : 'nodes'} considered`,
    ...lacking.slice(0, LISTED),
    ...(more > 0 ? [`${more} more lacked something`] : []),
    ...summed,
    ...shares,
    ...([...parts, ...others].length === 0 ? [] : [[...parts, ...others].join(', ')]),
  ].join('; ');
}

/** Nodes that are named with what they lack. */
const LISTED = 5;

function partsText(parts: Readonly<Record<string, number>>): string {
  const told = Object.entries(parts).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}
