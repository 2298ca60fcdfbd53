import { afterAll, beforeAll, expect, test } from 'vitest';

import { createClient } from '../../src/api/client.ts';
import { type TestService, testService } from '../support/service.ts';
import { until } from '../support/until.ts';
import { openReceiver, type Receiver } from '../webhooks/receiver.ts';

let service: TestService;
let receiver: Receiver;
let status = 204;
beforeAll(async () => {
  receiver = await openReceiver(() => status);
  service = await testService({ NODES: 'simulated://hooks-a', METRICS_TOKEN: 'webhook-metrics-token' });
}, 60_000);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

test('oo webhook: from the save to the delivery by the product itself', async () => {
  const wanted = ['--url', receiver.url, '--type', 'Route*', 'Node*', '--new-secret'];
  const saved = await service.tryOo('webhook', 'save', 'pager', ...wanted);
  expect([saved.code, saved.stderr]).toEqual([0, '']);
  expect(saved.stdout).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
  expect(await service.oo('webhook', 'test', 'pager')).toMatch(/^taken: HTTP 204 in \d+ ms\n$/);
  expect(receiver.all.map(({ event }) => event.type)).toEqual(['io.deploy-svc.WebhookTest']);

  const { body } = await createClient({ baseUrl: service.url }).call('login', {
    body: { slug: '1backend', password: 'changeme' },
  });
  const client = createClient({ baseUrl: service.url, token: body.token.token });
  await client.call('saveRoutes', { body: { routes: [{ id: 'a.example', target: 'http://10.0.0.1' }] } });
  await until('it has come', 20_000, async () => receiver.taken.length > 1);
  expect(receiver.all.at(-1)?.event).toMatchObject({ type: 'io.deploy-svc.RouteSaved', subject: 'route/a.example' });

  const [list, deliveries, missing, both] = await Promise.all([
    service.oo('webhook', 'list', '--columns', 'webhook-id,events,status'),
    service.oo('webhook', 'deliveries', 'pager', '--columns', 'type,answer,error'),
    service.tryOo('webhook', 'test', 'nobody'),
    service.tryOo('webhook', 'save', 'x', '--url', receiver.url, '--new-secret', '--secret-file', '-'),
  ]);
  expect(list).toBe('WEBHOOK ID   EVENTS         STATUS\npager        Route*,Node*   delivering\n');
  expect(deliveries).toMatch(/^TYPE +ANSWER +ERROR\nRouteSaved +HTTP 204 *\n$/);
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('webhook nobody does not exist')]);
  expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('exclude each other')]);
  // A webhook says how it stands to whoever watches over the installation.
  const metrics = await fetch(`${service.url}/metrics`, { headers: { authorization: 'Bearer webhook-metrics-token' } });
  const text = await metrics.text();
  expect(text).toContain('deploy_svc_webhooks{status="delivering"} 1');
  expect(text).toMatch(/deploy_svc_webhook_lag_events\{webhook="pager"\} \d+/);
  expect(text).toContain('deploy_svc_webhook_attempts_total{outcome="taken"} 1');
});

test('a secret comes from a file or standard input, and a test that is not taken exits with 1', async () => {
  const { shell } = service;
  const secret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const read = await shell.oo(
    ['webhook', 'save', 'piped', '--url', receiver.url, '--of', 'x', '--secret-file', '-'],
    `${secret}\n`,
  );
  expect(read).toEqual({ code: 0, stdout: '', stderr: '' });
  status = 500;
  const [failed, wrong] = await Promise.all([
    service.tryOo('webhook', 'test', 'piped'),
    shell.oo(['webhook', 'save', 'piped', '--url', receiver.url, '--secret-file', '-'], 'hunter2'),
  ]);
  expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('piped did not take the event: HTTP 500')]);
  expect(wrong.code).not.toBe(0);
  expect(wrong.stderr).toContain('is no secret of a webhook (it is not shown here)');
  expect(wrong.stderr).not.toContain('hunter2');
  expect(await service.oo('webhook', 'remove', 'piped')).toBe('');
});
