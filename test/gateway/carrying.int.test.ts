import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import type { GatewaySettings } from '../../src/gateway/settings.ts';
import { ask, atHost, keptConnections, told } from '../routing/client.ts';
import { at, tableOf } from '../routing/tables.ts';
import { PROTOCOL, startUpstream, type Upstream } from '../routing/upstream.ts';
import { until } from '../support/until.ts';
import { within } from '../support/within.ts';
import { openGateway, type OpenGateway } from './support.ts';

const HOST = 'depl-web.localhost';
const stack = new AsyncDisposableStack();
let gateway: OpenGateway;
let up: Upstream;
beforeAll(async () => {
  gateway = stack.use(await openGateway({ connectMs: 500, headersMs: 1_000, idleMs: 3_000 }));
  up = stack.use(await startUpstream('up'));
});
afterAll(() => stack.disposeAsync());
const servers = new Set<Server>();
afterEach(() => {
  for (const server of servers) server.close();
  servers.clear();
});

/** Has these ports be the ready replicas, the first of them chosen first. */
async function route(...ports: readonly number[]): Promise<void> {
  const replicas = ports.map((port, index) => at(port, { id: `w-${index}`, revision: index + 1 }));
  const shares = [
    { revision: 1, weight: 99 },
    { revision: 2, weight: 1 },
  ];
  await gateway.router.apply(tableOf({ deployments: { depl_web: { replicas, ...(ports.length > 1 && { shares }) } } }));
}

/** A server that speaks for itself. Returns its port. */
async function speaking(talk: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    talk(socket);
  });
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function refusing(): Promise<number> {
  const gone = await startUpstream('gone');
  await gone[Symbol.asyncDispose]();
  return gone.port;
}

const url = (path = '/'): string => `${gateway.url}${path}`;

test('a POST whose connection was refused is asked of another replica, with its body', async () => {
  await route(await refusing(), up.port);
  for (let index = 0; index < 5; index += 1) {
    expect(await ask(url('/echo'), { method: 'POST', body: 'whole', ...atHost(HOST) })).toMatchObject({
      status: 200,
      text: 'whole',
    });
  }
});

test('what may have been done is not asked for twice; what may be done twice is', async () => {
  let asked = 0;
  const breaks = await speaking((socket) => {
    socket.once('data', () => {
      asked += 1;
      socket.destroy();
    });
  });
  await route(breaks, up.port);
  const before = up.requests;
  const post = await ask(url(), { method: 'POST', body: 'x', ...atHost(HOST) });
  expect([post.status, asked, up.requests]).toEqual([502, 1, before]);
  expect(post.text).toContain('w-0 of depl_web could not be asked');
  expect((await ask(url(), { method: 'DELETE', ...atHost(HOST) })).status).toBe(200);
  expect([asked, up.requests]).toEqual([2, before + 1]);
});

test('a replica that closes a kept connection at the wrong moment costs no GET', async () => {
  const once_ = await speaking((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok');
      // The next request on this connection finds it closed.
      socket.once('data', () => socket.destroy());
    });
  });
  await route(once_, up.port);
  const answers = new Set<number>();
  for (let index = 0; index < 10; index += 1) answers.add((await ask(url(), atHost(HOST))).status);
  expect(answers).toEqual(new Set([200]));
});

test('a replica that says nothing is given up in time, and nobody else is asked; one that cannot be reached is 502', async () => {
  const silent = await speaking(() => undefined);
  await route(silent, up.port);
  const before = up.requests;
  const late = await ask(url(), atHost(HOST));
  expect([late.status, up.requests]).toEqual([504, before]);
  await route(await refusing());
  expect(await ask(url(), { headers: { host: HOST, accept: 'application/json' } })).toMatchObject({
    status: 502,
    headers: { 'content-type': 'application/json' },
    // Where the replica is, is nobody's business.
    text: expect.stringMatching(/ECONNREFUSED(?!.*127\.0\.0\.1)/),
  });
});

test('an answer that breaks off breaks off for the caller too', async () => {
  const half = await speaking((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
      setImmediate(() => socket.destroy());
    });
  });
  await route(half);
  await expect(ask(url(), atHost(HOST))).rejects.toThrow(/aborted|hang up|ECONNRESET/);
});

test('trailers, repeated headers and the reason phrase go through; what concerns one connection does not', async () => {
  let heard = '';
  const own = await speaking((socket) => {
    socket.once('data', (chunk: Buffer) => {
      heard = chunk.toString();
      socket.write(
        'HTTP/1.1 201 Made It\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n' +
          'connection: keep-alive, x-hop\r\nkeep-alive: timeout=5\r\nx-hop: 1\r\n\r\n2\r\nok\r\n0\r\nx-sum: 42\r\n\r\n',
      );
    });
  });
  await route(own);
  const headers = {
    host: HOST,
    connection: 'close, x-mine',
    'x-mine': '1',
    te: 'trailers',
    'proxy-authorization': 'x',
  };
  const answer = await ask(url('/a?b=c'), { headers });
  expect(answer).toMatchObject({ status: 201, text: 'ok', trailers: { 'x-sum': '42' } });
  expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2']);
  expect([answer.headers['x-hop'], answer.headers['keep-alive']]).toEqual([undefined, undefined]);
  expect(heard).toMatch(/^GET \/a\?b=c HTTP\/1\.1\r\n/);
  expect(heard).toContain('te: trailers');
  expect(heard).not.toMatch(/x-mine|proxy-authorization/i);
});

test('Expect: 100-continue is answered before the body is sent', async () => {
  await route(up.port);
  const asking = request(url('/echo'), {
    agent: false,
    method: 'PUT',
    headers: { host: HOST, expect: '100-continue', 'content-length': 4 },
  });
  asking.flushHeaders();
  await within(5_000, 'the go-ahead', once(asking, 'continue'));
  const answered = once(asking, 'response') as Promise<[NodeJS.ReadableStream]>;
  asking.end('body');
  expect(await text((await answered)[0])).toBe('body');
});

test('HTTP/1.0 is answered, and the connection closed', async () => {
  await route(up.port);
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET /status/200 HTTP/1.0\r\nhost: ${HOST}\r\n\r\n`);
  expect(await within(5_000, 'the end', text(socket))).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close/i);
});

test('a WebSocket that the replica refuses is refused with its own words; where nothing is ready, with 503', async () => {
  await route(up.port);
  const asked = (path: string) =>
    ask(url(path), {
      headers: {
        host: HOST,
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': PROTOCOL,
      },
    });
  expect(await asked('/refused')).toMatchObject({ status: 401, text: 'no.\n' });
  await route(await refusing());
  expect((await asked('/')).status).toBe(502);
  await gateway.router.apply(tableOf({ deployments: { depl_web: { replicas: [] } } }));
  expect(await asked('/')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
});

test('a refusal names the deployment, how it stands, and what was meant', async () => {
  const starting = at(up.port, { id: 'w-0', ready: false });
  await gateway.router.apply(tableOf({ deployments: { depl_web: { replicas: [starting] } } }));
  expect((await ask(url(), atHost(HOST))).text).toMatch(/^no replica of depl_web is ready: 1 is on its way/);
  expect((await ask(url(), atHost('depl-wbe.localhost'))).text).toContain('did you mean depl_web.localhost?');
  const misspelt = await ask(url('/proxy-svc/deployments/depl_wep/x'), atHost('gateway'));
  expect([misspelt.status, misspelt.text]).toEqual([
    404,
    expect.stringContaining('did you mean gateway/proxy-svc/deployments/depl_web?'),
  ]);
});

async function limited(settings: Partial<GatewaySettings>): Promise<OpenGateway> {
  const own = await openGateway(settings);
  await own.router.apply(tableOf({ deployments: { depl_web: { replicas: [at(up.port, { id: 'w-0' })] } } }));
  return own;
}

test('no more requests than allowed are carried at once', async () => {
  await using own = await limited({ maxInFlight: 1 });
  const held = ask(`${own.url}/hold`, atHost(HOST));
  await within(5_000, 'the request at the replica', up.held());
  expect(await ask(`${own.url}/`, atHost(HOST))).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  up.release();
  expect((await held).status).toBe(200);
  expect((await ask(`${own.url}/`, atHost(HOST))).status).toBe(200);
});

test('peers that are trusted are believed who asked them', async () => {
  await using own = await limited({ trustProxy: ['loopback'] });
  const headers = {
    host: HOST,
    'x-forwarded-for': '1.2.3.4',
    'x-forwarded-proto': 'https',
    'x-request-id': 'req-12345678',
  };
  expect((await told(`${own.url}/`, { headers })).headers).toMatchObject({
    'x-forwarded-for': '1.2.3.4, 127.0.0.1',
    'x-forwarded-proto': 'https',
    'x-request-id': 'req-12345678',
  });
});

test('a gateway that ends answers what it has, and tells callers to come back elsewhere', async () => {
  const own = await limited({});
  const agent = keptConnections();
  const before = await ask(`${own.url}/`, { ...atHost(HOST), agent });
  expect(before.headers.connection).toBe('keep-alive');
  const hold = startUpstream('hold');
  await using holding = await hold;
  await own.router.apply(tableOf({ deployments: { depl_web: { replicas: [at(holding.port, { id: 'w-1' })] } } }));
  const held = ask(`${own.url}/hold`, atHost(HOST));
  await within(5_000, 'the request at the replica', holding.held());
  const ended = Promise.resolve(own[Symbol.asyncDispose]());
  await until('nobody new is let in', 5_000, async () =>
    ask(`${own.url}/`, atHost(HOST)).then(
      () => false,
      () => true,
    ),
  );
  holding.release();
  expect(await held).toMatchObject({ status: 200, text: 'hold' });
  await within(5_000, 'the end', ended);
  agent.destroy();
});

test('requests are measured by deployment, revision and class of status', async () => {
  await using own = await limited({});
  await ask(`${own.url}/`, atHost(HOST));
  await ask(`${own.url}/status/503`, atHost(HOST));
  await ask(`${own.url}/`, atHost('nowhere'));
  const { text: exposed } = await own.metrics.expose();
  expect(exposed).toContain('gateway_requests_total{deployment="depl_web",revision="1",status="2xx"} 1');
  expect(exposed).toContain('gateway_requests_total{deployment="depl_web",revision="1",status="5xx"} 1');
  expect(exposed).toContain('gateway_requests_total{deployment="",revision="",status="4xx"} 1');
  expect(exposed).toContain('gateway_requests_in_flight 0');
});
