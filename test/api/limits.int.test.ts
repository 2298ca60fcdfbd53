import { request } from 'node:http';
import { Readable } from 'node:stream';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { testApi, type TestApi } from '../support/api.ts';
import { answerIn, rawConnection } from '../support/raw-http.ts';

const MAX = 8_192;
let api: TestApi;
beforeAll(async () => {
  api = await testApi({ limits: { maxBodyBytes: MAX, maxInFlight: 3, maxStreams: 2 }, requestTimeoutMs: 1_000 });
});
afterAll(() => api[Symbol.asyncDispose]());

const echo = (body: string | Uint8Array<ArrayBuffer>, headers = {}): ReturnType<TestApi['send']> =>
  api.send('POST', '/registry-svc/echo', { body, headers });

/** Sends the body in chunks, without saying how long it is. */
function echoChunked(
  chunks: Iterable<string | Uint8Array>,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; json: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${api.url}/registry-svc/echo`, { method: 'POST', headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(parts).toString()) }),
      );
      response.on('error', reject);
    });
    asked.on('error', reject);
    Readable.from(chunks).pipe(asked);
  });
}

const limit = `at most ${MAX} are taken (MAX_BODY_BYTES)`;
const text = (length: number): string => JSON.stringify('x'.repeat(length - 2));

describe('the size of a body', () => {
  test('is taken up to the limit and refused with both numbers from there', async () => {
    expect((await echo(text(MAX))).status).toBe(200);
    const answer = await echo(text(MAX + 1));
    expect([answer.status, answer.json]).toMatchObject([413, { error: `the body has ${MAX + 1} bytes; ${limit}` }]);
    expect(answer.reason).toBe(`the body has ${MAX + 1} bytes; ${limit}`);
  });

  test('counts also when nobody says it', async () => {
    expect((await echoChunked(['"', 'x'.repeat(MAX - 2), '"'])).status).toBe(200);
    expect(await echoChunked(['"', 'x'.repeat(MAX - 1), '"'])).toMatchObject({
      status: 413,
      json: { error: `the body has more than ${MAX} bytes; ${limit}` },
    });
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ] as const)('counts unpacked (%s)', async (encoding, pack) => {
    const headers = { 'content-encoding': encoding };
    expect((await echo(Uint8Array.from(pack(text(MAX))), headers)).json).toBe('x'.repeat(MAX - 2));
    const error = `the body has more than ${MAX} bytes unpacked; ${limit}`;
    for (const length of [MAX + 1, 50_000_000]) {
      const packed = pack(text(length)).subarray(0, MAX);
      expect(await echoChunked([packed], headers)).toMatchObject({ status: 413, json: { error } });
    }
  });

  test('is told before the body has ended: one without end is cut off', async () => {
    await using connection = await rawConnection(api.url);
    connection.write('POST /registry-svc/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let chunk = 0; chunk < 3; chunk += 1) connection.write(`1000\r\n${'x'.repeat(4_096)}\r\n`);
    const { status, json } = answerIn(await connection.until(/}$/));
    expect([status, json]).toMatchObject([413, { error: expect.stringContaining(`more than ${MAX} bytes`) }]);
    // It is never completed: the time-out of requests ends the connection, and nothing is added to the answer.
    expect(answerIn(await connection.closed()).json).toEqual(json);
  });

  test.each([
    ['zstd', 'x', 415, 'the content-encoding of the body is none of gzip, br, deflate and identity'],
    ['gzip', 'x', 400, 'the body is not what its content-encoding says'],
    ['gzip', gzipSync(text(500)).subarray(0, 20), 400, 'the body is not what its content-encoding says'],
  ])('packed as %s, it has to be that', async (encoding, body, status, error) => {
    const bytes = typeof body === 'string' ? body : Uint8Array.from(body);
    const answer = await echo(bytes, { 'content-encoding': encoding });
    expect([answer.status, answer.json]).toMatchObject([status, { error }]);
  });
});

describe('lists and numbers', () => {
  const many = Array.from({ length: 1_001 }, () => 'x');
  const ask = (method: string, path: string, body?: object): ReturnType<TestApi['send']> =>
    api.send(method, path, { token: api.adminToken, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

  test.each([
    ['POST', '/registry-svc/nodes', { ids: many }, 'ids: has 1001 elements; at most 1000 are taken'],
    ['POST', '/secret-svc/secrets', { ids: many }, 'ids: has 1001 elements; at most 1000 are taken'],
    ['DELETE', '/secret-svc/secrets', { ids: many }, 'ids: has 1001 elements; at most 1000 are taken'],
    ['POST', '/user-svc/apps', { host: many }, 'host: has 1001 elements; at most 1000 are taken'],
    ['POST', '/config-svc/configs', { appHost: 'x', ids: many }, 'ids: has 1001 elements; at most 1000 are taken'],
    ['POST', '/config-svc/versions', { appHost: 'x', limit: 101 }, 'limit: Too big: expected number to be <=100'],
    ['GET', '/deploy-svc/events?limit=1001', undefined, 'limit: Too big: expected number to be <=1000'],
  ])('%s %s takes so many', async (method, path, body, error) => {
    const answer = await ask(method, path, body);
    expect([answer.status, answer.json]).toMatchObject([400, { error: expect.stringContaining(error) }]);
  });
});

describe('a request that is late', () => {
  test.each([
    ['with its body', 'POST /registry-svc/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"a"'],
    ['from its first byte on', ''],
    ['with its headers', 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ])('%s is answered with 408, and its connection closed', async (_, start) => {
    await using connection = await rawConnection(api.url);
    connection.write(start);
    const { status, reason, headers, json } = answerIn(await connection.closed());
    expect([status, reason]).toEqual([408, 'the request was not complete within 1 s']);
    expect(json).toEqual({ error: reason, correlationId: headers['x-correlation-id'] });
    expect(headers).toMatchObject({ 'content-type': 'application/json', connection: 'close' });
  });

  test('keeps nobody else out, however many there are', async () => {
    await using stack = new AsyncDisposableStack();
    for (let index = 0; index < 20; index += 1) {
      const connection = stack.use(await rawConnection(api.url));
      connection.write('POST /registry-svc/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{');
    }
    expect((await echo('1')).status).toBe(200);
  });
});

describe('what is no request', () => {
  test.each([
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(40_000)}\r\n\r\n`,
      431,
      'the headers have more than 16384 bytes',
    ],
    ['a method that is none', 'FROB / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'the request is not HTTP/1.1'],
    ['a line that is none', '\u0000\u0001\r\n\r\n', 400, 'the request is not HTTP/1.1'],
  ])('is refused as every other failure is: %s', async (_, sent, status, error) => {
    await using connection = await rawConnection(api.url);
    connection.write(sent);
    const answer = answerIn(await connection.closed());
    expect([answer.status, answer.json]).toMatchObject([status, { error: expect.stringContaining(error) }]);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  test('an address that is longer than any that means something', async () => {
    const answer = await api.send('GET', `/registry-svc/echo?a=${'x'.repeat(8_192)}`);
    expect([answer.status, answer.json]).toMatchObject([
      414,
      { error: 'the address has 8213 characters; at most 8192 are taken' },
    ]);
  });
});

describe('at the same time', () => {
  /** Holds every handler that asks the database for the list of accounts, until it is let go. */
  async function hold(): Promise<AsyncDisposable> {
    const gate = await api.database.connect('gate');
    await gate.query('begin; lock table apps in access exclusive mode');
    return { [Symbol.asyncDispose]: () => gate.end() };
  }
  const waiting = `select count(*)::int as n from pg_locks where not granted and relation = 'apps'::regclass`;
  const apps = (): ReturnType<TestApi['send']> => api.send('POST', '/user-svc/apps', { token: api.adminToken });

  test('so many requests are worked on, and the others told to come back; health is always answered', async () => {
    const look = await api.database.connect('look');
    const held: Promise<{ status: number }>[] = [];
    {
      await using _gate = await hold();
      held.push(apps(), apps(), apps());
      await expect.poll(async () => (await look.query<{ n: number }>(waiting)).rows[0]?.n, { timeout: 10_000 }).toBe(3);
      const refused = await echo('1');
      expect([refused.status, refused.json]).toMatchObject([
        429,
        { error: 'the process works on 3 requests, its MAX_IN_FLIGHT; try again in 1 s' },
      ]);
      expect(refused.headers.get('retry-after')).toBe('1');
      for (const path of ['/healthz', '/readyz']) expect((await api.send('GET', path)).status).toBe(200);
    }
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await echo('1')).status).toBe(200);
    await look.end();
  });

  test('streams count apart, and give their places back', async () => {
    const open = async (): Promise<Response & { stop: () => void }> => {
      const stop = new AbortController();
      const headers = { accept: 'text/event-stream', authorization: `Bearer ${api.adminToken}` };
      const response = await fetch(`${api.url}/deploy-svc/events`, { headers, signal: stop.signal });
      return Object.assign(response, { stop: () => stop.abort() });
    };
    const [one, two] = [await open(), await open()];
    expect([one.status, two.status]).toEqual([200, 200]);
    const third = await open();
    expect([third.status, third.headers.get('retry-after'), await third.json()]).toMatchObject([
      429,
      '1',
      { error: 'the process has 2 answers open, its MAX_STREAMS; try again in 1 s' },
    ]);
    // All three places for requests are free.
    const statuses = await Promise.all([echo('1'), echo('1'), echo('1')]);
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
    one.stop();
    await expect
      .poll(
        async () => {
          const again = await open();
          if (again.status === 200) again.stop();
          else await again.text();
          return again.status;
        },
        { timeout: 10_000 },
      )
      .toBe(200);
    two.stop();
  });
});
