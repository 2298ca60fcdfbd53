import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { expect, test } from 'vitest';

import { createClient } from './client.ts';

/** Every module that is loaded with this one: files by path, packages by name. */
async function loadedWith(path: string, seen = new Set<string>()): Promise<ReadonlySet<string>> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = await readFile(path, 'utf8');
  for (const [, names = ''] of text.matchAll(/^(?:import|export) (?!type )[^;]*?'([^']+)';$/gm)) {
    if (names.startsWith('.')) await loadedWith(resolve(dirname(path), names), seen);
    else seen.add(names);
  }
  return seen;
}

test('the client loads no schema and no server: a command line starts with it', async () => {
  const files = await loadedWith(resolve(import.meta.dirname, 'client.ts'));
  expect([...files].map((file) => file.replace(`${import.meta.dirname}/`, ''))).toEqual([
    'client.ts',
    'client-error.ts',
    'contract/operations.ts',
  ]);
});

test('parameters and queries are written so that they come back as they were', () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:11337/', token: 't' });
  const node = client.request('deleteNode', { params: { url: 'tcp://a:1/?x#y' } });
  expect([node.method, node.url]).toEqual([
    'DELETE',
    'http://127.0.0.1:11337/registry-svc/node/tcp%3A%2F%2Fa%3A1%2F%3Fx%23y',
  ]);
  const events = client.request('listEvents', { query: { after: 3, limit: undefined, deploymentId: 'a b&c' } });
  expect(events.url).toBe('http://127.0.0.1:11337/deploy-svc/events?after=3&deploymentId=a+b%26c');
  expect(events.headers.get('authorization')).toBe('Bearer t');
  expect(events.headers.get('content-type')).toBeNull();
});

test.each([
  [
    '{"error":"no such thing","problems":[{"field":"a","message":"b"}]}',
    { message: 'no such thing', problems: [{ field: 'a', message: 'b' }] },
  ],
  ['<html>Bad Gateway</html>', { message: '<html>Bad Gateway</html>', problems: [] }],
  ['', { message: '502 Bad Gateway', problems: [] }],
])('an answer %j is told as it is', async (body, expected) => {
  const fetch = async (): Promise<Response> =>
    new Response(body, { status: 502, statusText: 'Bad Gateway', headers: { 'retry-after': '7' } });
  const call = createClient({ baseUrl: 'http://127.0.0.1', fetch }).call('publicKey', {});
  await expect(call).rejects.toMatchObject({ ...expected, status: 502, retryAfterSeconds: 7 });
});
