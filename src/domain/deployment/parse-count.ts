/** Replicas of one deployment at most. */
export const MAX_REPLICAS = 10_000;

/** A number of replicas, none included. */
export const REPLICA_COUNT = { min: 0, max: MAX_REPLICAS };
