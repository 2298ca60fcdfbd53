import { isDue, type BuildState } from '../../domain/build/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Cause, Job } from '../../jobs/catalogue.ts';
import type { WorkerDeps } from '../deps.ts';

/** Longer than the queue tries a question again by itself. */
const RETRIES_MS = 3_600_000;

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
  const deployments = await store.rows<DeploymentState>('deployments', {
    phase: 'live',
    status: ['Deploying', 'Error'],
  });
  return [
    ...builds
      .filter(({ state }) => isDue(state) && state.changedAt < before)
      .map(({ id }): Job => ({ queue: 'build', key: id, data: { buildId: id, cause } })),
    ...deployments.flatMap(({ id, state: { source } }): Job[] => {
      if (source === undefined || source.resolved !== undefined || source.failure?.terminal === true) return [];
      // One that has failed is tried again by its own job, for as long as that has tries left.
      const since = source.askedAt + (source.failure === undefined ? 0 : RETRIES_MS);
      if (source.stale || since >= before) return [];
      return [{ queue: 'resolve', key: id, data: { deploymentId: id, ask: source.ask, cause } }];
    }),
  ];
}
