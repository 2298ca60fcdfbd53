import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { followEvents } from '../../src/api/client-events.ts';
import { createClient } from '../../src/api/client.ts';
import type { EventView } from '../../src/api/contract/deploy-schemas.ts';
import { testApi, type TestApi } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api[Symbol.asyncDispose]());

const save = (id: string, replicas = 1): Promise<{ position: number | undefined }> =>
  api.admin.call('saveDeployment', { body: { deployment: { id, definitionId: 'd', replicas } } });

/** The first so many events that the stream brings. */
async function take(count: number, after: number, deploymentId?: string): Promise<EventView[]> {
  const enough = new AbortController();
  const events: EventView[] = [];
  const signal = AbortSignal.any([enough.signal, AbortSignal.timeout(10_000)]);
  for await (const event of followEvents(api.admin, { after, deploymentId, signal })) {
    events.push(event);
    if (events.length === count) enough.abort();
  }
  return events;
}

describe('the log', () => {
  test('is read in pages, of one deployment too, and always gets on', async () => {
    const { admin, store } = api;
    const start = await store.head();
    for (const replicas of [1, 2, 3]) await save('paged', replicas);
    await save('between');
    const one = await admin.call('listEvents', { query: { after: start, limit: 2 } });
    expect(one.body.events.map(({ position }) => position)).toEqual([start + 1, start + 2]);
    expect(one.body.position).toBe(start + 2);
    const mine = await admin.call('listEvents', { query: { after: start, deploymentId: 'paged' } });
    expect(mine.body.events).toHaveLength(3);
    expect(mine.body.position).toBe(start + 4);
    const none = await admin.call('listEvents', { query: { after: start + 4 } });
    expect(none.body).toEqual({ events: [], position: start + 4 });
  });

  test('is searched by what it concerns, type, actor, request and time', async () => {
    const { admin, store } = api;
    const start = await store.head();
    await save('searched');
    await save('unsearched');
    await save('searched', 2);
    const ask = async (query: object): Promise<readonly number[]> =>
      (await admin.call('listEvents', { query: { after: start, ...query } })).body.events.map(
        (event) => event.position,
      );
    expect(await ask({ entity: 'searched' })).toEqual([start + 1, start + 3]);
    expect(await ask({ entity: 'searched', type: 'Replica*,Definition*' })).toEqual([]);
    expect(await ask({ type: 'Deployment*', until: String(start + 2) })).toEqual([start + 1, start + 2]);
    expect(await ask({ since: String(start + 2) })).toEqual([start + 3]);
    const [one] = (await admin.call('listEvents', { query: { after: start } })).body.events;
    expect(await ask({ correlationId: one?.correlationId })).toEqual([start + 1]);
    expect(await ask({ actor: one?.actor })).toEqual([start + 1, start + 2, start + 3]);
    expect(await ask({ actor: 'user/nobody' })).toEqual([]);
    expect(await ask({ since: '2020-01-01T00:00:00Z', until: one?.id })).toEqual([start + 1]);
    await expect(ask({ since: 'soon' })).rejects.toThrow('since: "soon" is no moment of the log');
    await expect(ask({ until: '99999' })).rejects.toThrow('until: position 99999 is in the future');
  });

  test.each(['after=-1', 'after=x', 'limit=0', 'limit=1001'])('refuses %s', async (query) => {
    expect((await api.send('GET', `/deploy-svc/events?${query}`, { token: api.adminToken })).status).toBe(400);
  });
});

describe('the stream', () => {
  test('brings what was and what comes, of one deployment when asked', async () => {
    const before = await api.store.head();
    await save('streamed', 1);
    const following = take(2, before, 'streamed');
    await save('other');
    await save('streamed', 2);
    const events = await following;
    expect(events.map(({ type, stream }) => [type, stream])).toEqual([
      ['DeploymentSaved', 'deployment/streamed'],
      ['DeploymentSaved', 'deployment/streamed'],
    ]);
    const { body } = await api.admin.call('listEvents', { query: { after: before, deploymentId: 'streamed' } });
    expect(events).toEqual(body.events);
  });

  test('goes on after Last-Event-ID, which is newer than the URL', async () => {
    const { position = 0 } = await save('resumed', 1);
    await save('resumed', 2);
    const gone = new AbortController();
    const response = await fetch(`${api.url}/deploy-svc/events?after=0`, {
      headers: { accept: 'text/event-stream', authorization: api.adminToken, 'last-event-id': String(position) },
      signal: gone.signal,
    });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes('"replicas":2')) break;
    }
    gone.abort();
    expect(text).toMatch(new RegExp(`^id: ?${position + 1}$`, 'm'));
    expect(text).not.toContain('"replicas":1');
  });

  test('brings only what is asked for, and ends where it is told to', async () => {
    const before = await api.store.head();
    for (const id of ['of-stream', 'not-of-stream', 'of-stream']) await save(id, id.length + (await api.store.head()));
    const query = { entity: 'of-stream', type: 'Deploy*', until: String(before + 3) };
    const events: EventView[] = [];
    const signal = AbortSignal.timeout(10_000);
    for await (const event of followEvents(api.admin, { after: before, query, signal })) events.push(event);
    expect(signal.aborted).toBe(false);
    expect(events.map(({ position }) => position)).toEqual([before + 1, before + 3]);
  });

  test('is for accounts: what each of them sees is in history-sight', async () => {
    const following = followEvents(api.anybody, { after: 0, signal: AbortSignal.timeout(10_000) });
    await expect(following.next()).rejects.toMatchObject({ status: 401 });
  });

  test('ends when the server closes, and closing waits for it no longer than that', async () => {
    const own = await testApi();
    const following = followEvents(own.admin, { after: 0, signal: AbortSignal.timeout(10_000) });
    expect((await following.next()).done).toBe(false);
    const started = performance.now();
    await own[Symbol.asyncDispose]();
    const rest: unknown[] = [];
    for await (const event of following) rest.push(event);
    expect(performance.now() - started).toBeLessThan(2_000);
    const late = createClient({ baseUrl: own.url }).call('healthz', {});
    await expect(late).rejects.toThrow(/no answer from .*ECONNREFUSED/);
  });
});
