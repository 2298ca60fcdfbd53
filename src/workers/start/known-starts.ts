import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Template } from '../../domain/template.ts';
import type { Attempt } from '../../jobs/catalogue.ts';
import type { WorkerDeps } from '../deps.ts';
import type { KnownReplica } from '../replica-log.ts';

/** All that is needed to bring one generation of a replica up. */
export interface KnownStart {
  readonly attempt: Attempt;
  /** Without a row when the generation has passed. */
  readonly known: KnownReplica;
  /** Of the replica's revision; undefined when the log does not have it. */
  readonly template: Template | undefined;
  /** As the deployment is saved now. */
  readonly deployment: DeploymentState | undefined;
}

/** Reads what the attempts of a job need, each kind of row once for all of them. */
export async function knownStarts(
  { store, templates }: Pick<WorkerDeps, 'store' | 'templates'>,
  attempts: readonly Attempt[],
): Promise<readonly KnownStart[]> {
  const rows = await store.rows<ReplicaState>('replicas', { id: attempts.map(({ replicaId }) => replicaId) });
  const replicas = new Map(rows.map((row) => [row.id, row]));
  const deploymentIds = new Set(rows.map(({ state }) => state.deploymentId));
  const saved = await store.rows<DeploymentState>('deployments', { id: [...deploymentIds] });
  const deployments = new Map(saved.map(({ id, state }) => [id, state]));
  return Promise.all(
    attempts.map(async (attempt) => {
      const found = replicas.get(attempt.replicaId);
      const row = found?.state.generation === attempt.generation ? found : undefined;
      const template = row && (await templates(row.state.deploymentId, row.state.revision));
      return { attempt, known: { row }, template, deployment: row && deployments.get(row.state.deploymentId) };
    }),
  );
}
