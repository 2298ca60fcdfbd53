import type { InFlight, Router } from '../routing/router.ts';
import { backendKey, backendsOf, type Backend, type RoutingTable } from '../routing/table.ts';
import { balancer, type Choose } from './balance.ts';
import { destinationsOf, type Destinations } from './destination.ts';
import { openUpstream, type Upstream } from './forward.ts';
import type { GatewaySettings } from './settings.ts';
import { trafficCounter, type Traffic } from './traffic.ts';

/** The router inside of this process: its table is in force as soon as it is given. */
export interface EmbeddedRouter extends Router {
  readonly destinations: Destinations;
  readonly choose: Choose;
  readonly traffic: Traffic;
  /** Connections to a replica of the table. */
  upstreamOf(backend: Backend): Upstream;
  /** Connections to the target of a route. */
  upstreamAt(origin: string): Upstream;
}

/** Targets of routes that connections are kept to, at most: whoever saves routes decides how many there are. */
const ORIGINS_KEPT = 1_000;

export function embeddedRouter(settings: GatewaySettings): EmbeddedRouter {
  const destinations = destinationsOf(settings.domains);
  const upstreams = new Map<string, Upstream>();
  const origins = new Map<string, Upstream>();
  let present: ReadonlyMap<string, Backend> = new Map();
  const left = changes();
  const traffic = trafficCounter((key) => {
    if (!present.has(key)) left.happened();
  });
  const opened = (cache: Map<string, Upstream>, key: string, origin: string): Upstream => {
    const upstream = cache.get(key) ?? openUpstream(origin, settings);
    cache.set(key, upstream);
    return upstream;
  };
  return {
    kind: 'gateway',
    destinations,
    choose: balancer((key) => traffic.at(key)),
    traffic,
    upstreamOf: (backend) => opened(upstreams, placeOf(backend), originOf(backend)),
    upstreamAt: (origin) => {
      if (!origins.has(origin) && origins.size >= ORIGINS_KEPT) closeAll(origins);
      return opened(origins, origin, origin);
    },
    async apply(table: RoutingTable) {
      present = backendsOf(table);
      destinations.use(table);
      const places = new Set([...present.values()].map(placeOf));
      for (const [key, upstream] of upstreams) {
        if (places.has(key)) continue;
        // Idle connections close, those with a request when it is answered: the replica may end as soon as it likes.
        upstream.close();
        upstreams.delete(key);
      }
    },
    async inFlight(): Promise<InFlight> {
      left.told();
      return new Map([...traffic.inFlight()].filter(([key]) => !present.has(key)));
    },
    settled: (signal) => left.wait(signal),
    samples: async () => traffic.take(),
    async [Symbol.asyncDispose]() {
      closeAll(upstreams);
      closeAll(origins);
    },
  };
}

/** A generation at an address: a container that was started anew may be at another one. */
function placeOf(backend: Backend): string {
  return `${backendKey(backend)} at ${originOf(backend)}`;
}

export function originOf({ host, port }: Pick<Backend, 'host' | 'port'>): string {
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

function closeAll(cache: Map<string, Upstream>): void {
  for (const upstream of cache.values()) upstream.close();
  cache.clear();
}

interface Changes {
  happened(): void;
  told(): void;
  /** Until something has happened that was not told. */
  wait(signal: AbortSignal): Promise<void>;
}

function changes(): Changes {
  let news = false;
  let wake: (() => void) | undefined;
  return {
    happened() {
      news = true;
      wake?.();
    },
    told: () => void (news = false),
    wait: (signal) =>
      new Promise((resolve) => {
        const over = (): void => {
          wake = undefined;
          signal.removeEventListener('abort', over);
          resolve();
        };
        if (news || signal.aborted) return resolve();
        wake = over;
        signal.addEventListener('abort', over);
      }),
  };
}
