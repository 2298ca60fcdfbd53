import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';

import type { CloudEvent } from '../../src/domain/cloud-event.ts';
import { webhookSecretOf } from '../../src/domain/webhook/secret.ts';
import { guardedLookup, isRefused, RefusedAddress } from '../../src/webhooks/address.ts';
import { openPostman, type Outcome, type PostmanOptions } from '../../src/webhooks/post.ts';
import { type Answer, openReceiver } from './receiver.ts';

const [OLD, NEW] = [1, 2].map((byte) => webhookSecretOf(Buffer.alloc(32, byte)));
const EVENT: CloudEvent = {
  specversion: '1.0',
  id: '0198c7aa-1111-7777-8888-123456789abc',
  source: 'urn:deploy-svc:installation:i',
  type: 'io.deploy-svc.NodeLost',
  time: '2026-11-23T03:12:00.000Z',
  datacontenttype: 'application/json',
  data: { text: 'ünïcödé' },
};

async function send(
  url: string,
  options: Partial<PostmanOptions> = {},
  signal = new AbortController().signal,
): Promise<Outcome> {
  using postman = openPostman({ linkLocal: false, ...options });
  return await postman.send({ url, event: EVENT, secrets: [NEW ?? '', OLD ?? ''] }, signal);
}

test('a letter is a CloudEvent in structured mode, signed with both secrets', async () => {
  await using receiver = await openReceiver();
  expect(await send(receiver.url)).toMatchObject({ kind: 'taken', status: 204 });
  const [received] = receiver.all;
  const { headers = {}, body = '' } = received ?? {};
  expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
  expect(headers['user-agent']).toMatch(/^deploy-svc\/\d/);
  expect(headers['webhook-id']).toBe(EVENT.id);
  for (const secret of [OLD, NEW]) {
    expect(new Webhook(secret ?? '').verify(body, headers as Record<string, string>)).toEqual(EVENT);
  }
});

test.each<[string, Answer, object]>([
  ['a refusal', 503, { kind: 'refused', status: 503, error: 'HTTP 503' }],
  ['Gone', 410, { kind: 'gone', status: 410 }],
  [
    'a wish to wait',
    (response) => response.writeHead(429, { 'retry-after': '7' }).end('later'),
    { kind: 'refused', status: 429, retryAfterMs: 7_000 },
  ],
  [
    'a broken connection',
    (response) => response.destroy(),
    { kind: 'failed', error: expect.stringMatching(/hang up|ECONNRESET/) },
  ],
  ['silence', 'never', { kind: 'failed', error: 'no answer within 200 ms' }],
  [
    'an answer that never ends',
    (response) => void response.writeHead(200).write('x'),
    { kind: 'failed', error: 'no answer within 200 ms' },
  ],
])('%s is told as what it is', async (_, answer, outcome) => {
  await using receiver = await openReceiver(() => answer);
  expect(await send(receiver.url, { answerMs: 200 })).toMatchObject(outcome);
});

test('a redirect is not followed', async () => {
  await using elsewhere = await openReceiver();
  await using receiver = await openReceiver(() => (response) => {
    response.writeHead(307, { location: elsewhere.url }).end();
  });
  expect(await send(receiver.url)).toMatchObject({
    kind: 'refused',
    status: 307,
    error: 'HTTP 307, a redirect, which is not followed',
  });
  expect(elsewhere.all).toEqual([]);
});

test('whoever is not there is an outcome, and so is an end', async () => {
  const { url } = await openReceiver().then(async (receiver) => {
    await receiver[Symbol.asyncDispose]();
    return receiver;
  });
  expect(await send(url)).toMatchObject({ kind: 'failed', error: expect.stringContaining('ECONNREFUSED') });
  await using silent = await openReceiver(() => 'never');
  expect(await send(silent.url, {}, AbortSignal.timeout(100))).toMatchObject({ kind: 'failed' });
});

test.each([
  'http://169.254.169.254/latest/meta-data',
  'http://2852039166/',
  'http://[fe80::1]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://100.100.100.200/',
])('nothing is sent to %s', async (url) => {
  const outcome = await send(url, { answerMs: 500 });
  expect(outcome).toMatchObject({ kind: 'failed', error: expect.stringContaining('WEBHOOK_LINK_LOCAL=true') });
});

test('a name that leads there is refused where it is looked up; other names lead where they lead', async () => {
  const looked = (host: string, all: boolean): Promise<unknown> =>
    new Promise((resolve) => guardedLookup(host, { all }, (error, address) => resolve(error ?? address)));
  expect(await looked('169.254.169.254', true)).toBeInstanceOf(RefusedAddress);
  expect(await looked('169.254.169.254', false)).toBeInstanceOf(RefusedAddress);
  expect(await looked('127.0.0.1', true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
  expect(await looked('127.0.0.1', false)).toBe('127.0.0.1');
  expect(['10.0.0.1', '127.0.0.1', '::1', '192.168.1.1', 'fd12::1', 'localhost'].some(isRefused)).toBe(false);
  await using receiver = await openReceiver();
  expect(await send(receiver.url.replace('127.0.0.1', 'localhost'))).toMatchObject({ kind: 'taken' });
});
