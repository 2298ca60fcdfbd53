import { EventSourceParserStream } from 'eventsource-parser/stream';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { cloudEventPage, followCloudEvents } from '../../src/api/client-events.ts';
import type { CloudEvent } from '../../src/domain/cloud-event.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let start: number;
beforeAll(async () => {
  api = await testApi();
  start = await api.store.head();
  for (const replicas of [1, 2, 3]) {
    await api.admin.call('saveDeployment', { body: { deployment: { id: 'ce', definitionId: 'd', replicas } } });
  }
});
afterAll(() => api[Symbol.asyncDispose]());

const ask = (query: string, headers: Readonly<Record<string, string>> = {}): ReturnType<TestApi['send']> =>
  api.send('GET', `/deploy-svc/events?after=${start}&${query}`, { token: api.adminToken, headers });

test('a page comes as a batch by Accept and by format, with the same events as the other form', async () => {
  const plain = await ask('entity=ce');
  expect(plain.headers.get('content-type')).toContain('application/json');
  const { events, position } = plain.json as { events: { id: string; data: object }[]; position: number };
  const answers = [
    await ask('entity=ce', { accept: 'application/cloudevents-batch+json' }),
    await ask('entity=ce&format=cloudevents'),
  ];
  for (const { status, headers, text } of answers) {
    expect([status, headers.get('content-type')]).toEqual([200, 'application/cloudevents-batch+json']);
    expect(headers.get('x-log-position')).toBe(String(position));
    const batch = JSON.parse(text) as CloudEvent[];
    expect(batch.map(({ id, data }) => ({ id, data }))).toEqual(events.map(({ id, data }) => ({ id, data })));
    expect(batch[0]).toMatchObject({
      specversion: '1.0',
      source: 'urn:deploy-svc:installation:test-installation',
      type: 'io.deploy-svc.DeploymentSaved',
      subject: 'deployment/ce',
      position: String(start + 1),
      actor: 'user/1backend',
    });
  }
});

test('pages follow one another by the position in the header', async () => {
  const first = await cloudEventPage(api.admin, { after: start, limit: 2 });
  expect(first.events.map(({ position }) => position)).toEqual([String(start + 1), String(start + 2)]);
  const second = await cloudEventPage(api.admin, { after: first.position, limit: 2 });
  expect(second.events.map(({ position }) => position)).toEqual([String(start + 3)]);
});

test('the stream has them one by one, and goes on after Last-Event-ID', async () => {
  const enough = new AbortController();
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(10_000)]);
  const response = await fetch(`${api.url}/deploy-svc/events?format=cloudevents`, {
    headers: {
      accept: 'text/event-stream',
      authorization: `Bearer ${api.adminToken}`,
      'last-event-id': String(start + 1),
    },
    signal,
  });
  const messages = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  const seen: unknown[] = [];
  for await (const { id, event, data } of messages ?? []) {
    if (id === undefined) continue;
    const { specversion, position } = JSON.parse(data) as CloudEvent;
    seen.push({ id, event, specversion, position });
    if (seen.length === 2) break;
  }
  enough.abort();
  const expected = [start + 2, start + 3].map(String);
  expect(seen).toEqual(expected.map((id) => ({ id, event: 'DeploymentSaved', specversion: '1.0', position: id })));
});

test('the typed client follows them', async () => {
  const signal = AbortSignal.timeout(10_000);
  for await (const event of followCloudEvents(api.admin, { after: start, signal })) {
    expect(event.position).toBe(String(start + 1));
    break;
  }
});

test('without a token there are none in this form either', async () => {
  await expect(cloudEventPage(api.anybody, { limit: 1 })).rejects.toMatchObject({ status: 401 });
});

test.each(['format=avro', 'format=cloudevents&limit=0'])('refuses %s', async (query) => {
  const { status, headers } = await ask(query);
  expect([status, headers.get('content-type')]).toEqual([400, expect.stringContaining('application/json')]);
});
