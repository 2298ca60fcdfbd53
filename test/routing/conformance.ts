import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Router, RouterKind } from '../../src/routing/router.ts';
import type { RoutingTable } from '../../src/routing/table.ts';
import { until } from '../support/until.ts';
import { within } from '../support/within.ts';
import { ask, atHost, keptConnections, told, toldAtSecond } from './client.ts';
import { at, tableOf, type TableParts } from './tables.ts';
import { PROTOCOL, startUpstream, type Upstream } from './upstream.ts';

/** A router that runs, with nothing in force yet. */
export interface OpenRouter extends AsyncDisposable {
  readonly router: Router;
  /** Where it is asked: `http://127.0.0.1:11338`. */
  readonly url: string;
}

/** What the suite needs to know of one kind of router. Host names of deployments end with `localhost` and `apps.test`. */
export interface RouterHarness {
  readonly kind: RouterKind;
  /** Of the program that carries the requests, where several are held to the suite. */
  readonly version?: string;
  open(): Promise<OpenRouter>;
  /** What this kind cannot do, with why: the test is left out, and the reason stands in its name. */
  readonly lacks?: Partial<
    Record<
      'samples' | 'in flight' | 'both ways at once' | 'sockets outlive changes' | 'idle connections outlive changes',
      string
    >
  >;
}

const MEGABYTE = 2 ** 20;

/** The behaviour that every router has, whatever carries the requests. */
export function routerConformance(harness: RouterHarness): void {
  describe(`${harness.kind}${harness.version === undefined ? '' : ` ${harness.version}`} as a router`, () => {
    const stack = new AsyncDisposableStack();
    let open: OpenRouter;
    let [a, b]: [Upstream, Upstream] = [undefined as never, undefined as never];
    beforeAll(async () => {
      open = stack.use(await harness.open());
      a = stack.use(await startUpstream('a'));
      b = stack.use(await startUpstream('b'));
    });
    afterAll(() => stack.disposeAsync());

    /** Puts a table in force: nothing waits after it. */
    const apply = async (parts: TableParts): Promise<RoutingTable> => {
      const table = tableOf(parts);
      await open.router.apply(table);
      return table;
    };
    const url = (path: string): string => `${open.url}${path}`;
    const web = (...replicas: Parameters<typeof at>[]): TableParts['deployments'] => {
      return { depl_web: { replicas: replicas.map((each) => at(...each)) } };
    };

    addresses(() => ({ apply, url, a, b, web }));
    choice(harness, () => ({ apply, url, a, b, web }));
    streams(harness, () => ({ apply, url, a, b, web }));
    lettingGo(harness, () => ({ apply, url, a, b, web, router: open.router }));
  });
}

interface World {
  readonly apply: (parts: TableParts) => Promise<RoutingTable>;
  readonly url: (path: string) => string;
  readonly a: Upstream;
  readonly b: Upstream;
  readonly web: (...replicas: Parameters<typeof at>[]) => TableParts['deployments'];
}

function addresses(world: () => World): void {
  test('a deployment is found by its path, which is taken away, and by its host names', async () => {
    const { apply, url, a, web } = world();
    await apply({ deployments: web([a.port, { id: 'w-0' }]) });
    const under = '/proxy-svc/deployments/depl_web';
    expect(await told(url(`${under}/x/y?z=%201`))).toMatchObject({ name: 'a', url: '/x/y?z=%201' });
    expect(await told(url(under))).toMatchObject({ url: '/' });
    expect((await told(url(`${under}/x`))).headers['x-forwarded-prefix']).toBe(under);
    for (const host of ['depl_web.localhost', 'depl-web.localhost', 'DEPL-WEB.apps.test', 'depl_web.apps.test:8080']) {
      expect(await told(url('/x?y'), atHost(host))).toMatchObject({ name: 'a', url: '/x?y' });
    }
  });

  test('routes of proxy-svc: the longest path first, to a URL or to a deployment by its host name', async () => {
    const { apply, url, a, b, web } = world();
    await apply({
      deployments: web([a.port, { id: 'w-0' }]),
      routes: {
        'shop.example': 'http://depl_web.localhost',
        'shop.example/admin': `http://127.0.0.1:${b.port}`,
        'shop.example/admin/old': 'http://depl-web.localhost/legacy',
        'blog.example:8080': `http://127.0.0.1:${b.port}/base/`,
      },
    });
    const at_ = (host: string, path: string) => told(url(path), atHost(host));
    expect(await at_('shop.example', '/x')).toMatchObject({ name: 'a', url: '/x' });
    expect(await at_('shop.example', '/administration')).toMatchObject({ name: 'a', url: '/administration' });
    expect(await at_('shop.example:443', '/admin')).toMatchObject({ name: 'b', url: '/admin' });
    expect(await at_('shop.example', '/admin/x?q')).toMatchObject({ name: 'b', url: '/admin/x?q' });
    expect(await at_('shop.example', '/admin/old/x')).toMatchObject({ name: 'a', url: '/legacy/admin/old/x' });
    expect(await at_('blog.example:8080', '/x')).toMatchObject({ name: 'b', url: '/base/x' });
  });

  test('an unknown host or path is 404; a deployment without ready replicas is 503 with Retry-After', async () => {
    const { apply, url, a } = world();
    await apply({ deployments: { depl_web: { replicas: [at(a.port, { id: 'w-0', ready: false })] } } });
    expect((await ask(url('/'), atHost('other.example'))).status).toBe(404);
    expect((await ask(url('/proxy-svc/deployments/depl_other/x'))).status).toBe(404);
    const nothing = await ask(url('/'), atHost('depl-web.localhost'));
    expect(nothing.status).toBe(503);
    expect(Number(nothing.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('the replica is told who asks, for which host and by which protocol; what a caller pretends is not believed', async () => {
    const { apply, url, a, web } = world();
    await apply({ deployments: web([a.port, { id: 'w-0' }]) });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const more = { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'gopher', traceparent, 'x-own': 'kept' };
    const { headers } = await told(url('/'), atHost('depl-web.localhost', more));
    expect(headers).toMatchObject({
      host: 'depl-web.localhost',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'depl-web.localhost',
      traceparent,
      'x-own': 'kept',
    });
  });
}

function choice(harness: RouterHarness, world: () => World): void {
  const many = async (count: number): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (let sent = 0; sent < count; sent += 1) {
      const { name } = await told(world().url('/'), atHost('depl-web.localhost'));
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  };

  test('only ready replicas get requests, evenly where nothing divides them', async () => {
    const { apply, a, b } = world();
    const replicas = [at(a.port, { id: 'w-0' }), at(b.port, { id: 'w-1' }), at(1, { id: 'w-2', ready: false })];
    await apply({ deployments: { depl_web: { replicas } } });
    const counts = await many(100);
    expect(counts).toEqual({ a: expect.closeTo(50, -1), b: expect.closeTo(50, -1) });
  });

  test('revisions get their shares; one with a share of nothing gets nothing, and all when nothing else is ready', async () => {
    const { apply, a, b } = world();
    const both = [at(a.port, { id: 'w-0', revision: 1 }), at(b.port, { id: 'w-1', revision: 2 })];
    const shares = (weight: number) => [
      { revision: 1, weight: 100 - weight },
      { revision: 2, weight },
    ];
    await apply({ deployments: { depl_web: { replicas: both, shares: shares(20) } } });
    const counts = await many(200);
    expect(counts['b']).toBeGreaterThanOrEqual(20);
    expect(counts['b']).toBeLessThanOrEqual(60);
    await apply({ deployments: { depl_web: { replicas: both, shares: shares(0) } } });
    expect(await many(50)).toEqual({ a: 50 });
    await apply({ deployments: { depl_web: { replicas: both.slice(1), shares: shares(0) } } });
    expect(await many(10)).toEqual({ b: 10 });
  });

  test('a replica that refuses connections costs nobody an answer', async () => {
    const { apply, a, web } = world();
    const gone = await startUpstream('gone');
    await gone[Symbol.asyncDispose]();
    await apply({ deployments: web([a.port, { id: 'w-0' }], [gone.port, { id: 'w-1' }]) });
    expect(await many(40)).toEqual({ a: 40 });
  });

  const keeps = harness.lacks?.['idle connections outlive changes'] === undefined;
  const which = keeps
    ? 'that are kept'
    : 'that are kept, for a client that asks again where one was closed before it asked (RFC 9112, 9.3.1)';
  test(`from the moment that a table is in force, nothing goes to what it does not name, on connections ${which}`, async () => {
    const { apply, url, a, b, web } = world();
    const agent = keptConnections(4);
    for (let round = 0; round < 10; round += 1) {
      const [from, to] = round % 2 === 0 ? [a, b] : [b, a];
      await apply({ deployments: web([from.port, { id: 'w-0', generation: round * 2 + 1 }]) });
      const asked = () => (keeps ? told : toldAtSecond)(url('/'), { ...atHost('depl-web.localhost'), agent });
      expect(new Set((await Promise.all([1, 2, 3, 4].map(asked))).map(({ name }) => name))).toEqual(
        new Set([from.name]),
      );
      await apply({ deployments: web([to.port, { id: 'w-0', generation: round * 2 + 2 }]) });
      const before = from.requests;
      expect(new Set((await Promise.all([1, 2, 3, 4].map(asked))).map(({ name }) => name))).toEqual(new Set([to.name]));
      expect(from.requests).toBe(before);
    }
    agent.destroy();
  });
}

type Lack = keyof NonNullable<RouterHarness['lacks']>;

/** Leaves a test out where the router lacks what it is about. */
function unless({ lacks = {} }: RouterHarness, what: Lack): typeof test {
  return lacks[what] === undefined ? test : (test.skip as typeof test);
}

/** For the name of such a test. */
function why({ lacks = {} }: RouterHarness, what: Lack): string {
  return lacks[what] === undefined ? '' : ` (left out: ${lacks[what]})`;
}

function streams(harness: RouterHarness, world: () => World): void {
  const atOnce = unless(harness, 'both ways at once');
  const reason = why(harness, 'both ways at once');
  atOnce(`a body and its answer stream at once: nobody waits for the end of either${reason}`, async () => {
    const { apply, url, a, web } = world();
    await apply({ deployments: web([a.port, { id: 'w-0' }]) });
    const asking = request(url('/echo'), { method: 'POST', agent: false, ...atHost('depl-web.localhost') });
    asking.write('one');
    const [response] = (await within(5_000, 'the head of the answer', once(asking, 'response'))) as [Readable];
    const first = (await within(5_000, 'the first piece', once(response, 'data'))) as [Buffer];
    expect(first[0].toString()).toBe('one');
    const ended = once(response, 'end');
    asking.end('two');
    const second = (await within(5_000, 'the second piece', once(response, 'data'))) as [Buffer];
    expect(second[0].toString()).toBe('two');
    response.resume();
    await within(5_000, 'the end', ended);
  });

  test('100 MB go through in each direction, whole', async () => {
    const { apply, url, web } = world();
    const blocks = Array.from({ length: 100 }, (_, index) => Buffer.alloc(MEGABYTE, index));
    const whole = blocks.reduce((hash, block) => hash.update(block), createHash('sha256')).digest('hex');
    await using own = await startUpstream('own', (asked, response) => {
      if (asked.method === 'GET') return Readable.from(blocks).pipe(response) === response;
      const got = createHash('sha256');
      asked.on('data', (chunk: Buffer) => got.update(chunk)).once('end', () => response.end(got.digest('hex')));
      return true;
    });
    await apply({ deployments: web([own.port, { id: 'w-0' }]) });
    const asking = request(url('/'), { method: 'PUT', agent: false, ...atHost('depl-web.localhost') });
    const answered = once(asking, 'response') as Promise<[Readable]>;
    await pipeline(Readable.from(blocks), asking);
    const [stored] = await answered;
    expect(Buffer.concat(await stored.toArray()).toString()).toBe(whole);
    const fetching = request(url('/'), { agent: false, ...atHost('depl-web.localhost') }).end();
    const [got] = (await once(fetching, 'response')) as [Readable];
    const hash = createHash('sha256');
    for await (const chunk of got as AsyncIterable<Buffer>) hash.update(chunk);
    expect(hash.digest('hex')).toBe(whole);
  });

  atOnce(`100 MB go through in both directions at once, whole${reason}`, async () => {
    const { apply, url, a, web } = world();
    await apply({ deployments: web([a.port, { id: 'w-0' }]) });
    const block = randomBytes(MEGABYTE);
    const [sent, got] = [createHash('sha256'), createHash('sha256')];
    let bytes = 0;
    const asking = request(url('/echo'), { method: 'PUT', agent: false, ...atHost('depl-web.localhost') });
    const answered = once(asking, 'response') as Promise<[Readable]>;
    const blocks = async function* (): AsyncGenerator<Buffer> {
      for (let index = 0; index < 100; index += 1) {
        block.writeUInt32BE(index);
        sent.update(block);
        yield Buffer.from(block);
      }
    };
    const sending = pipeline(Readable.from(blocks()), asking);
    const [response] = await answered;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      got.update(chunk);
      bytes += chunk.length;
    }
    await sending;
    expect([bytes, got.digest('hex')]).toEqual([100 * MEGABYTE, sent.digest('hex')]);
  });

  const upgraded = async (): Promise<{
    readonly socket: WebSocket;
    readonly echo: (text: string) => Promise<string>;
  }> => {
    const address = world().url('/proxy-svc/deployments/depl_web/socket').replace('http', 'ws');
    const socket = new WebSocket(address, PROTOCOL);
    socket.binaryType = 'arraybuffer';
    await within(5_000, 'the upgrade', once(socket, 'open'));
    const echo = async (text: string): Promise<string> => {
      const answer = once(socket, 'message') as Promise<[{ readonly data: ArrayBuffer }]>;
      socket.send(Buffer.from(`1${text}`));
      const [{ data }] = await within(5_000, 'the echo', answer);
      return Buffer.from(data).toString().slice(1);
    };
    return { socket, echo };
  };

  test('WebSockets go through', async () => {
    const { apply, a, web } = world();
    await apply({ deployments: web([a.port, { id: 'w-0' }]) });
    const { socket, echo } = await upgraded();
    expect(await echo('hello')).toBe('hello');
    expect(await echo('x'.repeat(70_000))).toHaveLength(70_000);
    const closed = once(socket, 'close');
    socket.close(1000);
    await within(5_000, 'the farewell', closed);
  });

  unless(harness, 'sockets outlive changes')(
    `WebSockets outlive a table that still has the replica${why(harness, 'sockets outlive changes')}`,
    async () => {
      const { apply, a, b, web } = world();
      await apply({ deployments: web([a.port, { id: 'w-0' }]) });
      const { socket, echo } = await upgraded();
      await apply({ deployments: web([a.port, { id: 'w-0' }], [b.port, { id: 'w-1' }]) });
      expect(await echo('hello')).toBe('hello');
      const closed = once(socket, 'close');
      socket.close(1000);
      await within(5_000, 'the farewell', closed);
    },
  );

  test('who leaves before the answer is no longer worked for', async () => {
    const { apply, url, web } = world();
    await using own = await startUpstream('own');
    await apply({ deployments: web([own.port, { id: 'w-0' }]) });
    const asking = request(url('/hold'), { agent: false, ...atHost('depl-web.localhost') });
    asking.once('error', () => undefined);
    asking.end();
    await within(5_000, 'the request at the replica', own.held());
    asking.destroy();
    await expect(within(5_000, 'the end of the connection at the replica', own.left())).resolves.toBeUndefined();
  });
}

function lettingGo(harness: RouterHarness, world: () => World & { readonly router: Router }): void {
  unless(harness, 'in flight')(
    `a request under way at what was let go of is told until it is answered, and is answered${why(harness, 'in flight')}`,
    async () => {
      const { apply, url, b, web, router } = world();
      await using own = await startUpstream('own');
      await apply({ deployments: web([own.port, { id: 'w-0', generation: 7 }]) });
      const answered = ask(url('/hold'), atHost('depl-web.localhost'));
      await within(5_000, 'the request at the replica', own.held());
      expect(await router.inFlight()).toEqual(new Map());
      await apply({ deployments: web([b.port, { id: 'w-1' }]) });
      expect(await router.inFlight()).toEqual(new Map([['w-0/7', 1]]));
      expect(await told(url('/'), atHost('depl-web.localhost'))).toMatchObject({ name: 'b' });
      const over = new AbortController();
      const settled = router.settled(over.signal);
      own.release();
      expect(await answered).toMatchObject({ status: 200, text: 'own' });
      await within(5_000, 'the router says that it has settled', settled);
      await until('nothing is under way', 5_000, async () => (await router.inFlight()).size === 0);
      over.abort();
    },
  );

  unless(harness, 'samples')(
    `counts requests, errors and latencies by revision, each once${why(harness, 'samples')}`,
    async () => {
      const { apply, url, a, b, router } = world();
      const replicas = [at(a.port, { id: 'w-0', revision: 3 }), at(b.port, { id: 'w-1', revision: 4 })];
      const only = (revision: number) => [{ revision, weight: 100 }];
      await router.samples();
      await apply({ deployments: { depl_web: { replicas, shares: only(3) } } });
      for (const path of ['/', '/status/404', '/status/500', '/status/503'])
        await ask(url(path), atHost('depl-web.localhost'));
      await apply({ deployments: { depl_web: { replicas, shares: only(4) } } });
      await ask(url('/'), atHost('depl-web.localhost'));
      const sums = new Map<number, { requests: number; errors: number; timed: number }>();
      await until('all are counted', 5_000, async () => {
        for (const { deploymentId, revision, requests, errors, latency } of await router.samples()) {
          expect(deploymentId).toBe('depl_web');
          const before = sums.get(revision) ?? { requests: 0, errors: 0, timed: 0 };
          const timed = latency.reduce((sum, count) => sum + count, 0);
          sums.set(revision, {
            requests: before.requests + requests,
            errors: before.errors + errors,
            timed: before.timed + timed,
          });
        }
        return (sums.get(4)?.requests ?? 0) > 0;
      });
      expect(sums).toEqual(
        new Map([
          [3, { requests: 4, errors: 2, timed: 4 }],
          [4, { requests: 1, errors: 0, timed: 1 }],
        ]),
      );
      expect(await router.samples()).toEqual([]);
    },
  );
}
