import { createServer, request, type IncomingMessage, type RequestOptions, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import type {
  TraefikConfiguration,
  TraefikMiddleware,
  TraefikService,
} from '../../src/routers/traefik/configuration.ts';

/** Reads dynamic configuration as Traefik does, in as far as the product writes it, and carries requests by it. Traefik itself is not here. */
export interface TraefikLike extends AsyncDisposable {
  readonly url: string;
  use(configuration: TraefikConfiguration): void;
}

interface Plan {
  readonly urls: readonly string[];
  readonly path: string;
  readonly prefix: string;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly attempts: number;
}

export async function traefikLike(): Promise<TraefikLike> {
  let configuration: TraefikConfiguration = { http: { middlewares: {} } };
  const turns = new Map<string, number>();
  const server = createServer((asked, response) => {
    const plan = planOf(configuration, asked, turns);
    if (plan === undefined) return void response.writeHead(404).end('404 page not found\n');
    if (plan.urls.length === 0) return void response.writeHead(503, plan.answerHeaders).end('no available server\n');
    carry(plan, asked, response);
  });
  server.on('upgrade', (asked, socket, head) => {
    const plan = planOf(configuration, asked, turns);
    const [url] = plan?.urls ?? [];
    if (plan === undefined || url === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    upgrade(request(url, optionsOf(plan, asked)), socket, head);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (next) => void (configuration = refused(next)),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Traefik's parser refuses the whole configuration for an empty object or list in it. */
function refused(configuration: TraefikConfiguration): TraefikConfiguration {
  const look = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const entries = Object.entries(value);
    if (entries.length === 0) throw new Error(`${path} cannot be a standalone element`);
    for (const [name, each] of entries) look(each, `${path}.${name}`);
  };
  look(configuration, '');
  return configuration;
}

function planOf({ http }: TraefikConfiguration, asked: IncomingMessage, turns: Map<string, number>): Plan | undefined {
  const { url = '/', headers } = asked;
  const query = url.indexOf('?');
  const [path, rest] = query < 0 ? [url, ''] : [url.slice(0, query), url.slice(query)];
  const host = (headers.host ?? '').toLowerCase().replace(/:\d+$/, '');
  const [best] = Object.values(http.routers ?? {})
    .filter(({ rule }) => fits(rule, host, path))
    .toSorted((a, b) => b.priority - a.priority);
  if (best === undefined) return undefined;
  const plan = { path, prefix: '', answerHeaders: {}, attempts: 1 };
  for (const name of best.middlewares ?? []) Object.assign(plan, through(http.middlewares[name], plan.path));
  return { ...plan, path: `${plan.path}${rest}`, urls: choose(http.services ?? {}, best.service, turns) };
}

/** `Host(..) && (Path(..) || PathPrefix(..))`. */
function fits(rule: string, host: string, path: string): boolean {
  const one = (text: string): boolean => {
    const [, matcher, value = ''] = /^\(?(Host|Path|PathPrefix)\(`([^`]*)`\)\)?$/.exec(text) ?? [];
    if (matcher === 'Host') return host === value.toLowerCase();
    if (matcher === 'Path') return path === value;
    if (matcher === 'PathPrefix') return path.startsWith(value);
    throw new Error(`no rule of Traefik: ${text}`);
  };
  return rule.split(' && ').every((part) => part.split(' || ').some(one));
}

function through(middleware: TraefikMiddleware | undefined, path: string): Partial<Plan> {
  if (middleware === undefined) throw new Error('a middleware that is not there');
  if ('stripPrefix' in middleware) {
    const prefix = middleware.stripPrefix.prefixes.find((each) => path.startsWith(each)) ?? '';
    const left = path.slice(prefix.length);
    return { prefix, path: left.startsWith('/') ? left : `/${left}` };
  }
  if ('addPrefix' in middleware) return { path: `${middleware.addPrefix.prefix}${path}` };
  if ('retry' in middleware) return { attempts: middleware.retry.attempts };
  return { answerHeaders: middleware.headers.customResponseHeaders };
}

/** Weights by smooth round robin; the servers of one service in turn, beginning with the next one. */
function choose(
  services: Readonly<Record<string, TraefikService>>,
  name: string,
  turns: Map<string, number>,
): readonly string[] {
  const service = services[name];
  if (service === undefined) throw new Error(`a service that is not there: ${name}`);
  const turn = turns.get(name) ?? 0;
  turns.set(name, turn + 1);
  if ('loadBalancer' in service) {
    const urls = (service.loadBalancer.servers ?? []).map(({ url }) => url);
    return urls.map((_, index) => urls[(turn + index) % urls.length] ?? '');
  }
  const total = service.weighted.services.reduce((sum, { weight }) => sum + weight, 0);
  // A step that has no divisor in common with the whole goes through all of it, evenly.
  let place = (turn * 6_181) % total;
  const next = service.weighted.services.find(({ weight }) => (place -= weight) < 0);
  return choose(services, next?.name ?? '', turns);
}

function optionsOf({ path, prefix }: Plan, { method, headers, socket }: IncomingMessage): RequestOptions {
  const forwarded = {
    'x-forwarded-for': socket.remoteAddress,
    'x-forwarded-proto': 'http',
    'x-forwarded-host': headers.host,
    ...(prefix === '' ? {} : { 'x-forwarded-prefix': prefix }),
  };
  return { method, path, headers: { ...headers, ...forwarded }, agent: false };
}

function carry(plan: Plan, asked: IncomingMessage, response: ServerResponse): void {
  const [url, ...others] = plan.urls;
  if (url === undefined || plan.attempts === 0) return void response.writeHead(502).end();
  const target = new URL(url);
  const asking = request({ ...optionsOf(plan, asked), host: target.hostname, port: target.port }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...plan.answerHeaders });
    response.flushHeaders();
    answer.pipe(response);
  });
  let connected = false;
  asking.once('socket', (socket: Socket) =>
    socket.once('connect', () => {
      connected = true;
      asked.pipe(asking);
    }),
  );
  asking.once('error', () => {
    if (!connected) return carry({ ...plan, urls: others, attempts: plan.attempts - 1 }, asked, response);
    response.destroy();
  });
  response.once('close', () => void (response.writableFinished || asking.destroy()));
}

function upgrade(asking: ReturnType<typeof request>, socket: Duplex, head: Buffer): void {
  asking.once('upgrade', (answer, upstream, first) => {
    const lines = Array.from({ length: answer.rawHeaders.length / 2 }, (_, index) => {
      return `${answer.rawHeaders[index * 2]}: ${answer.rawHeaders[index * 2 + 1]}`;
    });
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.write(first);
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
    for (const each of [upstream, socket]) each.on('error', () => [upstream, socket].forEach((one) => one.destroy()));
  });
  asking.once('error', () => socket.destroy());
  asking.end();
}
