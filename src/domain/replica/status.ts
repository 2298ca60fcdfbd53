/** The life of one replica: one wanted slot, filled by one generation after the other. */
export const REPLICA_STATUSES = ['Scheduled', 'Created', 'Running', 'Ready', 'Failed', 'Stopping', 'Stopped'] as const;
export type ReplicaStatus = (typeof REPLICA_STATUSES)[number];

/**
 * From which status each event may come, and where it leads. `''` is before the first event.
 * The diagram in ARCHITECTURE.md is generated from this table, and property tests walk it.
 */
export const REPLICA_TRANSITIONS = {
  ReplicaScheduled: { from: ['', 'Failed', 'Stopped'], to: 'Scheduled' },
  ImagePulled: { from: ['Scheduled'], to: 'Scheduled' },
  ContainerCreated: { from: ['Scheduled', 'Created'], to: 'Created' },
  ContainerStarted: { from: ['Created', 'Running'], to: 'Running' },
  ReplicaReady: { from: ['Running'], to: 'Ready' },
  ReplicaUnready: { from: ['Running', 'Ready'], to: 'Running' },
  ReplicaSmokeAsked: { from: ['Ready'], to: 'Ready' },
  ReplicaSmoked: { from: ['Ready'], to: 'Ready' },
  ReplicaFailed: { from: ['Scheduled', 'Created', 'Running', 'Ready'], to: 'Failed' },
  ReplicaStopping: { from: ['Scheduled', 'Created', 'Running', 'Ready', 'Failed'], to: 'Stopping' },
  ReplicaDrained: { from: ['Stopping'], to: 'Stopping' },
  ReplicaStopped: { from: ['Stopping'], to: 'Stopped' },
} as const satisfies Record<string, { from: readonly ('' | ReplicaStatus)[]; to: ReplicaStatus }>;

/** True when an event of this type may follow on that status. */
export function mayFollow(type: keyof typeof REPLICA_TRANSITIONS, status: ReplicaStatus | undefined): boolean {
  const from: readonly string[] = REPLICA_TRANSITIONS[type].from;
  return from.includes(status ?? '');
}

/** While a replica counts on its node: from being scheduled until it fails or is asked to stop. */
export const ON_NODE: readonly ReplicaStatus[] = REPLICA_TRANSITIONS.ReplicaFailed.from;
