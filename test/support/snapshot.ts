import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import type { ReplicaState } from '../../src/domain/replica/evolve.ts';
import type { Snapshot } from '../../src/planner/snapshot.ts';

const template = { definitionId: 'def', image: 'web:1', ports: [], env: {} };

interface Told extends Partial<Pick<DeploymentState, 'revision' | 'stable' | 'progress'>> {
  readonly replicas?: number;
  readonly strategy?: DeploymentSpec['strategy'];
  /** Ids of nodes that are drained. */
  readonly draining?: readonly string[];
  readonly now?: number;
  readonly hopeless?: boolean;
}

/** What the planner sees of a deployment with these replicas, without nodes that anything could be placed on. */
export function snapshotOf(replicas: readonly ReplicaState[], told: Told = {}): Snapshot {
  const { revision = 1, draining = [], now = 0, stable, progress } = told;
  const spec = { id: 'web', definitionId: 'def', replicas: told.replicas ?? 1, strategy: told.strategy };
  return {
    position: 1,
    now,
    seed: 1,
    deployment: {
      id: 'web',
      definitionId: 'def',
      spec,
      status: 'Deploying',
      details: '',
      phase: 'live',
      revision,
      template,
      fingerprint: 'f',
      saves: 1,
      savedAtRevision: 1,
      savedAtPlan: 1,
      anew: false,
      stable,
      progress,
    },
    definition: undefined,
    replicas,
    earlier: Array.from({ length: revision }, (_, index) => ({ revision: index + 1, template })),
    nodes: draining.map((id) => ({
      node: {
        id,
        url: `simulated://${id}`,
        cluster: 'c',
        zone: 'z',
        labels: {},
        capacity: { cpuMillis: 1, memoryBytes: 1, gpus: [] },
        scheduling: 'draining',
        liveness: 'ready',
        removed: false,
      },
      allotment: {
        id,
        capacity: { cpuMillis: 1, memoryBytes: 1, gpus: [] },
        limit: { cpuMillis: 1, memoryBytes: 1, vramBytes: 0 },
        reserved: { cpuMillis: 1, memoryBytes: 1, vramBytes: 0 },
        hostPorts: [],
        replicas: 1,
        removed: false,
      },
    })),
  };
}
