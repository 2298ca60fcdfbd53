import type { ReplicaState } from '../../domain/replica/evolve.ts';

/** What a strategy wants next; where the new replicas go is not its business. */
export interface Steps {
  readonly stop: readonly { readonly replica: ReplicaState; readonly reason: string }[];
  /** Slots of the latest revision to fill now. */
  readonly start: number;
  /** Failed replicas of the latest revision may be tried again now. */
  readonly retry: boolean;
  readonly report: readonly string[];
}
