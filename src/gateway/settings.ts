/** How long the gateway waits. In milliseconds; 0: without an end. */
export interface GatewayTimeouts {
  /** For a connection to a replica. */
  readonly connectMs: number;
  /** For the head of its answer. */
  readonly headersMs: number;
  /** Between two pieces of an answer, and for an upgraded connection on which nothing is said. */
  readonly idleMs: number;
}

export const ACCESS_LOGS = ['all', 'errors', 'none'] as const;
export type AccessLog = (typeof ACCESS_LOGS)[number];

export interface GatewaySettings extends GatewayTimeouts {
  /** What host names of deployments end with. */
  readonly domains: readonly string[];
  /** Requests under way at the same time at most, upgraded connections among them. */
  readonly maxInFlight: number;
  readonly accessLog: AccessLog;
  /** Peers whose X-Forwarded-For is believed, as TRUST_PROXY has them. */
  readonly trustProxy: readonly string[];
}
