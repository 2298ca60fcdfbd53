import { afterAll, beforeAll, expect, test } from 'vitest';

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

const REPLICAS = 8;
/** Eight containers on two shared cores. */
const DEADLINE_MS = 60_000;

let images: TestImages;
beforeAll(async () => {
  images = await startTestImages();
});
afterAll(() => images[Symbol.asyncDispose]());

const eight = () => ({ id: 'web', replicas: REPLICAS, image: images.local, envars: { MODE: 'sleep' } });

/** Which workers did what, as often as they did it. */
async function doneBy({ store }: Installation, ...types: readonly string[]): Promise<readonly string[]> {
  const events = await store.read({ after: 0, limit: 10_000 });
  return events.filter(({ type }) => types.includes(type)).map(({ actor }) => actor);
}

test('two workers at one node: each container is started once, whoever takes its job', async () => {
  await using installation = await openInstallation();
  const workers = await Promise.all([installation.start(), installation.start()]);
  await deploy(installation, eight());
  await waitForStatus(installation, 'web', 'OK', DEADLINE_MS);
  await oracle(installation, REPLICAS);
  const ids = (await workerIds(installation, workers)).map((id) => `worker/${id}`);
  const actors = await doneBy(installation, 'ContainerStarted');
  expect(actors).toHaveLength(REPLICAS);
  expect(actors.filter((actor) => !ids.includes(actor))).toEqual([]);
  // The registry learns of each from whoever started it.
  expect((await doneBy(installation, 'InstanceRegistered')).toSorted()).toEqual(actors.toSorted());
});

test.for(['first', 'second'] as const)(
  'the %s of two workers dies in the middle: exactly eight containers',
  async (which) => {
    await using installation = await openInstallation();
    const signalAt = { step: 'created', times: 3, signal: 'SIGKILL' } as const;
    // One after the other: the first is the one that watches the node.
    const first = await installation.start(which === 'first' ? { signalAt } : {});
    const second = await installation.start(which === 'second' ? { signalAt } : {});
    const [doomed, heir] = which === 'first' ? [first, second] : [second, first];
    // Held until then, so that the doomed one has jobs to die over.
    heir.signal('SIGSTOP');
    await deploy(installation, eight());
    expect(await doomed.end()).toMatchObject({ signal: 'SIGKILL' });
    heir.signal('SIGCONT');
    await waitForStatus(installation, 'web', 'OK', DEADLINE_MS);
    const { wanted } = await oracle(installation, REPLICAS);
    expect(wanted).toEqual(Array.from({ length: REPLICAS }, (_, index) => `web-r1-${index}/1 running`).toSorted());
  },
);

test('a worker that is asked to end finishes what it has begun, and leaves the rest', async () => {
  await using installation = await openInstallation();
  const [leaving, staying] = await Promise.all([installation.start(), installation.start()]);
  staying.signal('SIGSTOP');
  // Few enough for the 5 s that it has on a busy machine.
  const from = await deploy(installation, { ...eight(), replicas: 3 });
  await waitForEvent(installation, from, ({ type }) => type === 'ContainerCreated', DEADLINE_MS);
  leaving.signal('SIGTERM');
  staying.signal('SIGCONT');
  expect(await leaving.end()).toMatchObject({ code: 0, signal: null });
  await waitForStatus(installation, 'web', 'OK', DEADLINE_MS);
  await oracle(installation, 3);
  const again = await queryRows(installation.database, 'select name, id from pgboss.job where retry_count > 0');
  expect(again).toEqual([]);
});

test('a container that dies with the worker that watched it is replaced by the other', async () => {
  await using installation = await openInstallation();
  const watcher = await installation.start();
  await installation.start();
  await deploy(installation, { ...eight(), replicas: 2 });
  await waitForStatus(installation, 'web', 'OK');
  const [victim] = await containersOf(installation.engine, installation.id);
  if (victim === undefined) throw new Error('nothing runs');
  watcher.signal('SIGKILL');
  await watcher.end();
  await docker.getContainer(victim.id).kill({ signal: 'SIGKILL' });
  await waitForStatus(installation, 'web', 'Deploying');
  await waitForStatus(installation, 'web', 'OK');
  const { wanted } = await oracle(installation, 2);
  expect(wanted.filter((each) => each.includes('/2 '))).toHaveLength(1);
});

test('two installations on one engine have each its own containers, also under one name', async () => {
  await using one = await openInstallation();
  await using other = await openInstallation();
  for (const each of [one, other]) {
    await each.start();
    await deploy(each, { ...eight(), replicas: 1 });
    await waitForStatus(each, 'web', 'OK');
  }
  for (const each of [one, other]) expect((await oracle(each, 1)).live).toEqual(['web-r1-0/1 running']);
});
