import type { DefinitionState } from '../../domain/definition/evolve.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Allotment } from '../../domain/node/allotment.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Snapshot } from '../../planner/snapshot.ts';
import { revisionKey, type Revision } from '../../projections/revision.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';

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
    const nodes = await nodeViews(reader);
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
  { id, revision, stable, rollback }: DeploymentState,
  replicas: readonly ReplicaState[],
): Promise<Snapshot['earlier']> {
  const running = replicas.filter(({ status }) => status !== 'Stopped').map((replica) => replica.revision);
  const numbers = new Set([...running, stable, rollback?.backTo]);
  const keys = [...numbers].flatMap((each) => (each === undefined || each === revision ? [] : [revisionKey(id, each)]));
  if (keys.length === 0) return [];
  return states(await reader.rows<Revision>('revisions', { id: keys }));
}

async function nodeViews(reader: SnapshotReader): Promise<Snapshot['nodes']> {
  const nodes = await reader.rows<NodeState>('nodes', { removed: 'false' });
  const allotments = new Map(
    states(await reader.rows<Allotment>('allotments')).map((allotment) => [allotment.id, allotment]),
  );
  return states(nodes).flatMap((node) => {
    const allotment = allotments.get(node.id);
    return allotment === undefined ? [] : [{ node, allotment }];
  });
}

function states<State>(rows: readonly Row<State>[]): readonly State[] {
  return rows.map(({ state }) => state);
}
