import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Instance } from '../../src/api/contract/registry-schemas.ts';
import type { Client } from '../../src/api/client.ts';
import { systemClock } from '../../src/clock.ts';
import { createLogger } from '../../src/logger.ts';
import { instanceBeats } from '../../src/services/registry/instance-beats.ts';
import { watchSilence } from '../../src/services/registry/watch-silence.ts';
import { testApi, type TestApi } from '../support/api.ts';
import { until } from '../support/until.ts';

let api: TestApi;
let service: Client;
const url = 'http://10.0.0.7:9000';

beforeAll(async () => {
  api = await testApi();
  service = await api.register('beating');
});
afterAll(() => api[Symbol.asyncDispose]());

const beat = async (): Promise<void> => void (await service.call('registerInstance', { body: { url } }));
const own = async (): Promise<Instance | undefined> =>
  (await service.call('listInstances', { query: {} })).body.instances[0];
const reached = (status: Instance['status']): Promise<void> =>
  until(`the instance is ${status}`, 10_000, async () => (await own())?.status === status);

/** As the API watches, at a hundredth of its times. */
const watch = (): AsyncDisposable =>
  watchSilence({
    store: api.store,
    beats: instanceBeats(api.database.db),
    clock: systemClock,
    log: createLogger('silent'),
    leastMs: 300,
    lookMs: 50,
  });

test('registering once says nothing of a service; doing so again is its heartbeat', async () => {
  await beat();
  expect(await own()).toMatchObject({ status: 'Unknown' });
  const before = Date.now();
  await beat();
  const instance = await own();
  expect(instance?.status).toBe('Healthy');
  expect(Date.parse(instance?.lastHeartbeat ?? '')).toBeGreaterThanOrEqual(before - 1_000);
  const head = await api.store.head();
  await beat();
  expect(await api.store.head()).toBe(head);
});

test('a service that falls silent is degraded, then unreachable, and healthy again when it is heard of', async () => {
  await beat();
  {
    await using _ = watch();
    await reached('Degraded');
    expect((await own())?.details).toMatch(/^no heartbeat for \d+ s, one came every \d+ s before$/);
    await reached('Unreachable');
  }
  await beat();
  expect(await own()).toMatchObject({ status: 'Healthy' });
  expect((await own())?.details).toBeUndefined();
});

test('what nobody could answer is no silence: it counts from when somebody watches', async () => {
  await until('the last heartbeat is long ago', 5_000, async () => {
    const at = Date.parse((await own())?.lastHeartbeat ?? '');
    return Date.now() - at > 1_500;
  });
  const began = performance.now();
  await using _ = watch();
  await reached('Degraded');
  expect(performance.now() - began).toBeGreaterThanOrEqual(300);
});

test('one that is removed is forgotten, and no event tells of its silence', async () => {
  const { id = '' } = (await own()) ?? {};
  await api.admin.call('removeInstance', { params: { id } });
  const head = await api.store.head();
  await using _ = watch();
  await until('its heartbeats are forgotten', 5_000, async () => {
    return !(await instanceBeats(api.database.db).last()).has(id);
  });
  expect(await api.store.head()).toBe(head);
});
