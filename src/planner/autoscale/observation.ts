import type { ScalingPolicy } from './policy.ts';

/** CPU in thousandths of a core, memory in bytes; 0 in a request: nothing was requested. */
export interface Quantities {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
}

/** A ready replica. */
export interface ReplicaUse {
  readonly requested: Quantities;
  /** What it used of late; undefined when there is no sample that counts. */
  readonly used: Quantities | undefined;
}

/** What the signals asked for some time ago. */
export interface Recommendation {
  readonly replicas: number;
  readonly ageMs: number;
}

/** Everything that a decision of the autoscaler is a function of. */
export interface Observation {
  readonly policy: ScalingPolicy;
  /** Replicas wanted now. */
  readonly current: number;
  readonly ready: readonly ReplicaUse[];
  /** Wanted and not ready: on their way, failed and tried again, or without a node. */
  readonly starting: number;
  /** What one replica requests as the deployment stands now. */
  readonly requested: Quantities;
  /** Of the longer window, in any order. Empty when nobody looked for long. */
  readonly recommendations: readonly Recommendation[];
  /** Why the count stays whatever the signals say. */
  readonly halted: string | undefined;
  /** Why it does not go down now. */
  readonly unsettled: string | undefined;
}
