import type { InstanceState } from '../domain/instance/evolve.ts';
import { replicaInstanceId } from '../domain/instance/replica-instance.ts';
import type { NodeState } from '../domain/node/evolve.ts';
import { nodeHost } from '../domain/node/host.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { decideByProbes } from '../domain/instance/probed.ts';
import type { DomainEvent } from '../domain/event.ts';
import { streamOf } from '../domain/stream.ts';
import type { Row } from '../store/projection.ts';
import type { Attempt } from '../jobs/catalogue.ts';
import type { ActiveJob } from '../jobs/queue.ts';
import { appendTo } from './append-to.ts';
import type { WorkerDeps } from './deps.ts';

/** Account that owns the instances of deployments. */
const OWNER = 'deploy-svc';

/**
 * Registers each replica's instance when that generation is ready, has it say what its probes find, and removes it when it
 * is over. Reads how things are now, so late jobs are right too.
 */
export async function registerInstances(deps: WorkerDeps, { data }: ActiveJob<'register'>): Promise<void> {
  for (let left: readonly Attempt[] = data.replicas; left.length > 0;) {
    const changes = await dueChanges(deps, left);
    const beaten = await Promise.all(
      changes.map(async ({ attempt, instanceId, version, event }) => {
        const place = { stream: streamOf('instance', instanceId), expectedVersion: version, cause: attempt.cause };
        return (await appendTo(deps, place, [event])) ? [] : [attempt];
      }),
    );
    left = beaten.flat();
  }
}

interface Change {
  readonly attempt: Attempt;
  readonly instanceId: string;
  /** Of the instance's stream. */
  readonly version: number;
  readonly event: DomainEvent;
}

/** What is to be changed now, each kind of row read once for all. */
async function dueChanges({ store }: WorkerDeps, attempts: readonly Attempt[]): Promise<readonly Change[]> {
  const replicas = byId(await store.rows<ReplicaState>('replicas', { id: attempts.map(({ replicaId }) => replicaId) }));
  const nodeIds = new Set([...replicas.values()].map(({ state }) => state.nodeId));
  const [nodes, instances] = await Promise.all([
    store.rows<NodeState>('nodes', { id: [...nodeIds] }).then(byId),
    store.rows<InstanceState>('instances', { id: attempts.map(replicaInstanceId) }).then(byId),
  ]);
  return attempts.flatMap((attempt) => {
    const found = replicas.get(attempt.replicaId)?.state;
    const replica = found?.generation === attempt.generation ? found : undefined;
    const node = replica === undefined ? undefined : nodes.get(replica.nodeId)?.state;
    const instanceId = replicaInstanceId(attempt);
    const known = instances.get(instanceId);
    const event = change(instanceId, replica, node, known);
    return event === undefined ? [] : [{ attempt, instanceId, version: known?.version ?? 0, event }];
  });
}

function byId<State>(rows: readonly Row<State>[]): ReadonlyMap<string, Row<State>> {
  return new Map(rows.map((row) => [row.id, row]));
}

function change(
  instanceId: string,
  replica: ReplicaState | undefined,
  node: NodeState | undefined,
  known: Row<InstanceState> | undefined,
): DomainEvent | undefined {
  const registered = known !== undefined && !known.state.removed;
  if (registered) {
    const gone: DomainEvent = { type: 'InstanceRemoved', data: { instanceId } };
    return replica === undefined || node === undefined ? gone : decideByProbes(known.state, replica)[0];
  }
  return replica?.status === 'Ready' && node !== undefined ? instanceRegistered(replica, node) : undefined;
}

/** The instance of a replica that serves; undefined when it has no port to serve on. */
export function instanceRegistered(
  { id, deploymentId, generation, ports }: Pick<ReplicaState, 'id' | 'deploymentId' | 'generation' | 'ports'>,
  node: NodeState,
): DomainEvent | undefined {
  const port = ports[0]?.host;
  if (port === undefined) return undefined;
  const host = nodeHost(node.url);
  return {
    type: 'InstanceRegistered',
    data: {
      instanceId: replicaInstanceId({ replicaId: id, generation }),
      url: `http://${host}:${port}`,
      slug: OWNER,
      status: 'Healthy',
      by: 'probe',
      deploymentId,
      replicaId: id,
      nodeUrl: node.url,
      scheme: 'http',
      host,
      port,
    },
  };
}
