import { frontendsOf, type Frontend } from '../../routing/frontends.ts';
import { RETRY_AFTER_SECONDS } from '../../routing/retry-after.ts';
import type { Backend, RoutingTable } from '../../routing/table.ts';

/** Dynamic configuration as Traefik's HTTP provider takes it, in as far as it is used here. */
export interface TraefikConfiguration {
  readonly http: {
    readonly routers?: Readonly<Record<string, TraefikRouter>>;
    readonly services?: Readonly<Record<string, TraefikService>>;
    readonly middlewares: Readonly<Record<string, TraefikMiddleware>>;
  };
}

export interface TraefikRouter {
  readonly rule: string;
  /** The greatest that fits is taken. */
  readonly priority: number;
  readonly service: string;
  readonly middlewares?: readonly string[];
}

export type TraefikService =
  | {
      readonly weighted: { readonly services: readonly { readonly name: string; readonly weight: number }[] };
    }
  | {
      readonly loadBalancer: { readonly servers?: readonly { readonly url: string }[]; readonly passHostHeader: true };
    };

export type TraefikMiddleware =
  | { readonly stripPrefix: { readonly prefixes: readonly string[] } }
  | { readonly addPrefix: { readonly prefix: string } }
  | { readonly retry: { readonly attempts: number; readonly initialInterval: string } }
  | { readonly headers: { readonly customResponseHeaders: Readonly<Record<string, string>> } };

const RETRY = 'deploy-svc-retry';
const RETRY_AFTER = 'deploy-svc-not-ready';
/** Whole numbers that are not too great for anybody: a revision's share is off by a ten-thousandth at most. */
const PARTS = 10_000;

/** What Traefik is to have. `domains`: what host names of deployments end with. */
export function traefikConfiguration(table: RoutingTable, domains: readonly string[]): TraefikConfiguration {
  const frontends = frontendsOf({ routes: table.routes, deployments: table.deployments.keys() }, domains);
  const routers: Record<string, TraefikRouter> = {};
  const services: Record<string, TraefikService> = {};
  const middlewares: Record<string, TraefikMiddleware> = {
    [RETRY]: { retry: { attempts: 3, initialInterval: '1ms' } },
    [RETRY_AFTER]: { headers: { customResponseHeaders: { 'Retry-After': String(RETRY_AFTER_SECONDS) } } },
  };
  for (const { id, backends } of table.deployments.values()) Object.assign(services, servicesOf(id, backends));
  for (const [index, frontend] of frontends.entries()) {
    const name = `deploy-svc-${index}`;
    const { to } = frontend;
    const own: string[] = [];
    const put = (kind: string, middleware: TraefikMiddleware): void => {
      middlewares[`${name}-${kind}`] = middleware;
      own.push(`${name}-${kind}`);
    };
    if (to.type === 'url') {
      const { origin, pathname } = new URL(to.url);
      const base = pathname.replace(/\/+$/, '');
      if (base !== '') put('base', { addPrefix: { prefix: base } });
      services[name] = balanced([origin]);
    } else {
      if (to.strip !== '') put('strip', { stripPrefix: { prefixes: [to.strip] } });
      if (to.prefix !== '') put('prefix', { addPrefix: { prefix: to.prefix } });
      const nothing = (table.deployments.get(to.deploymentId)?.backends ?? []).length === 0;
      own.push(nothing ? RETRY_AFTER : RETRY);
    }
    routers[name] = {
      rule: ruleOf(frontend),
      // Those that come first are the more exact ones.
      priority: frontends.length - index + (/:\d+$/.test(frontend.host) ? frontends.length : 0),
      service: to.type === 'url' ? name : serviceName(to.deploymentId),
      ...(own.length === 0 ? {} : { middlewares: own }),
    };
  }
  // Traefik refuses the whole for an empty part of it.
  const some = <Part extends object>(part: Part): Part | undefined =>
    Object.keys(part).length === 0 ? undefined : part;
  const [own, theirs] = [some(routers), some(services)];
  return { http: { ...(own && { routers: own }), ...(theirs && { services: theirs }), middlewares } };
}

/** `Host` compares without the port, and there is no rule that sees it: a route with a port counts at every port. */
function ruleOf({ host, path }: Frontend): string {
  const hosts = `Host(\`${host.replace(/:\d+$/, '')}\`)`;
  // Of the path itself and of everything below it: not of what begins with the same letters.
  const paths = `(Path(\`${path}\`) || PathPrefix(\`${path}/\`))`;
  return [...(host === '*' ? [] : [hosts]), ...(path === '' ? [] : [paths])].join(' && ');
}

function serviceName(deploymentId: string): string {
  return `deployment-${deploymentId}`;
}

/** Between revisions by weight, within one in turn. What has no weight is not there. */
function servicesOf(id: string, backends: readonly Backend[]): Readonly<Record<string, TraefikService>> {
  const weighed = backends.filter(({ weight }) => weight > 0);
  // Weights within a revision differ by one in a million at most.
  const revisions = [...Map.groupBy(weighed, ({ revision }) => revision)];
  const [only, ...others] = revisions;
  if (only === undefined) return { [serviceName(id)]: balanced([]) };
  if (others.length === 0) return { [serviceName(id)]: balanced(only[1].map(urlOf)) };
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  const parts = revisions.map(([revision, own]) => {
    const share = own.reduce((sum, { weight }) => sum + weight, 0) / total;
    return { name: `${serviceName(id)}-r${revision}`, weight: Math.max(1, Math.round(share * PARTS)), own };
  });
  return {
    [serviceName(id)]: { weighted: { services: parts.map(({ name, weight }) => ({ name, weight })) } },
    ...Object.fromEntries(parts.map(({ name, own }) => [name, balanced(own.map(urlOf))])),
  };
}

function balanced(urls: readonly string[]): TraefikService {
  // Without any it answers 503.
  const servers = urls.length === 0 ? {} : { servers: urls.map((url) => ({ url })) };
  return { loadBalancer: { ...servers, passHostHeader: true } };
}

function urlOf({ host, port }: Backend): string {
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
