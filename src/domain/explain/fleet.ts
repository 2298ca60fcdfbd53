import type { EventOf } from '../event.ts';
import type { buildEvents } from '../build/events.ts';
import type { instanceEvents } from '../instance/events.ts';
import type { nodeEvents } from '../node/events.ts';
import { formatBytes, formatCpu } from '../quantity.ts';
import { because, secondsText } from './sentence.ts';

/** What an event of a node says. */
export function nodeText(event: EventOf<keyof typeof nodeEvents>, who: string): string {
  const { nodeId } = event.data;
  switch (event.type) {
    case 'NodeRegistered': {
      const { url, cluster, zone, capacity } = event.data;
      const where = [cluster, zone].filter((part) => part !== '').join('/');
      return `${who} registered node ${nodeId} at ${url}${where === '' ? '' : ` in ${where}`}: ${formatCpu(capacity.cpuMillis)} CPU, ${formatBytes(capacity.memoryBytes)} memory.`;
    }
    case 'NodeCordoned':
      return `${who} cordoned node ${nodeId}: nothing new is placed on it.`;
    case 'NodeDrainStarted':
      return `${who} began to drain node ${nodeId}: its replicas are moved to other nodes.`;
    case 'NodeDrained':
      return `Node ${nodeId} was drained: nothing of it was left to move.`;
    case 'NodeUncordoned':
      return `${who} opened node ${nodeId} again.`;
    case 'NodeLost':
      return `Node ${nodeId} was lost: silent for ${secondsText(event.data.silentMs)}${because(event.data.reason)}.`;
    case 'NodeReturned':
      return `Node ${nodeId} answers again.`;
    case 'NodeRemoved':
      return `${who} removed node ${nodeId}.`;
    default:
      return event satisfies never;
  }
}

/** What an event of a build says. */
export function buildText(event: EventOf<keyof typeof buildEvents>, who: string): string {
  const { buildId } = event.data;
  switch (event.type) {
    case 'BuildRequested':
      return `${who} asked for build ${buildId} of ${event.data.url} at ${event.data.commit.slice(0, 7)}: image ${event.data.image}${because(event.data.reason)}.`;
    case 'BuildStarted':
      return `${who} began build ${buildId} on node ${event.data.nodeId}.`;
    case 'BuildSucceeded':
      return `Build ${buildId} made ${event.data.image} on node ${event.data.nodeId} in ${secondsText(event.data.milliseconds)}${event.data.pushed ? ' and pushed it' : ''}.`;
    case 'BuildFailed':
      return `Build ${buildId} failed: ${event.data.reason}${event.data.terminal ? '; trying again cannot help' : ''}.`;
    case 'BuildForgotten':
      return `The image of build ${buildId} was taken from the nodes: nothing uses it.`;
    default:
      return event satisfies never;
  }
}

/** What an event of an instance says. */
export function instanceText(event: EventOf<keyof typeof instanceEvents>, who: string): string {
  const { instanceId } = event.data;
  switch (event.type) {
    case 'InstanceRegistered':
      return `${who} registered instance ${instanceId} at ${event.data.url}: ${event.data.status}${because(event.data.details)}.`;
    case 'InstanceStatusChanged':
      return `Instance ${instanceId} became ${event.data.status}${because(event.data.details)} (told by its ${event.data.by}).`;
    case 'InstanceRemoved':
      return `Instance ${instanceId} was taken out of the registry.`;
    default:
      return event satisfies never;
  }
}
