import type { DeploymentView, ReplicaView } from '../../../src/api/contract/deploy-schemas.ts';

/** A replica for tests, in service unless told otherwise. */
export function exampleReplica(change: Partial<ReplicaView> = {}): ReplicaView {
  const replica = { id: 'repl_1', ordinal: 0, revision: 1, generation: 1, nodeId: 'node_1', nodeUrl: 'unix:///d.sock' };
  return { ...replica, status: 'Ready', ports: [], failures: 0, ...change };
}

interface ViewChange extends Partial<Omit<DeploymentView, 'deployment' | 'progress'>> {
  readonly deployment?: Partial<DeploymentView['deployment']>;
  readonly progress?: Partial<DeploymentView['progress']>;
}

/** A deployment for tests: one replica, up, unless told otherwise. */
export function exampleView({ deployment, progress, ...change }: ViewChange = {}): DeploymentView {
  return {
    deployment: { id: 'depl_x', definitionId: 'def_x', replicas: 1, status: 'OK', ...deployment },
    spec: {},
    phase: 'live',
    revision: change.revision ?? 1,
    targetRevision: change.revision ?? 1,
    position: 10,
    progress: { desired: 1, ready: 1, updated: 1, total: 1, ...progress },
    replicas: [exampleReplica()],
    ...change,
  };
}
