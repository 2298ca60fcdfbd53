import { derivedId } from '../identifier.ts';
import { Conflict, NotFound } from '../problem.ts';
import { isSame } from '../same.ts';
import type { NodeCapacity } from './events.ts';
import { evolveNode, type NodeEvent, type NodeState } from './evolve.ts';
import { hardwareOf } from './hardware.ts';
import type { NodeInput } from './parse.ts';
import { NODE_SCHEDULING_TRANSITIONS } from './status.ts';

/** The id under which a node is registered: its own, the one that its URL has, else one that follows from the URL. */
export function nodeIdOf(input: NodeInput, sameUrl: NodeState | undefined): string {
  if (sameUrl === undefined) return input.id ?? derivedId('node', input.url);
  if (input.id === undefined || input.id === sameUrl.id) return sameUrl.id;
  throw new Conflict(
    `${input.url} is registered as node ${sameUrl.id}; to rename it, remove it first: oo node remove ${input.url}`,
  );
}

/**
 * Registers a node, or updates it; the same again is no event. `state` is the row of the id, `told`
 * what its engine says of its host. Throws Conflict when the id
 * belongs to another engine.
 */
export function decideRegisterNode(
  state: NodeState | undefined,
  nodeId: string,
  input: NodeInput,
  told: NodeCapacity,
): NodeEvent[] {
  if (state !== undefined && !state.removed && state.url !== input.url) {
    throw new Conflict(
      `node ${nodeId} is the engine at ${state.url}; choose another id, or remove it first: oo node remove ${state.url}`,
    );
  }
  const before = state?.url === input.url ? state : undefined;
  const place = {
    cluster: input.cluster ?? before?.cluster ?? defaultCluster(input.url),
    zone: input.zone ?? before?.zone ?? 'default',
    labels: input.labels ?? before?.labels ?? {},
  };
  const { capacity, reserve } = hardwareOf(input.hardware, told, before);
  const registered: NodeEvent = {
    type: 'NodeRegistered',
    data: { nodeId, url: input.url, ...place, labels: { ...place.labels }, capacity, ...(reserve && { reserve }) },
  };
  return state !== undefined && isSame(state, evolveNode(state, registered)) ? [] : [registered];
}

/** Takes no more replicas, or gives its replicas away, or takes them again. What is so already is no event. */
export function decideScheduling(
  state: NodeState | undefined,
  nodeId: string,
  type: 'NodeCordoned' | 'NodeDrainStarted' | 'NodeUncordoned',
): NodeEvent[] {
  if (state === undefined || state.removed) throw new NotFound(`there is no node ${nodeId}; see: oo node list`);
  const from: readonly string[] = NODE_SCHEDULING_TRANSITIONS[type].from;
  return from.includes(state.scheduling) ? [{ type, data: { nodeId } }] : [];
}

/** The specification's name for the engine on one's own machine. */
function defaultCluster(url: string): string {
  return url.startsWith('unix:') ? 'local-docker' : 'default';
}

/** What still stands on a node: replicas by the deployment that they belong to. */
export interface Occupant {
  readonly id: string;
  readonly deploymentId: string;
}

/** Removing what is not there is no event. Throws Conflict while replicas hold the node. */
export function decideRemoveNode(state: NodeState | undefined, occupants: readonly Occupant[]): NodeEvent[] {
  if (state === undefined || state.removed) return [];
  if (occupants.length === 0) return [{ type: 'NodeRemoved', data: { nodeId: state.id } }];
  const deployments = [...new Set(occupants.map(({ deploymentId }) => deploymentId))].sort();
  const named = deployments.slice(0, 3).join(', ') + (deployments.length > 3 ? ', ...' : '');
  throw new Conflict(
    `node ${state.id} holds ${occupants.length} replica(s) of ${deployments.length} deployment(s) (${named}); ` +
      `scale or remove them first: oo deployment remove ${deployments[0]}`,
  );
}
