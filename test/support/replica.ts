import type { ReplicaState } from '../../src/domain/replica/evolve.ts';

/** A replica of revision 1 that is ready, or whatever else is said of it. */
export function replica(ordinal: number, more: Partial<ReplicaState> = {}): ReplicaState {
  const revision = more.revision ?? 1;
  return {
    id: `web-r${revision}-${ordinal}`,
    deploymentId: 'web',
    ordinal,
    revision,
    generation: 1,
    status: 'Ready',
    nodeId: 'node_1',
    reservation: undefined,
    containerId: undefined,
    ports: [],
    failures: 0,
    failure: undefined,
    scheduledAt: 0,
    changedAt: 0,
    readyAt: undefined,
    failedAt: undefined,
    ...more,
  };
}
