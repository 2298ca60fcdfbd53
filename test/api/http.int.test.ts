import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

describe('bodies', () => {
  const put = (body: string | Uint8Array<ArrayBuffer>, headers = {}): ReturnType<TestApi['send']> =>
    api.send('PUT', '/deploy-svc/deployment', { token: api.adminToken, body, headers });

  test('that are no JSON, or about nothing, are refused', async () => {
    const [broken, empty] = [await put('{"deployment":'), await put('{}')];
    expect([broken.status, broken.json]).toMatchObject([400, { error: 'Invalid JSON' }]);
    expect(broken.reason).toBe('Invalid JSON');
    expect([empty.status, empty.json]).toMatchObject([
      400,
      { error: 'deployment: is missing (the body is {"deployment": {...}})' },
    ]);
  });

  test('may be compressed, up to 1 MiB when unpacked', async () => {
    const small = JSON.stringify({ deployment: { id: 'zipped', definitionId: 'd' } });
    expect((await put(gzipSync(small), { 'content-encoding': 'gzip' })).status).toBe(200);
    const bomb = gzipSync(JSON.stringify({ deployment: { id: 'bomb', definitionId: 'd', name: 'x'.repeat(2 ** 21) } }));
    expect(bomb.length).toBeLessThan(2 ** 14);
    const [unpacked, plain] = [await put(bomb, { 'content-encoding': 'gzip' }), await put('x'.repeat(2 ** 20 + 1))];
    const limit = 'at most 1048576 are taken (MAX_BODY_BYTES)';
    expect([unpacked.status, unpacked.json]).toMatchObject([
      413,
      { error: `the body has more than 1048576 bytes unpacked; ${limit}` },
    ]);
    expect([plain.status, plain.json]).toMatchObject([413, { error: `the body has 1048577 bytes; ${limit}` }]);
  });

  test('that are nested without end, or hold what no text may hold, are refused and break nothing', async () => {
    const deep = `{"deployment":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect((await put(deep)).status).toBe(400);
    const nul = await put(
      '{"deployment":{"id":"n","definitionId":"d","name":"a\\u0000b","envars":{"a\\u0000":"\\ud800"}}}',
    );
    expect(nul.json).toMatchObject({
      problems: [{ field: 'name' }, { field: 'envars.a\0' }, { field: 'envars.a\0' }, { field: 'envars.a\0' }],
    });
    const login = await api.send('POST', '/user-svc/login', { body: '{"slug":"a\\u0000","password":"b"}' });
    expect(login.status).toBe(400);
    expect(api.errors).toEqual([]);
  });

  test('full of mistakes get an answer that can be read', async () => {
    const answer = await put(
      JSON.stringify({ deployment: { definitionId: 'd', targetRegions: Array.from({ length: 9_999 }, () => 1) } }),
    );
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(20_000);
  });
});

describe('paths', () => {
  test('with an escape that is none, or with NUL, are refused', async () => {
    const [bad, nul] = [
      await api.send('DELETE', '/registry-svc/node/%E0%A4%A', { token: api.adminToken }),
      await api.send('DELETE', '/registry-svc/definition/a%00b', { token: api.adminToken }),
    ];
    expect([bad.status, bad.json]).toMatchObject([400, { error: 'Invalid URL' }]);
    expect(nul.status).toBe(400);
    expect(api.errors).toEqual([]);
  });
});

describe('headers', () => {
  test('let pages of every origin call', async () => {
    const answer = await api.send('OPTIONS', '/deploy-svc/deployment', { headers: { origin: 'http://page.example' } });
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://page.example');
    expect(answer.headers.get('access-control-allow-methods')).toBe('POST, GET, OPTIONS, PUT, DELETE');
    expect(answer.headers.get('access-control-allow-headers')).toContain('X-Content-Encrypted');
    expect(answer.headers.get('access-control-allow-credentials')).toBe('false');
    expect(answer.headers.get('vary')).toBe('Origin');
  });

  test('tell browsers to take an answer for nothing but what it is, whatever the answer', async () => {
    for (const path of ['/healthz', '/nowhere', '/deploy-svc/workers', '/registry-svc/node/%E0%A4%A']) {
      const { headers } = await api.send('GET', path, { headers: { origin: 'http://page.example' } });
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': expect.stringContaining('max-age='),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'access-control-allow-origin': 'http://page.example',
        'access-control-allow-credentials': 'false',
        'content-type': expect.stringMatching(/^application\/json/),
      });
      expect(headers.has('x-powered-by') || headers.has('server')).toBe(false);
    }
  });

  test('a token may come without Bearer', async () => {
    const answer = await api.send('GET', '/registry-svc/definitions', { headers: { authorization: api.adminToken } });
    expect(answer.status).toBe(200);
  });

  test('a correlation id that is none is replaced; an error tells it', async () => {
    const answer = await api.send('GET', '/nowhere', { headers: { 'x-correlation-id': 'no good' } });
    const id = answer.headers.get('x-correlation-id');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect([answer.status, answer.json]).toEqual([404, { error: 'there is no GET /nowhere', correlationId: id }]);
  });

  test('an idempotency key that is none is refused', async () => {
    const answer = await api.send('DELETE', '/deploy-svc/deployment', {
      token: api.adminToken,
      body: '{"deploymentId":"x"}',
      headers: { 'idempotency-key': 'a b' },
    });
    expect(answer.status).toBe(400);
  });
});

describe('the process', () => {
  test('lives, and is ready while its checks pass', async () => {
    expect((await api.anybody.call('healthz', {})).body).toEqual({ status: 'ok' });
    expect((await api.anybody.call('readyz', {})).body).toEqual({ status: 'ok', checks: { database: 'ok' } });
  });
});

test.each([
  ['GET', '?a=1&b=x?app-host=&help=false', undefined, { a: '1', b: 'x', help: 'false' }],
  ['POST', '', '{"deep":[1,{"a":null}]}', { deep: [1, { a: null }] }],
  ['PUT', '', '[1,2]', [1, 2]],
  ['POST', '', 'null', {}],
])('echo %s%s %s', async (method, query, body, expected) => {
  const answer = await api.send(method, `/registry-svc/echo${query}`, body === undefined ? {} : { body });
  expect([answer.status, answer.json]).toEqual([200, expected]);
});
