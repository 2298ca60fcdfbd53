import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { NodeState } from '../../domain/node/evolve.ts';
import { NotFound } from '../../domain/problem.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { SnapshotReader } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';
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
  reader: SnapshotReader,
  nodeId: string,
  now: number,
): Promise<readonly LoadedSnapshot[]> {
  const replicas = await reader.rows<ReplicaState>('replicas', { node_id: nodeId });
  const holding = replicas.filter(({ state }) => state.reservation !== undefined);
  return snapshotsOf(reader, [...new Set(holding.map(({ state }) => state.deploymentId))].sort(), now);
}

/** Snapshots of every deployment that is not removed. */
export async function everyDeployment(reader: SnapshotReader, now: number): Promise<readonly LoadedSnapshot[]> {
  const rows = await reader.rows<DeploymentState>('deployments', { phase: ['live', 'deleting'] });
  return snapshotsOf(
    reader,
    rows.map(({ id }) => id),
    now,
  );
}

async function snapshotsOf(
  reader: SnapshotReader,
  ids: readonly string[],
  now: number,
): Promise<readonly LoadedSnapshot[]> {
  const shared = remembering(reader);
  const loaded: LoadedSnapshot[] = [];
  for (const id of ids) {
    const one = await snapshotIn(shared, id, now);
    if (one !== undefined) loaded.push(one);
  }
  return loaded;
}

/** All snapshots are of one position, and their nodes are the same: they are read once. */
function remembering(reader: SnapshotReader): SnapshotReader {
  const read = new Map<string, Promise<readonly Row<unknown>[]>>();
  return {
    position: reader.position,
    row: (projection, id) => reader.row(projection, id),
    rows<State>(projection: Parameters<SnapshotReader['rows']>[0], where?: Parameters<SnapshotReader['rows']>[1]) {
      if (projection !== 'nodes' && projection !== 'allotments') return reader.rows<State>(projection, where);
      const key = `${projection} ${JSON.stringify(where)}`;
      const rows = read.get(key) ?? reader.rows<unknown>(projection, where);
      read.set(key, rows);
      return rows as Promise<readonly Row<State>[]>;
    },
  };
}
