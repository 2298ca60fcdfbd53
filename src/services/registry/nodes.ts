import type { Node, NodeStanding } from '../../api/contract/registry-schemas.ts';
import type { Allotment } from '../../domain/node/allotment.ts';
import {
  decideRegisterNode,
  decideRemoveNode,
  decideScheduling,
  nodeIdOf,
  type Occupant,
} from '../../domain/node/decide.ts';
import type { NodeCapacity } from '../../domain/node/events.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { parseNode } from '../../domain/node/parse.ts';
import type { GpuReading } from '../../engine/gpu.ts';
import { InvalidInput, NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { EventStore } from '../../store/event-store.ts';
import { partOf } from '../body.ts';
import { carryOut } from '../carry-out.ts';
import type { Handlers, Reply, RequestContext, RequestOf } from '../handler.ts';
import type { InstanceBeats } from './instance-beats.ts';
import { toNode, toStanding } from './node-view.ts';

export interface NodePorts {
  /** Asks the engine at that URL what its host has. Its error says how the engine was tried and what came of it. */
  readonly capacityOf: (url: string) => Promise<NodeCapacity>;
  /** Id of a node -> when its engine last answered. */
  readonly heartbeats: () => Promise<ReadonlyMap<string, Date>>;
  /** When services last registered themselves anew. */
  readonly beats: InstanceBeats;
  /** Id of a node -> what its cards say of themselves, where they do. */
  readonly gpuReadings?: (() => Promise<ReadonlyMap<string, readonly GpuReading[]>>) | undefined;
  /** The engine on this machine, if there is one. */
  readonly selfUrl?: string | undefined;
}

type NodeOperation = 'listNodes' | 'selfNode' | 'saveNode' | 'scheduleNode' | 'deleteNode';

/** The registry of nodes. */
export function nodeHandlers(store: EventStore, ports: NodePorts): Handlers<NodeOperation> {
  return {
    async listNodes({ body, past }) {
      const ids = body.ids ?? [];
      const listed = await nodesOf(
        past ?? store,
        past === undefined ? ports : UNHEARD,
        ids.length === 0 ? {} : { id: ids },
      );
      return { body: { nodes: listed.map(({ node }) => node), states: listed.map(({ standing }) => standing) } };
    },
    async selfNode({ past }) {
      const heard = past === undefined ? ports : UNHEARD;
      const { selfUrl } = ports;
      const [self] = selfUrl === undefined ? [] : await nodesOf(past ?? store, heard, { url: selfUrl });
      if (self === undefined) throw new NotFound('this machine is not registered as a node');
      return { body: { node: self.node } };
    },
    saveNode: (request) => saveNode(store, ports, request),
    scheduleNode: (request) => scheduleNode(store, ports, request),
    deleteNode: (request) => deleteNode(store, request),
  };
}

/** What was heard of nodes is kept for the present alone. */
const UNHEARD = { heartbeats: async () => new Map<string, Date>() };

async function nodesOf(
  store: Pick<EventStore, 'rows'>,
  { heartbeats, gpuReadings }: Pick<NodePorts, 'heartbeats' | 'gpuReadings'>,
  where: Readonly<Record<string, string | readonly string[]>>,
): Promise<readonly { readonly node: Node; readonly standing: NodeStanding }[]> {
  const rows = await store.rows<NodeState>('nodes', { ...where, removed: 'false' });
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const [allotments, beats, readings] = await Promise.all([
    store.rows<Allotment>('allotments', { id: ids }),
    heartbeats(),
    gpuReadings?.(),
  ]);
  const byId = new Map(allotments.map(({ id, state }) => [id, state]));
  return rows.map(({ id, state }) => ({
    node: toNode(state, byId.get(id), beats.get(id), readings?.get(id)),
    standing: toStanding(state, byId.get(id)),
  }));
}

const SCHEDULING_EVENTS = { open: 'NodeUncordoned', cordoned: 'NodeCordoned', draining: 'NodeDrainStarted' } as const;

/** By id or by URL, as people have either at hand. */
async function scheduleNode(
  store: EventStore,
  ports: NodePorts,
  request: RequestOf<'scheduleNode'>,
): Promise<Reply<'scheduleNode'>> {
  const asked = request.params.id;
  const found = (await liveNode(store, { id: asked })) ?? (await liveNode(store, { url: asked }));
  const id = found?.id ?? asked;
  const type = SCHEDULING_EVENTS[request.body.scheduling];
  const position = await carryOut<NodeState>(store, request, {
    kind: 'node',
    id,
    decide: (state) => decideScheduling(state, id, type),
  });
  const [node] = await nodesOf(store, ports, { id });
  if (node === undefined) throw new NotFound(`there is no node ${asked}; see: oo node list`);
  return { body: { node: node.standing }, position };
}

async function saveNode(
  store: EventStore,
  { capacityOf }: NodePorts,
  request: RequestOf<'saveNode'>,
): Promise<Reply<'saveNode'>> {
  const { position, ...node } = await registerNode(store, request, partOf(request.body, 'node'), capacityOf);
  return { body: { node }, position };
}

/** Registers or updates a node with what its engine says that the host has. Throws InvalidInput when no engine answers. */
export async function registerNode(
  store: EventStore,
  context: RequestContext,
  value: unknown,
  capacityOf: NodePorts['capacityOf'],
  actor?: string,
): Promise<{ readonly id: string; readonly url: string; readonly position: number | undefined }> {
  const input = parseNode(value);
  const id = nodeIdOf(input, await liveNode(store, { url: input.url }));
  const capacity = await capacityOf(input.url).catch((error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidInput([
      {
        field: 'url',
        message: `no engine answers at ${input.url}: ${message}`,
        hint: 'is it running, and reachable from the server? A worker beside it can register it: NODES=URL CLUSTER=NAME',
      },
    ]);
  });
  const position = await carryOut<NodeState>(store, context, {
    kind: 'node',
    id,
    decide: (state) => decideRegisterNode(state, id, input, capacity),
    ...(actor === undefined ? {} : { actor }),
  });
  return { id, url: input.url, position };
}

/** The node of that URL, or of that id. */
async function deleteNode(store: EventStore, request: RequestOf<'deleteNode'>): Promise<Reply<'deleteNode'>> {
  const { url } = request.params;
  const node = (await liveNode(store, { url })) ?? (await liveNode(store, { id: url }));
  if (node === undefined) return { body: undefined };
  const position = await carryOut<NodeState>(store, request, {
    kind: 'node',
    id: node.id,
    decide: async (state) => decideRemoveNode(state, await occupantsOf(store, node.id)),
  });
  return { body: undefined, position };
}

async function liveNode(store: EventStore, where: Readonly<Record<string, string>>): Promise<NodeState | undefined> {
  const [row] = await store.rows<NodeState>('nodes', { ...where, removed: 'false' });
  return row?.state;
}

/** Replicas that hold a share of the node. */
async function occupantsOf(store: EventStore, nodeId: string): Promise<readonly Occupant[]> {
  const rows = await store.rows<ReplicaState>('replicas', { node_id: nodeId, present: 'true' });
  return rows.map(({ state }) => state).filter(({ reservation }) => reservation !== undefined);
}
