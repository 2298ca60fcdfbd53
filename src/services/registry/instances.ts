import type { Instance } from '../../api/contract/registry-schemas.ts';
import { ADMIN_ROLE } from '../../api/contract/permissions.ts';
import { decideRegisterInstance, decideRemoveInstance, instanceIdOf } from '../../domain/instance/decide.ts';
import type { InstanceState } from '../../domain/instance/evolve.ts';
import { parseInstance } from '../../domain/instance/parse.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { EventStore, RowFilter } from '../../store/event-store.ts';
import { carryOut } from '../carry-out.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import type { NodePorts } from './nodes.ts';

type InstanceOperation = 'listInstances' | 'registerInstance' | 'removeInstance';

/** The registry of instances. */
export function instanceHandlers(store: EventStore, ports: Pick<NodePorts, 'heartbeats'>): Handlers<InstanceOperation> {
  return {
    listInstances: (request) => listInstances(store, ports, request),
    registerInstance: (request) => registerInstance(store, request),
    async removeInstance(request) {
      const decision = { kind: 'instance', id: request.params.id, decide: decideRemoveInstance } as const;
      return { body: undefined, position: await carryOut<InstanceState>(store, request, decision) };
    },
  };
}

/** An administrator sees all, anybody else what is their own. */
async function listInstances(
  store: EventStore,
  { heartbeats }: Pick<NodePorts, 'heartbeats'>,
  request: RequestOf<'listInstances'>,
): Promise<Reply<'listInstances'>> {
  const { slug, roles } = callerOf(request);
  const { deploymentId, id, ...rest } = request.query;
  const where: Record<string, string> = { removed: 'false' };
  if (deploymentId !== undefined) where['deployment_id'] = deploymentId;
  if (id !== undefined) where['id'] = id;
  const rows = await store.rows<InstanceState>('instances', where satisfies RowFilter);
  const wanted = Object.entries(rest).filter(([, value]) => value !== undefined) as [keyof typeof rest, string][];
  const found = rows
    .map(({ state }) => state)
    .filter((state) => roles.includes(ADMIN_ROLE) || state.slug === slug)
    .filter((state) => wanted.every(([key, value]) => state[key] === value));
  if (found.length === 0) return { body: { instances: [] } };
  const [nodes, beats] = await Promise.all([store.rows<NodeState>('nodes', { removed: 'false' }), heartbeats()]);
  const beatOf = new Map(nodes.map(({ state }) => [state.url, beats.get(state.id)]));
  return { body: { instances: found.map((state) => toInstance(state, beatOf.get(state.nodeUrl ?? ''))) } };
}

async function registerInstance(
  store: EventStore,
  request: RequestOf<'registerInstance'>,
): Promise<Reply<'registerInstance'>> {
  const { slug, roles } = callerOf(request);
  const input = parseInstance(request.body);
  const [sameUrl] = await store.rows<InstanceState>('instances', { url: input.url, removed: 'false' });
  const id = instanceIdOf(input, sameUrl?.state);
  const owner = { slug, mayEditAll: roles.includes(ADMIN_ROLE) };
  const position = await carryOut<InstanceState>(store, request, {
    kind: 'instance',
    id,
    decide: (state) => decideRegisterInstance(state, id, input, owner),
  });
  return { body: {}, position };
}

/** An instance as the contract shows it. `heartbeat`: of the node that it runs on; it counts while the instance is healthy. */
export function toInstance(state: InstanceState, heartbeat: Date | undefined): Instance {
  const { replicaId: _, removed: __, ...shown } = state;
  const alive = heartbeat !== undefined && state.status === 'Healthy';
  return { ...shown, ...(alive ? { lastHeartbeat: heartbeat.toISOString() } : {}) };
}
