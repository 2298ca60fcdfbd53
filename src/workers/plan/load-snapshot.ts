import type { DefinitionState } from '../../domain/definition/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Snapshot } from '../../planner/snapshot.ts';
import { revisionKey, type Revision } from '../../projections/revision.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';
import { nodeViews } from './node-views.ts';

/** A snapshot and the versions of the streams that a plan from it would append to. */
export interface LoadedSnapshot {
  readonly snapshot: Snapshot;
  readonly deploymentVersion: number;
  readonly replicaVersions: ReadonlyMap<string, number>;
}

/** Everything about one deployment at one position of the log; undefined when there is no such deployment. */
export function loadSnapshot(
  store: EventStore,
  deploymentId: string,
  now: number,
): Promise<LoadedSnapshot | undefined> {
  return store.snapshot(async (reader) => {
    const deployment = await reader.row<DeploymentState>('deployments', deploymentId);
    if (deployment === undefined) return undefined;
    const definition = await reader.row<DefinitionState>('definitions', deployment.state.definitionId);
    const replicas = await reader.rows<ReplicaState>('replicas', { deployment_id: deploymentId });
    const nodes = await nodeViews(store, reader);
    return {
      snapshot: {
        position: reader.position,
        now,
        seed: reader.position,
        deployment: deployment.state,
        definition: definition?.state,
        replicas: states(replicas),
        earlier: await earlierRevisions(reader, deployment.state, states(replicas)),
        nodes,
      },
      deploymentVersion: deployment.version,
      replicaVersions: new Map(replicas.map(({ id, version }) => [id, version])),
    };
  });
}

async function earlierRevisions(
  reader: SnapshotReader,
  { id, revision }: DeploymentState,
  replicas: readonly ReplicaState[],
): Promise<Snapshot['earlier']> {
  const failed = replicas.filter((replica) => replica.status === 'Failed' && replica.revision !== revision);
  if (failed.length === 0) return [];
  const keys = [...new Set(failed.map((replica) => revisionKey(id, replica.revision)))];
  return states(await reader.rows<Revision>('revisions', { id: keys }));
}

function states<State>(rows: readonly Row<State>[]): readonly State[] {
  return rows.map(({ state }) => state);
}
