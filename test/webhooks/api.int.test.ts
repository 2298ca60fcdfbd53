import { afterAll, beforeAll, expect, test } from 'vitest';

import { webhookSecretOf } from '../../src/domain/webhook/secret.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { openReceiver } from './receiver.ts';

const SECRET = webhookSecretOf(Buffer.alloc(32, 3));

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const save = (id: string, body: object) =>
  api.admin.call('saveWebhook', { params: { id }, body: { url: 'https://x.example/', ...body } });

test('saved, changed, listed and removed; each is an event, and what changes nothing is none', async () => {
  const first = await save('a', { secret: SECRET, filter: { type: 'Node*' } });
  expect(first.body).toMatchObject({
    id: 'a',
    url: 'https://x.example/',
    filter: { type: 'Node*' },
    status: 'delivering',
    position: first.position,
    lag: 0,
    fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
  });
  expect((await save('a', { filter: { type: 'Node*' } })).position).toBeUndefined();
  expect((await save('a', { secret: SECRET, filter: { type: 'Node*' } })).position).toBeUndefined();
  const changed = await save('a', { enabled: false });
  expect(changed.body).toMatchObject({ filter: {}, status: 'disabled', fingerprint: first.body.fingerprint });
  expect((await api.admin.call('removeWebhook', { params: { id: 'a' } })).position).toBeDefined();
  expect((await api.admin.call('removeWebhook', { params: { id: 'a' } })).position).toBeUndefined();
  const { events } = (await api.admin.call('listEvents', { query: { entity: 'a' } })).body;
  expect(events.map(({ type, stream, actor }) => [type, stream, actor])).toEqual([
    ['WebhookSaved', 'webhook/a', 'user/1backend'],
    ['WebhookSaved', 'webhook/a', 'user/1backend'],
    ['WebhookRemoved', 'webhook/a', 'user/1backend'],
  ]);
});

test('a test is one signed event that is not of the log, and says what came of it', async () => {
  await using receiver = await openReceiver((index) => [204, 410, 500][index] ?? 204);
  await save('t', { url: receiver.url, secret: SECRET, enabled: false });
  const head = await api.store.head();
  const tried = async (): Promise<unknown> => (await api.admin.call('testWebhook', { params: { id: 't' } })).body;
  expect(await tried()).toMatchObject({ delivered: true, status: 204 });
  expect(await tried()).toMatchObject({
    delivered: false,
    status: 410,
    error: expect.stringContaining('disable') as string,
  });
  expect(await tried()).toMatchObject({ delivered: false, status: 500, error: 'HTTP 500' });
  expect(receiver.all[0]?.event).toMatchObject({ type: 'io.deploy-svc.WebhookTest', subject: 'webhook/t' });
  expect(receiver.all[0]?.headers['webhook-signature']).toMatch(/^v1,/);
  expect(await api.store.head()).toBe(head);
});

test.each<[string, object, RegExp]>([
  ['a new one without a secret', {}, /secret: is required: the webhook is new \(whsec_/],
  ['an address of metadata', { url: 'http://169.254.169.254/', secret: SECRET }, /url: 169.254.169.254 is an address/],
  ['several mistakes at once', { url: 'x', filter: { type: 'No' } }, /url: .*; filter.type: /],
])('%s is refused', async (_, body, message) => {
  await expect(save('refused', body)).rejects.toMatchObject({ status: 400 });
  await expect(save('refused', body)).rejects.toThrow(message);
});

test('what is not there cannot be tested or looked at', async () => {
  for (const name of ['testWebhook', 'webhookDeliveries'] as const) {
    await expect(api.admin.call(name, { params: { id: 'none' } })).rejects.toMatchObject({ status: 404 });
  }
});

test('there are a hundred at most', async () => {
  const { webhooks } = (await api.admin.call('listWebhooks', {})).body;
  const data = { url: 'https://x.example/', filter: {}, secret: { version: 1, fingerprint: 'f' }, enabled: false };
  const many = Array.from({ length: 100 - webhooks.length }, (_, n) => `many-${n}`);
  await api.store.append({
    context: { actor: 'user/test', correlationId: 'test' },
    appends: many.map((id) => ({
      stream: `webhook/${id}`,
      expectedVersion: 0,
      events: [{ type: 'WebhookSaved', data: { webhookId: id, ...data } }],
    })),
  });
  await expect(save('one-more', { secret: SECRET })).rejects.toMatchObject({ status: 409 });
  await expect(save('many-9', { secret: SECRET, enabled: false })).resolves.toMatchObject({ status: 200 });
});
