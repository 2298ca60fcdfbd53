import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { DeploymentSpec } from '../../domain/deployment/events.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Template } from '../../domain/template.ts';
import type { Attempt } from '../../jobs/catalogue.ts';
import { revisionKey, type Revision } from '../../projections/revision.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { KnownReplica } from '../replica-log.ts';

/** All that is needed to bring one generation of a replica up. */
export interface KnownStart {
  readonly attempt: Attempt;
  /** Without a row when the generation has passed. */
  readonly known: KnownReplica;
  /** Of the replica's revision; undefined when the log does not have it. */
  readonly template: Template | undefined;
  /** As the deployment is saved now. */
  readonly spec: DeploymentSpec | undefined;
}

/** Reads what the attempts of a job need, each kind of row once for all of them. */
export async function knownStarts(store: EventStore, attempts: readonly Attempt[]): Promise<readonly KnownStart[]> {
  const rows = await store.rows<ReplicaState>('replicas', { id: attempts.map(({ replicaId }) => replicaId) });
  const replicas = new Map(rows.map((row) => [row.id, row]));
  const keys = new Set(rows.map(({ state }) => revisionKey(state.deploymentId, state.revision)));
  const deployments = new Set(rows.map(({ state }) => state.deploymentId));
  const [revisions, saved] = await Promise.all([
    store.rows<Revision>('revisions', { id: [...keys] }),
    store.rows<DeploymentState>('deployments', { id: [...deployments] }),
  ]);
  const templates = new Map(revisions.map(({ id, state }) => [id, state.template]));
  const specs = new Map(saved.map(({ id, state }) => [id, state.spec]));
  return attempts.map((attempt) => {
    const found = replicas.get(attempt.replicaId);
    const row = found?.state.generation === attempt.generation ? found : undefined;
    const { deploymentId = '', revision = 0 } = row?.state ?? {};
    const template = templates.get(revisionKey(deploymentId, revision));
    return { attempt, known: { row }, template, spec: specs.get(deploymentId) };
  });
}
