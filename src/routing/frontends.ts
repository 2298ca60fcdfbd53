import type { RoutingTable } from './table.ts';

/** Where requests go that come to a host, or to a path of it. */
export interface Frontend {
  /** In lower case, with its port where the route has one; `*`: any. */
  readonly host: string;
  /** `''`, or `/admin`: this path and everything below it. */
  readonly path: string;
  readonly to: FrontendTarget;
}

export type FrontendTarget =
  /** `strip`: what is taken from the beginning of the path; `prefix`: what is put there instead. */
  | { readonly type: 'deployment'; readonly deploymentId: string; readonly strip: string; readonly prefix: string }
  | { readonly type: 'url'; readonly url: string };

/** The path under which every deployment is found at any host. */
export const DEPLOYMENTS_PATH = '/proxy-svc/deployments';

/** What of a table addresses follow from: it changes far more seldom than what is ready. */
export type Addressed = Pick<RoutingTable, 'routes'> & { readonly deployments: Iterable<string> };

/**
 * Every address of a table, the more exact ones first: whoever takes the first that fits is right. Routes of proxy-svc come before the
 * deployments' own host names, and those before the path. `domains`: what host names of deployments end with: `localhost`.
 */
export function frontendsOf({ routes, deployments }: Addressed, domains: readonly string[]): readonly Frontend[] {
  const names = namesOf(deployments);
  const ids = [...new Set([...names.values()].flat())].toSorted();
  const hosts = new Map(
    [...names].flatMap(([name, own]) => domains.map((domain) => [`${name}.${domain}`, own] as const)),
  );
  return [
    ...[...routes].map(([id, url]) => routeOf(id, url, hosts)).toSorted(moreExact),
    ...[...hosts]
      .flatMap(([host, [only, ...others]]) => (only === undefined || others.length > 0 ? [] : [[host, only] as const]))
      .map(([host, deploymentId]): Frontend => {
        return { host, path: '', to: { type: 'deployment', deploymentId, strip: '', prefix: '' } };
      }),
    ...ids.map((deploymentId): Frontend => {
      const path = `${DEPLOYMENTS_PATH}/${deploymentId}`;
      return { host: '*', path, to: { type: 'deployment', deploymentId, strip: path, prefix: '' } };
    }),
  ];
}

/**
 * Host labels -> the deployments that they may mean. A host name knows no upper case, and some clients refuse underscores in it: `depl_Web` is
 * found as `depl_web` and as `depl-web`, unless that is another one's own id. What means several names none.
 */
function namesOf(ids: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const all = [...ids].toSorted();
  const exact = new Map(all.filter((id) => id === id.toLowerCase()).map((id) => [id, [id]] as const));
  const loose = new Map<string, string[]>();
  for (const id of all) {
    for (const name of new Set([id.toLowerCase(), id.toLowerCase().replaceAll('_', '-')])) {
      if (!exact.has(name)) loose.set(name, [...(loose.get(name) ?? []), id]);
    }
  }
  return new Map<string, readonly string[]>([...exact, ...loose]);
}

/** A target that is the host name of a deployment, without a port, means that deployment. */
function routeOf(id: string, url: string, hosts: ReadonlyMap<string, readonly string[]>): Frontend {
  const slash = id.indexOf('/');
  const [host, path] = slash < 0 ? [id, ''] : [id.slice(0, slash), id.slice(slash)];
  const { hostname, port, pathname } = new URL(url);
  const [deploymentId, ...others] = port === '' ? (hosts.get(hostname) ?? []) : [];
  if (deploymentId === undefined || others.length > 0) return { host, path, to: { type: 'url', url } };
  const prefix = pathname.replace(/\/+$/, '');
  return { host, path, to: { type: 'deployment', deploymentId, strip: '', prefix } };
}

/** Longer paths first; hosts in their order, so that a list can be compared with another. */
function moreExact(one: Frontend, other: Frontend): number {
  if (one.path.length !== other.path.length) return other.path.length - one.path.length;
  const [a, b] = [`${one.host}${one.path}`, `${other.host}${other.path}`];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Finds where a request goes. `host`: as the request has it, `path`: without the query. */
export type Directory = (host: string, path: string) => Frontend | undefined;

/** The first frontend that fits, found without looking at all of them. */
export function directoryOf(frontends: readonly Frontend[]): Directory {
  const byHost = Map.groupBy(frontends, ({ host }) => host);
  const anywhere = new Map((byHost.get('*') ?? []).map((frontend) => [frontend.path, frontend]));
  return (host, path) => {
    const name = host.toLowerCase();
    const bare = name.replace(/:\d+$/, '').replace(/\.$/, '');
    const own = [name, bare].flatMap((each) => (each === '*' ? [] : (byHost.get(each) ?? [])));
    return own.find((frontend) => isBelow(path, frontend.path)) ?? anywhere.get(deploymentPath(path));
  };
}

function isBelow(path: string, prefix: string): boolean {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === '/' || prefix === '');
}

function deploymentPath(path: string): string {
  const end = path.indexOf('/', DEPLOYMENTS_PATH.length + 1);
  return end < 0 ? path : path.slice(0, end);
}
