import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Job } from '../../jobs/catalogue.ts';
import type { ActiveJob } from '../../jobs/queue.ts';
import type { Row } from '../../store/projection.ts';
import type { WorkerDeps } from '../deps.ts';
import { settleDrain } from '../settle-drain.ts';
import { usersOfSecret } from './secret-users.ts';

/** Sends a plan job for every deployment that the change concerns. */
export async function replan(deps: WorkerDeps, { data }: ActiveJob<'replan'>): Promise<void> {
  const { store, queue } = deps;
  const rows = await affected(store, data);
  const { cause } = data;
  // A node without replicas is drained as soon as it is asked to be.
  if (data.reason === 'node') await settleDrain(deps, data.id);
  await queue.send(rows.map(({ id }): Job => ({ queue: 'plan', key: id, data: { deploymentId: id, cause } })));
}

async function affected(
  store: WorkerDeps['store'],
  { reason, id }: ActiveJob<'replan'>['data'],
): Promise<readonly Row<DeploymentState>[]> {
  switch (reason) {
    case 'definition':
      return store.rows<DeploymentState>('deployments', { definition_id: id, phase: 'live' });
    case 'build':
      return store.rows<DeploymentState>('deployments', { build_id: id, phase: 'live' });
    case 'secret':
      return usersOfSecret(store, id);
    case 'node': {
      const replicas = await store.rows<ReplicaState>('replicas', { node_id: id, present: 'true' });
      const ids = [...new Set(replicas.map(({ state }) => state.deploymentId))];
      return store.rows<DeploymentState>('deployments', { id: ids });
    }
    case 'capacity':
    case 'sweep': {
      const unsettled = await store.rows<DeploymentState>('deployments', {
        phase: 'live',
        status: ['Pending', 'Deploying', 'Error', 'Failed'],
      });
      return [...unsettled, ...(await store.rows<DeploymentState>('deployments', { phase: 'deleting' }))];
    }
    default:
      return reason satisfies never;
  }
}
