import { DEPLOYMENTS_PATH, frontendsOf, type Frontend, type FrontendTarget } from '../../routing/frontends.ts';
import { RETRY_AFTER_SECONDS } from '../../routing/retry-after.ts';
import type { Backend, RoutedDeployment, RoutingTable } from '../../routing/table.ts';
import { interleaved, sharesOf } from './shares.ts';

/** The name of our server, and of our log, in Caddy's configuration. */
export const CADDY_NAME = 'deploy_svc';
/** The variable of a request that names the deployment that it goes to. */
const CHOSEN = 'deployment';
/** Of the routes of this group the first that fits counts, alone. */
const ADDRESSES = 'address';
const REQUEST_ID = '^[A-Za-z0-9][A-Za-z0-9_.:-]{7,127}$';
/** A replica that could not be asked is left out for so long. */
const FAIL_MS = 1_000;
const FLUSH_MS = 10;
/** An upgraded connection outlives a change of the configuration by so long, where Caddy can do that. */
const STREAM_DELAY_MS = 24 * 3_600_000;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

export interface CaddyOptions {
  /** What host names of deployments end with. */
  readonly domains: readonly string[];
  /** Where requests come in: `127.0.0.1:11338`. */
  readonly listen: string;
  /** Addresses and networks whose X-Forwarded-* is believed. */
  readonly trusted: readonly string[];
  /** In milliseconds; 0: without an end. */
  readonly connectMs: number;
  readonly headersMs: number;
  readonly idleMs: number;
  /** Caddy is 2.7 or later: both ways of a request stream at once, and upgraded connections outlive changes. */
  readonly modern: boolean;
  /** Where Caddy tells of each request, `127.0.0.1:40000`. */
  readonly events: string;
}

/**
 * The server that follows from a table. `leaving`: addresses that requests are under way at although nothing is sent there any more: Caddy
 * counts only for what its configuration names.
 */
export function caddyServer(table: RoutingTable, leaving: readonly string[], options: CaddyOptions): JsonObject {
  const frontends = frontendsOf({ routes: table.routes, deployments: table.deployments.keys() }, options.domains);
  const named = frontends.filter(({ host }) => host !== '*').toSorted(portsFirst);
  const below = (path: string): JsonObject => ({ path_regexp: { pattern: `^${quoted(path)}(/|$)` } });
  const deployments = [...table.deployments.values()];
  const waiting = deployments.filter((deployment) => !isReady(deployment));
  return {
    listen: [options.listen],
    automatic_https: { disable: true },
    ...(options.modern ? { enable_full_duplex: true } : {}),
    ...(options.idleMs === 0 ? {} : { idle_timeout: nanoseconds(65_000) }),
    read_header_timeout: nanoseconds(15_000),
    routes: [
      requestId,
      ...grouped(named).map(({ hosts, path, to }) => ({
        group: ADDRESSES,
        match: [{ ...hostMatch(hosts), ...(path === '' ? {} : below(path)) }],
        ...leadingTo(to, options),
      })),
      ownPath,
      ...deployments.filter(isReady).map((deployment) => ({
        match: [chosen(deployment)],
        handle: [proxy(upstreamsOf(deployment), options)],
        terminal: true,
      })),
      ...(waiting.length === 0 ? [] : [{ match: [chosen(...waiting)], handle: [NOT_READY], terminal: true }]),
      ...(leaving.length === 0 ? [] : [parked(leaving)]),
      {
        handle: [{ handler: 'static_response', status_code: 404, body: 'nothing is routed for this host and path\n' }],
      },
    ],
  };
}

/** Where Caddy tells of each attempt at a replica. A datagram more or less costs nobody an answer, and it starts without anybody there. */
export function caddyLog({ events }: Pick<CaddyOptions, 'events'>): JsonObject {
  return {
    level: 'DEBUG',
    include: ['http.handlers.reverse_proxy'],
    writer: { output: 'net', address: `udp/${events}` },
    encoder: {
      format: 'filter',
      wrap: { format: 'json' },
      fields: { request: { filter: 'delete' }, headers: { filter: 'delete' } },
    },
  };
}

/** Named in the answer, and told to the replica. */
const requestId: JsonObject = {
  handle: [
    {
      handler: 'subroute',
      routes: [
        {
          match: [{ not: [{ header_regexp: { 'X-Request-Id': { pattern: REQUEST_ID } } }] }],
          handle: [{ handler: 'headers', request: { set: { 'X-Request-Id': ['{http.request.uuid}'] } } }],
        },
        {
          handle: [
            {
              handler: 'headers',
              request: { delete: ['Forwarded', 'X-Real-Ip', 'X-Forwarded-Prefix', 'X-Forwarded-Port'] },
              response: { deferred: true, set: { 'X-Request-Id': ['{http.request.header.X-Request-Id}'] } },
            },
          ],
        },
      ],
    },
  ],
};

/** Names that lead to the same place share a route. */
interface Group {
  readonly hosts: readonly string[];
  readonly path: string;
  readonly to: FrontendTarget;
}

function grouped(frontends: readonly Frontend[]): readonly Group[] {
  const groups: { hosts: string[]; path: string; to: FrontendTarget }[] = [];
  const seen = new Set<string>();
  for (const { host, path, to } of frontends) {
    // The first that fits is right.
    if (seen.has(`${host}${path}`)) continue;
    seen.add(`${host}${path}`);
    const last = groups.at(-1);
    const same = last !== undefined && last.path === path && JSON.stringify(last.to) === JSON.stringify(to);
    if (same && !hasPort(host) && !hasPort(last.hosts[0] ?? '')) last.hosts.push(host);
    else groups.push({ hosts: [host], path, to });
  }
  return groups;
}

/** Of the same host those with its port count first; the rest stays in its order, in which more exact paths come first. */
function portsFirst(one: Frontend, other: Frontend): number {
  return Number(hasPort(other.host)) - Number(hasPort(one.host));
}

function hasPort(host: string): boolean {
  return /:\d+$/.test(host);
}

/** Caddy compares hosts without their port, and without regard to case. */
function hostMatch(hosts: readonly string[]): JsonObject {
  const [only = ''] = hosts;
  if (hasPort(only)) return { header_regexp: { Host: { pattern: `(?i)^${quoted(only)}$` } } };
  return { host: hosts.flatMap((host) => [host, `${host}.`]) };
}

/**
 * What is done with a request of an address: it is answered, or its deployment is noted. All addresses of a deployment share one proxy
 * further on: Caddy takes a quarter of a millisecond for each when it loads a configuration.
 */
function leadingTo(to: FrontendTarget, options: CaddyOptions): JsonObject {
  if (to.type === 'url') return { handle: toUrl(to.url, options), terminal: true };
  return {
    handle: [
      { handler: 'vars', [CHOSEN]: to.deploymentId },
      ...(to.prefix === '' ? [] : [{ handler: 'rewrite', uri: `${to.prefix}{http.request.uri}` }]),
    ],
  };
}

/** The path of every deployment, at any host. */
const ownPath: JsonObject = {
  group: ADDRESSES,
  match: [{ path_regexp: { name: CHOSEN, pattern: `^${quoted(DEPLOYMENTS_PATH)}/([^/]+)(/|$)` } }],
  handle: [
    { handler: 'vars', [CHOSEN]: `{http.regexp.${CHOSEN}.1}` },
    { handler: 'rewrite', strip_path_prefix: `${DEPLOYMENTS_PATH}/{http.regexp.${CHOSEN}.1}` },
    {
      handler: 'headers',
      request: { set: { 'X-Forwarded-Prefix': [`${DEPLOYMENTS_PATH}/{http.regexp.${CHOSEN}.1}`] } },
    },
  ],
};

/** Fits requests that were led to one of these. */
function chosen(...deployments: readonly RoutedDeployment[]): JsonObject {
  return { vars: { [CHOSEN]: deployments.map(({ id }) => id) } };
}

function isReady({ backends }: RoutedDeployment): boolean {
  return backends.length > 0;
}

const NOT_READY: JsonObject = {
  handler: 'static_response',
  status_code: 503,
  headers: { 'Retry-After': [String(RETRY_AFTER_SECONDS)] },
  body: 'no replica of the deployment is ready\n',
};

/** The list over which Caddy goes in turn: who has more weight is in it more often. */
function upstreamsOf({ backends }: RoutedDeployment): readonly string[] {
  const { counts } = sharesOf(backends.map(({ weight }) => weight));
  return interleaved(counts).flatMap((index) => {
    const backend = backends[index];
    return backend === undefined ? [] : [dialOf(backend)];
  });
}

/** As Caddy names an upstream. */
export function dialOf({ host, port }: Pick<Backend, 'host' | 'port'>): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

function proxy(dials: readonly string[], options: CaddyOptions): JsonObject {
  return {
    handler: 'reverse_proxy',
    // Nothing waits for an answer to be complete. At once (-1) would mean to Caddy that nobody may leave before the answer.
    flush_interval: nanoseconds(FLUSH_MS),
    upstreams: dials.map((dial) => ({ dial })),
    load_balancing: { selection_policy: { policy: 'round_robin' }, retries: 2 },
    // Not the only one that there is: it would be answered for without being asked.
    ...(new Set(dials).size < 2
      ? {}
      : { health_checks: { passive: { fail_duration: nanoseconds(FAIL_MS), max_fails: 1 } } }),
    transport: transport(options),
    ...(options.trusted.length === 0 ? {} : { trusted_proxies: [...options.trusted] }),
    ...(options.modern ? { stream_close_delay: nanoseconds(STREAM_DELAY_MS) } : {}),
  };
}

function transport({ connectMs, headersMs }: CaddyOptions): JsonObject {
  return {
    protocol: 'http',
    // What a caller did not ask for is not asked of a replica.
    compression: false,
    ...(connectMs === 0 ? {} : { dial_timeout: nanoseconds(connectMs) }),
    ...(headersMs === 0 ? {} : { response_header_timeout: nanoseconds(headersMs) }),
  };
}

function toUrl(url: string, options: CaddyOptions): readonly Json[] {
  const { protocol, hostname, port, pathname } = new URL(url);
  const secure = protocol === 'https:';
  const dial = `${hostname}:${port === '' ? (secure ? 443 : 80) : port}`;
  const base = pathname.replace(/\/+$/, '');
  const own = proxy([dial], options);
  return [
    ...(base === '' ? [] : [{ handler: 'rewrite', uri: `${base}{http.request.uri}` }]),
    secure ? { ...own, transport: { ...transport(options), tls: { server_name: hostname } } } : own,
  ];
}

/** Matches nothing. */
function parked(dials: readonly string[]): JsonObject {
  return {
    match: [{ method: ['DEPLOY-SVC-NOTHING'] }],
    handle: [{ handler: 'reverse_proxy', upstreams: dials.map((dial) => ({ dial })) }],
    terminal: true,
  };
}

/** Caddy measures time in nanoseconds. */
function nanoseconds(ms: number): number {
  return ms * 1_000_000;
}

/** For Go's regular expressions. */
function quoted(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, String.raw`\$&`);
}
