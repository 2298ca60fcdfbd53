import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { EventStore, SnapshotReader } from '../../store/event-store.ts';
import { snapshotIn, type LoadedSnapshot } from '../../workers/plan/load-snapshot.ts';

/** The node of that id or URL. Throws NotFound. */
export async function nodeIn(reader: SnapshotReader, asked: string): Promise<NodeState> {
  const [byId] = await reader.rows<NodeState>('nodes', { id: asked, removed: 'false' });
  const [found] = byId === undefined ? await reader.rows<NodeState>('nodes', { url: asked, removed: 'false' }) : [byId];
  if (found === undefined) throw new NotFound(`there is no node ${asked}; see: oo node list`);
  return found.state;
}

/** Snapshots of the deployments that hold a share of the node, as the planner would take them now. */
export async function deploymentsOn(
  store: EventStore,
  reader: SnapshotReader,
  nodeId: string,
  now: number,
): Promise<readonly LoadedSnapshot[]> {
  const replicas = await reader.rows<ReplicaState>('replicas', { node_id: nodeId, present: 'true' });
  const holding = replicas.filter(({ state }) => state.reservation !== undefined);
  return snapshotsOf(store, reader, [...new Set(holding.map(({ state }) => state.deploymentId))].sort(), now);
}

/** Snapshots of every deployment that is not removed. */
export async function everyDeployment(
  store: EventStore,
  reader: SnapshotReader,
  now: number,
): Promise<readonly LoadedSnapshot[]> {
  const rows = await reader.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] });
  return snapshotsOf(
    store,
    reader,
    rows.map(({ id }) => id),
    now,
  );
}

async function snapshotsOf(
  store: EventStore,
  reader: SnapshotReader,
  ids: readonly string[],
  now: number,
): Promise<readonly LoadedSnapshot[]> {
  const loaded: LoadedSnapshot[] = [];
  for (const id of ids) {
    const one = await snapshotIn(store, reader, id, now);
    if (one !== undefined) loaded.push(one);
  }
  return loaded;
}
