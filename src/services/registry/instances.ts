import type { Instance } from '../../api/contract/registry-schemas.ts';
import { ADMIN_ROLE } from '../../api/contract/permissions.ts';
import { decideRegisterInstance, decideRemoveInstance, instanceIdOf } from '../../domain/instance/decide.ts';
import { evolveInstance, type InstanceState } from '../../domain/instance/evolve.ts';
import { parseInstance } from '../../domain/instance/parse.ts';
import { decideHeartbeat } from '../../domain/instance/silence.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { RowFilter } from '../../store/row-filter.ts';
import { carryOut } from '../carry-out.ts';
import { callerOf, type Handlers, type Reply, type RequestOf } from '../handler.ts';
import type { NodePorts } from './nodes.ts';

type InstanceOperation = 'listInstances' | 'registerInstance' | 'removeInstance';

/** The registry of instances. */
export function instanceHandlers(
  store: EventStore,
  ports: Pick<NodePorts, 'heartbeats' | 'beats'>,
): Handlers<InstanceOperation> {
  return {
    listInstances: (request) => listInstances(store, ports, request),
    registerInstance: (request) => registerInstance(store, ports, request),
    async removeInstance(request) {
      const decision = { kind: 'instance', id: request.params.id, decide: decideRemoveInstance } as const;
      return { body: undefined, position: await carryOut<InstanceState>(store, request, decision) };
    },
  };
}

/** An administrator sees all, anybody else what is their own. */
async function listInstances(
  store: EventStore,
  { heartbeats, beats }: Pick<NodePorts, 'heartbeats' | 'beats'>,
  request: RequestOf<'listInstances'>,
): Promise<Reply<'listInstances'>> {
  const { slug, roles } = callerOf(request);
  const { deploymentId, id, ...rest } = request.query;
  const where: Record<string, string> = { removed: 'false' };
  if (deploymentId !== undefined) where['deployment_id'] = deploymentId;
  if (id !== undefined) where['id'] = id;
  const rows = await (request.past ?? store).rows<InstanceState>('instances', where satisfies RowFilter);
  const wanted = Object.entries(rest).filter(([, value]) => value !== undefined) as [keyof typeof rest, string][];
  const found = rows
    .map(({ state }) => state)
    .filter((state) => roles.includes(ADMIN_ROLE) || state.slug === slug)
    .filter((state) => wanted.every(([key, value]) => state[key] === value));
  // Heartbeats have no past.
  if (request.past !== undefined) return { body: { instances: found.map((state) => toInstance(state, undefined)) } };
  if (found.length === 0) return { body: { instances: [] } };
  const [nodes, ofNodes, own] = await Promise.all([
    store.rows<NodeState>('nodes', { removed: 'false' }),
    heartbeats(),
    beats.last(),
  ]);
  const ofUrl = new Map(nodes.map(({ state }) => [state.url, ofNodes.get(state.id)]));
  const instances = found.map((state) => toInstance(state, ofUrl.get(state.nodeUrl ?? ''), own.get(state.id)));
  return { body: { instances } };
}

/** Registering again what is registered is a heartbeat. */
async function registerInstance(
  store: EventStore,
  { beats }: Pick<NodePorts, 'beats'>,
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
    decide: (state) => {
      const events = decideRegisterInstance(state, id, input, owner);
      const known = state !== undefined && !state.removed;
      return known ? [...events, ...decideHeartbeat(events.reduce(evolveInstance, state))] : events;
    },
  });
  await beats.beat(id);
  return { body: {}, position };
}

/**
 * An instance as the contract shows it. `ofNode`: the heartbeat of the node that it runs on; it counts while its probes find it
 * healthy. `own`: when the service was last heard of itself.
 */
export function toInstance(state: InstanceState, ofNode: Date | undefined, own?: Date): Instance {
  const { replicaId: _, removed: __, by: ___, details, ...shown } = state;
  const counts = state.status === 'Healthy' || state.status === 'Degraded';
  const times = [counts ? ofNode : undefined, own].filter((each) => each !== undefined);
  const last = times.toSorted((left, right) => right.getTime() - left.getTime())[0];
  return {
    ...shown,
    ...(details === undefined ? {} : { details }),
    ...(last === undefined ? {} : { lastHeartbeat: last.toISOString() }),
  };
}
