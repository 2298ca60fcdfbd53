import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { OPERATIONS } from '../../src/api/contract/operations.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

/** Asks as a browser does that has it already: `fetch` here would say that it wants no answer from a cache. */
async function having(path: string, tag: string): Promise<object> {
  const asked = get(new URL(path, api.url), { headers: { 'if-none-match': tag } });
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const { length } = await text(response);
  return { status: response.statusCode, length, etag: response.headers.etag };
}

const JSON_PATHS = ['/openapi.json', '/schemas', '/schemas/deployment.json', '/schemas/config.json'] as const;

describe.each(JSON_PATHS)('%s', (path) => {
  test('is answered to anybody, as JSON', async () => {
    const { status, headers, json } = await api.send('GET', path);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(json).toBeTypeOf('object');
  });

  test('is not sent again to who has it', async () => {
    const first = await api.send('GET', path);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    expect(await having(path, tag)).toEqual({ status: 304, length: 0, etag: tag });
    const other = await api.send('GET', path, { headers: { 'if-none-match': '"another"' } });
    expect([other.status, other.text]).toEqual([200, first.text]);
  });
});

test('the document is the one of this server, whole', async () => {
  const { json } = await api.send('GET', '/openapi.json');
  const { openapi, paths } = json as { openapi: string; paths: Readonly<Record<string, object>> };
  expect(openapi).toBe('3.1.1');
  expect(Object.values(paths).flatMap((item) => Object.keys(item))).toHaveLength(Object.keys(OPERATIONS).length);
});

test('the index leads to every schema', async () => {
  const { json } = await api.send('GET', '/schemas');
  const { schemas } = json as { schemas: readonly { kind: string; url: string; description: string }[] };
  expect(schemas.map(({ kind }) => kind)).toEqual(['deployment', 'definition', 'secret', 'config']);
  for (const { kind, url, description } of schemas) {
    const schema = await api.send('GET', url);
    expect(schema.json).toMatchObject({ title: `oo ${kind} save`, description });
  }
});

test.each([
  ['/schemas/deploymnt.json', 'there is /schemas/deployment.json'],
  ['/schemas/deployment', 'there is /schemas/deployment.json'],
  ['/schemas/zzzzzzzzz.json', 'there is /schemas/deployment.json, /schemas/definition.json'],
  ['/schemas/__proto__', 'there is no schema __proto__'],
])('%s does not exist: %s', async (path, words) => {
  const { status, json } = await api.send('GET', path);
  expect(status).toBe(404);
  expect((json as { error: string }).error).toContain(words);
});

describe('/docs', () => {
  test('names no address but our own, and runs no script but files', async () => {
    const { status, headers, text: page } = await api.send('GET', '/docs');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page).not.toMatch(/https?:|\bon\w+=|style=/);
    expect(
      [...page.matchAll(/<script([^>]*)>([^<]*)</g)].map(([, attributes, inside]) => [attributes, inside]),
    ).toEqual([
      [' src="/docs/swagger-ui-bundle.js"', ''],
      [' src="/docs/start.js"', ''],
    ]);
  });

  test('each file that it names is answered, with its type and without the internet', async () => {
    const { text: page } = await api.send('GET', '/docs');
    const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
    const answers = await Promise.all(named.map((url) => api.send('GET', url)));
    expect(named.map((url, at) => [url, answers[at]?.status, answers[at]?.headers.get('content-type')])).toEqual([
      ['/docs/favicon-32x32.png', 200, 'image/png'],
      ['/docs/swagger-ui.css', 200, 'text/css; charset=utf-8'],
      ['/openapi.json', 200, 'application/json; charset=utf-8'],
      ['/docs/swagger-ui-bundle.js', 200, 'text/javascript; charset=utf-8'],
      ['/docs/start.js', 200, 'text/javascript; charset=utf-8'],
    ]);
    const [, style, , bundle, start] = answers;
    expect(bundle?.text).toContain('SwaggerUIBundle');
    // The policy lets no style be written into the page: the viewer must not try.
    expect(bundle?.text).not.toMatch(/createElement\("style"\)|setAttribute\("style"/);
    expect(start?.text).toContain("url: '/openapi.json'");
    // What the style loads is in it.
    for (const [, url] of (style?.text ?? '').matchAll(/url\(["']?([^"')]*)/g)) expect(url).toMatch(/^data:/);
  });

  test('may do what it needs and no more; other paths keep their policy', async () => {
    const policy = async (path: string): Promise<string> =>
      (await api.send('GET', path)).headers.get('content-security-policy') ?? '';
    const own = await policy('/docs');
    expect(own.split('; ').toSorted()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self'",
    ]);
    for (const path of ['/openapi.json', '/healthz', '/nowhere']) expect(await policy(path)).not.toBe(own);
  });

  test('nothing else of the package is answered', async () => {
    for (const path of [
      'package.json',
      'index.html',
      'swagger-ui.js',
      '..%2fpackage.json',
      '%2e%2e/zod/package.json',
    ]) {
      expect((await api.send('GET', `/docs/${path}`)).status).toBe(404);
    }
  });

  test('the viewer is not sent again to who has it', async () => {
    const { headers } = await api.send('GET', '/docs/swagger-ui-bundle.js');
    const etag = headers.get('etag') ?? '';
    expect(await having('/docs/swagger-ui-bundle.js', etag)).toEqual({ status: 304, length: 0, etag });
  });
});
