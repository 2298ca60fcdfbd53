import { afterAll, beforeAll, expect, test } from 'vitest';

import type { RecordedEvent } from '../../src/domain/event.ts';
import { docker } from '../engine/docker-harness.ts';
import { queryRows } from '../support/database.ts';
import {
  deploy,
  openInstallation,
  waitForEvent,
  waitForStatus,
  workerIds,
  type Installation,
} from '../support/installation.ts';
import { containersOf, oracle } from '../support/oracle.ts';
import { startTestImages, type TestImages } from '../support/test-images.ts';

const REPLICAS = 20;
/** Twenty containers on two shared cores. */
const DEADLINE_MS = 60_000;

let images: TestImages;
beforeAll(async () => {
  images = await startTestImages();
});
afterAll(() => images[Symbol.asyncDispose]());

const twenty = () => ({ id: 'web', replicas: REPLICAS, image: images.local, envars: { MODE: 'sleep' } });

/** How many containers each worker has started. */
async function startsByActor({ store }: Installation): Promise<ReadonlyMap<string, number>> {
  const events = await store.read({ after: 0, limit: 10_000 });
  const started = events.filter(({ type }) => type === 'ContainerStarted');
  return new Map([...Map.groupBy(started, ({ actor }) => actor)].map(([actor, own]) => [actor, own.length]));
}

test('two workers share the start of one deployment, and each container is started once', async () => {
  await using installation = await openInstallation();
  const workers = await Promise.all([installation.start(), installation.start()]);
  await deploy(installation, twenty());
  await waitForStatus(installation, 'web', 'OK', DEADLINE_MS);
  await oracle(installation, REPLICAS);
  const ids = await workerIds(installation, workers);
  const starts = await startsByActor(installation);
  expect([...starts.keys()].toSorted()).toEqual(ids.map((id) => `worker/${id}`).toSorted());
  expect([...starts.values()].reduce((sum, count) => sum + count, 0)).toBe(REPLICAS);
});

test.for(['first', 'second'] as const)(
  'the %s of two workers dies in the middle: exactly twenty containers',
  async (which) => {
    await using installation = await openInstallation();
    const signalAt = { step: 'created', times: 2, signal: 'SIGKILL' } as const;
    // One after the other: the first is the one that watches the node.
    const first = await installation.start(which === 'first' ? { signalAt } : {});
    const second = await installation.start(which === 'second' ? { signalAt } : {});
    await deploy(installation, twenty());
    const { signal } = await (which === 'first' ? first : second).ended;
    expect(signal).toBe('SIGKILL');
    await waitForStatus(installation, 'web', 'OK', DEADLINE_MS);
    const { wanted } = await oracle(installation, REPLICAS);
    expect(wanted).toEqual(Array.from({ length: REPLICAS }, (_, index) => `web-r1-${index}/1 running`).toSorted());
  },
);

test('a worker that is asked to end finishes what it has begun, and leaves the rest', async () => {
  await using installation = await openInstallation();
  const [leaving] = await Promise.all([installation.start(), installation.start()]);
  const [id] = await workerIds(installation, [leaving]);
  const from = await deploy(installation, twenty());
  const begun = (event: RecordedEvent): boolean => event.type === 'ContainerCreated' && event.actor === `worker/${id}`;
  await waitForEvent(installation, from, begun, DEADLINE_MS);
  leaving.signal('SIGTERM');
  expect(await leaving.ended).toMatchObject({ code: 0, signal: null });
  await waitForStatus(installation, 'web', 'OK', DEADLINE_MS);
  await oracle(installation, REPLICAS);
  const again = await queryRows(installation.database, 'select name, id from pgboss.job where retry_count > 0');
  expect(again).toEqual([]);
});

test('a container that dies with the worker that watched it is replaced by the other', async () => {
  await using installation = await openInstallation();
  const watcher = await installation.start();
  await installation.start();
  await deploy(installation, { ...twenty(), replicas: 2 });
  await waitForStatus(installation, 'web', 'OK');
  const [victim] = await containersOf(installation.engine, installation.id);
  if (victim === undefined) throw new Error('nothing runs');
  watcher.signal('SIGKILL');
  await watcher.ended;
  await docker.getContainer(victim.id).kill({ signal: 'SIGKILL' });
  await waitForStatus(installation, 'web', 'Deploying');
  await waitForStatus(installation, 'web', 'OK');
  const { wanted } = await oracle(installation, 2);
  expect(wanted.filter((each) => each.includes('/2 '))).toHaveLength(1);
});
