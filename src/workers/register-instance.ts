import type { InstanceState } from '../domain/instance/evolve.ts';
import type { NodeState } from '../domain/node/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { decideByProbes } from '../domain/instance/probed.ts';
import type { DomainEvent } from '../domain/event.ts';
import { streamOf } from '../domain/stream.ts';
import type { Row } from '../store/projection.ts';
import type { ActiveJob } from '../jobs/queue.ts';
import { appendTo } from './append-to.ts';
import type { WorkerDeps } from './deps.ts';
import { nodeHost } from './node-host.ts';
import { presentReplica } from './replica-log.ts';

/** Account that owns the instances of deployments. */
const OWNER = 'deploy-svc';

/** Registers the replica's instance when this generation is ready, has it say what its probes find, and removes it when it is over. Reads how things are now, so late jobs are right too. */
export async function registerInstance(deps: WorkerDeps, { data }: ActiveJob<'register'>): Promise<void> {
  const { store } = deps;
  const instanceId = `inst_${data.replicaId}-g${data.generation}`;
  for (;;) {
    const replica = (await presentReplica(deps, data))?.state;
    const node = replica === undefined ? undefined : await store.row<NodeState>('nodes', replica.nodeId);
    const known = await store.row<InstanceState>('instances', instanceId);
    const event = change(instanceId, replica, node?.state, known);
    if (event === undefined) return;
    const stream = streamOf('instance', instanceId);
    if (await appendTo(deps, { stream, expectedVersion: known?.version ?? 0, cause: data.cause }, [event])) return;
  }
}

function change(
  instanceId: string,
  replica: ReplicaState | undefined,
  node: NodeState | undefined,
  known: Row<InstanceState> | undefined,
): DomainEvent | undefined {
  const registered = known !== undefined && !known.state.removed;
  const port = replica?.ports[0]?.host;
  if (registered) {
    const gone: DomainEvent = { type: 'InstanceRemoved', data: { instanceId } };
    return replica === undefined || node === undefined ? gone : decideByProbes(known.state, replica)[0];
  }
  if (replica?.status !== 'Ready' || node === undefined || port === undefined) return undefined;
  const host = nodeHost(node.url);
  return {
    type: 'InstanceRegistered',
    data: {
      instanceId,
      url: `http://${host}:${port}`,
      slug: OWNER,
      status: 'Healthy',
      by: 'probe',
      deploymentId: replica.deploymentId,
      replicaId: replica.id,
      nodeUrl: node.url,
      scheme: 'http',
      host,
      port,
    },
  };
}
