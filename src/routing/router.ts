import type { LatencyHistogram } from './latency-histogram.ts';
import type { RoutingTable } from './table.ts';

export const ROUTER_KINDS = ['gateway', 'haproxy', 'caddy', 'traefik'] as const;
export type RouterKind = (typeof ROUTER_KINDS)[number];

/**
 * What carries requests to replicas by a table that it is given. The loop that follows the log, tells everybody how far the
 * router has come and stores what it has counted is the same for all of them (src/routers/follow.ts): an adapter to an
 * existing proxy is an implementation of this.
 */
export interface Router extends AsyncDisposable {
  readonly kind: RouterKind;
  /**
   * Puts a table in force. Resolves when no request that arrives from now on is sent by an earlier table: not before a
   * proxy that is configured has confirmed it. Called with one table at a time, positions rising, some left out; what a
   * table has and the proxy has not is put in, so that the first call also mends what a proxy was left with. Throws when
   * the proxy does not answer or refuses; it is then called again with the same table or a later one.
   */
  apply(table: RoutingTable): Promise<void>;
  /**
   * Requests under way at replicas that the table in force has no backend for any more, by `backendKey`; those with none
   * are left out. An upgraded connection counts as one request while it is open.
   */
  inFlight(): Promise<InFlight>;
  /**
   * Resolves when `inFlight` would tell something else than it told last: fewer, or none. A proxy that does not say so by itself
   * is looked at every so often, while there is something in flight. Resolves also when the signal aborts.
   */
  settled(signal: AbortSignal): Promise<void>;
  /** What was answered since the last call, by deployment and revision; nothing is told twice. */
  samples(): Promise<readonly TrafficSample[]>;
}

/** `backendKey` -> requests. */
export type InFlight = ReadonlyMap<string, number>;

/** What a router has counted of the requests of one revision. */
export interface TrafficSample {
  readonly deploymentId: string;
  readonly revision: number;
  readonly requests: number;
  /** Answers of 500 and above, and requests that no answer was had for. */
  readonly errors: number;
  /** From the request's first byte to the answer's last. */
  readonly latency: LatencyHistogram;
}
