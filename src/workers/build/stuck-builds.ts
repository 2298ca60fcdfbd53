import { isDue, type BuildState } from '../../domain/build/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Cause, Job } from '../../jobs/catalogue.ts';
import type { WorkerDeps } from '../deps.ts';

/**
 * Builds and questions that are on their way since before that time (milliseconds since the epoch): they have perhaps lost
 * their jobs. One that has not gets a second, which finds nothing to do.
 */
export async function stuckBuilds(
  { store }: Pick<WorkerDeps, 'store'>,
  before: number,
  cause: Cause,
): Promise<readonly Job[]> {
  const builds = await store.rows<BuildState>('builds', { status: ['Requested', 'Building', 'Failed'] });
  const deployments = await store.rows<DeploymentState>('deployments', { phase: 'live', status: ['Deploying', 'Error'] });
  return [
    ...builds
      .filter(({ state }) => isDue(state) && state.changedAt < before)
      .map(({ id }): Job => ({ queue: 'build', key: id, data: { buildId: id, cause } })),
    ...deployments.flatMap(({ id, state: { source } }): Job[] => {
      if (source === undefined || source.resolved !== undefined || source.failure?.terminal === true) return [];
      if (source.stale || source.askedAt >= before) return [];
      return [{ queue: 'resolve', key: id, data: { deploymentId: id, ask: source.ask, cause } }];
    }),
  ];
}
