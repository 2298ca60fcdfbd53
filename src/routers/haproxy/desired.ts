import { isIP } from 'node:net';

import { frontendsOf, type Frontend } from '../../routing/frontends.ts';
import { backendKey, type Backend, type RoutingTable } from '../../routing/table.ts';

/** What HAProxy is to have. Maps are its maps; every server belongs to one of the backends that its configuration has in store. */
export interface HaproxyState {
  /** Beginning of host and path, with a slash at the end -> where its requests go (`targetText`). */
  readonly addresses: ReadonlyMap<string, string>;
  /** Deployment with something ready -> the backend that it has. */
  readonly deployments: ReadonlyMap<string, string>;
  /** `backend/server` -> how it is reached, and its weight. */
  readonly servers: ReadonlyMap<string, HaproxyServer>;
  /** Deployments that no backend is left for. */
  readonly homeless: readonly string[];
}

export interface HaproxyServer {
  readonly address: string;
  readonly port: number;
  /** 0 to 256. */
  readonly weight: number;
}

/** The most that HAProxy knows. */
export const MOST_WEIGHT = 256;
const PREFIX = 'deploy_svc_';

export interface DesiredOptions {
  /** What host names of deployments end with. */
  readonly domains: readonly string[];
  /** How many backends the configuration has. */
  readonly backends: number;
  /** Deployment -> backend, as HAProxy has it now: who has one keeps it. */
  readonly assigned: ReadonlyMap<string, string>;
  /** Host name -> address; addresses need not be in it. What is in it with none cannot be reached. */
  readonly names: ReadonlyMap<string, string | undefined>;
}

export function backendName(index: number): string {
  return `${PREFIX}${index}`;
}

/** The state that follows from a table. */
export function desiredState(table: RoutingTable, options: DesiredOptions): HaproxyState {
  const { domains, names } = options;
  const addresses = new Map<string, string>();
  for (const frontend of frontendsOf({ routes: table.routes, deployments: table.deployments.keys() }, domains)) {
    const key = addressKey(frontend);
    // The first that fits is right.
    if (!addresses.has(key)) addresses.set(key, targetText(frontend, names));
  }
  const ready = [...table.deployments.values()].filter(({ backends }) => backends.length > 0);
  const { given, homeless } = assign(
    ready.map(({ id }) => id),
    options,
  );
  const servers = new Map<string, HaproxyServer>();
  for (const { id, backends } of ready) {
    const own = given.get(id);
    if (own === undefined) continue;
    const weights = haproxyWeights(backends.map(({ weight }) => weight));
    for (const [index, backend] of backends.entries()) {
      const address = addressOf(backend.host, names);
      if (address === undefined) continue;
      servers.set(`${own}/${serverName(backend)}`, { address, port: backend.port, weight: weights[index] ?? 0 });
    }
  }
  return { addresses, deployments: given, servers, homeless };
}

/** Who has a backend keeps it, others get the first that is free, in the order of their ids. */
function assign(
  ids: readonly string[],
  { assigned, backends }: Pick<DesiredOptions, 'assigned' | 'backends'>,
): { readonly given: ReadonlyMap<string, string>; readonly homeless: readonly string[] } {
  const known = new Set(Array.from({ length: backends }, (_, index) => backendName(index)));
  const given = new Map<string, string>();
  for (const id of ids) {
    const own = assigned.get(id);
    if (own !== undefined && known.delete(own)) given.set(id, own);
  }
  const homeless: string[] = [];
  for (const id of ids.filter((each) => !given.has(each)).toSorted()) {
    const [free] = known;
    if (free === undefined) homeless.push(id);
    else {
      known.delete(free);
      given.set(id, free);
    }
  }
  return { given, homeless };
}

/**
 * Whole numbers up to 256 in the proportion of these weights. Rounded by half a 256th of the greatest at most, but never to
 * nothing where something is to be had.
 */
export function haproxyWeights(weights: readonly number[]): readonly number[] {
  const most = Math.max(1, ...weights);
  return weights.map((weight) => (weight === 0 ? 0 : Math.max(1, Math.round((weight / most) * MOST_WEIGHT))));
}

/** One generation of a replica at one address: nothing that another one has left behind is taken for it. */
export function serverName(backend: Backend): string {
  return `${backend.replicaId}:${backend.generation}:${backend.host.replace(/^\[|\]$/g, '')}:${backend.port}`;
}

/** The `backendKey` of a server of that name. */
export function keyOfServer(name: string): string {
  const [replicaId = '', generation = ''] = name.split(':');
  return backendKey({ replicaId, generation: Number(generation) });
}

/** Hosts of a table that are names: HAProxy is given addresses. */
export function namesIn({ routes, deployments }: RoutingTable): readonly string[] {
  const hosts = [
    ...[...routes.values()].map((url) => new URL(url).hostname),
    ...[...deployments.values()].flatMap(({ backends }) => backends.map(({ host }) => host)),
  ];
  return [...new Set(hosts)].filter((host) => isIP(bare(host)) === 0);
}

function addressOf(host: string, names: DesiredOptions['names']): string | undefined {
  return isIP(bare(host)) === 0 ? names.get(host) : bare(host);
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

/** A slash at the end: `/admin` is the beginning of `/admin/x`, and not of `/administration`. */
function addressKey({ host, path }: Frontend): string {
  return host === '*' ? `${path}/` : `${host}${path}/`;
}

/**
 * Fields with a question mark between them, which no path has:
 * `deployment?id?what is taken from the path?what is put before it`, `http?address?port??path?host name`.
 */
function targetText({ to }: Frontend, names: DesiredOptions['names']): string {
  if (to.type === 'deployment') return ['deployment', to.deploymentId, to.strip, to.prefix].join('?');
  const { protocol, hostname, port, pathname } = new URL(to.url);
  const address = addressOf(hostname, names);
  if (address === undefined) return ['unknown', hostname].join('?');
  const scheme = protocol.slice(0, -1);
  const number = port === '' ? (scheme === 'https' ? 443 : 80) : port;
  return [scheme, address, number, pathname.replace(/\/+$/, ''), bare(hostname)].join('?');
}
