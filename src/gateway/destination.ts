import { nearest } from '../domain/nearest.ts';
import { directoryOf, frontendsOf, type Directory, type Frontend } from '../routing/frontends.ts';
import type { RoutedDeployment, RoutingTable } from '../routing/table.ts';

/** Where a request goes. */
export type Destination =
  | {
      readonly type: 'deployment';
      readonly deployment: RoutedDeployment;
      /** Path and query as the replica is asked. */
      readonly path: string;
      /** What was taken from the beginning of the path. */
      readonly prefix: string;
    }
  | { readonly type: 'url'; readonly origin: string; readonly path: string }
  | { readonly type: 'nowhere'; readonly message: string };

/** Looks destinations up in the table in force. */
export interface Destinations {
  use(table: RoutingTable): void;
  /** `host`: of the request, `target`: its path and query. */
  find(host: string, target: string): Destination;
  /** As it is in the table in force; undefined when it has gone. */
  deployment(id: string): RoutedDeployment | undefined;
}

export function destinationsOf(domains: readonly string[]): Destinations {
  let table: RoutingTable | undefined;
  let frontends: readonly Frontend[] = [];
  let directory: Directory = () => undefined;
  return {
    use(next) {
      const before = table;
      table = next;
      if (before !== undefined && sameAddresses(before, next)) return;
      frontends = frontendsOf({ routes: next.routes, deployments: next.deployments.keys() }, domains);
      directory = directoryOf(frontends);
    },
    deployment: (id) => table?.deployments.get(id),
    find(host, target) {
      const query = target.indexOf('?');
      const path = query < 0 ? target : target.slice(0, query);
      const frontend = directory(host, path);
      if (frontend === undefined) return { type: 'nowhere', message: unknown(frontends, host, path) };
      const { to } = frontend;
      if (to.type === 'url') {
        const { origin, pathname } = new URL(to.url);
        return { type: 'url', origin, path: `${pathname.replace(/\/+$/, '')}${target}` };
      }
      const deployment = table?.deployments.get(to.deploymentId);
      if (deployment === undefined) return { type: 'nowhere', message: unknown(frontends, host, path) };
      const rest = target.slice(to.strip.length);
      const own = `${to.prefix}${rest.startsWith('/') ? rest : `/${rest}`}`;
      return { type: 'deployment', deployment, path: own, prefix: to.strip };
    },
  };
}

function sameAddresses(one: RoutingTable, other: RoutingTable): boolean {
  if (one.routes !== other.routes) return false;
  if (one.deployments === other.deployments) return true;
  return (
    one.deployments.size === other.deployments.size &&
    [...one.deployments.keys()].every((id) => other.deployments.has(id))
  );
}

function unknown(frontends: readonly Frontend[], host: string, path: string): string {
  const asked = `${host}${path}`;
  const known = frontends.map((each) => `${each.host === '*' ? host : each.host}${each.path}`);
  // Below a path that nearly is one, the rest of it counts for nothing.
  const meant = nearest(path.startsWith('/proxy-svc/') ? `${host}${head(path)}` : asked, known) ?? nearest(host, known);
  return `nothing is routed for ${asked}${meant === undefined ? '' : `; did you mean ${meant}?`} ("oo deployment list" and "oo route list" tell what there is)`;
}

/** `/proxy-svc/deployments/depl_web` of a longer path. */
function head(path: string): string {
  return path.split('/').slice(0, 4).join('/');
}
