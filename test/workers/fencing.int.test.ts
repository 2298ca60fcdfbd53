import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { Fenced } from '../../src/store/command.ts';
import { docker } from '../engine/docker-harness.ts';
import {
  deploy,
  openInstallation,
  waitForEvent,
  waitForNewId,
  waitForStatus,
  workerIds,
} from '../support/installation.ts';
import { containersOf, oracle } from '../support/oracle.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { command, definitionSaved } from '../support/store.ts';
import { startTestImages, type TestImages } from '../support/test-images.ts';
import { until } from '../support/until.ts';

let images: TestImages;
beforeAll(async () => {
  images = await startTestImages();
});
afterAll(() => images[Symbol.asyncDispose]());

const web = (id: string) => ({ id, replicas: 1, image: images.local, envars: { MODE: 'sleep' } });

/** Waits until the process has stopped itself; milliseconds since the epoch then. */
async function stopped({ pid }: ServiceProcess): Promise<number> {
  await until(`process ${pid} has stopped`, 20_000, async () => {
    // pid (command) state …: T is stopped.
    return (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') T ');
  });
  return Date.now();
}

// After `claimed` it has calls to make before it writes again: by then its next life has begun.
test.for([
  { step: 'claimed', says: /job (left to others|failed)/ },
  { step: 'created', says: /was declared dead and may not write any more/ },
] as const)(
  'a worker that was stopped for long after "$step" writes nothing of what it had begun, and works on under a new id',
  async ({ step, says }) => {
    await using installation = await openInstallation();
    const sleeper = await installation.start({ signalAt: { step, signal: 'SIGSTOP' } });
    const [before] = await workerIds(installation, [sleeper]);
    const from = await deploy(installation, web('one'));
    const stoppedAt = await stopped(sleeper);
    // The heir stops as well when it has the job, so that the sleeper wakes while the replica still waits for its container.
    const heir = await installation.start({ signalAt: { step: 'pulled', signal: 'SIGSTOP' } });
    const takenOver = (await stopped(heir)) - stoppedAt;
    console.log(`resumed elsewhere ${takenOver} ms after the stop`);
    expect(takenOver).toBeLessThan(10_000);

    sleeper.signal('SIGCONT');
    const after = await waitForNewId(installation, sleeper, before);
    const created = async () =>
      (await installation.store.read({ after: from, limit: 1_000 })).filter(({ type }) => type === 'ContainerCreated');
    // Before the heir goes on: what the sleeper wrote under its new id would be the first.
    await until(
      'the sleeper has done with its old job',
      5_000,
      async () => says.test(sleeper.output()) || (await created()).length > 0,
    );
    expect(await created()).toEqual([]);
    heir.signal('SIGCONT');
    await waitForStatus(installation, 'one', 'OK');
    expect((await oracle(installation, 1)).wanted).toEqual(['one-r1-0/1 running']);
    expect((await created()).map(({ actor }) => actor)).toEqual([
      `worker/${(await workerIds(installation, [heir]))[0]}`,
    ]);
    const late = command('definition/late', 0, [definitionSaved('late')], { fence: { workerId: before ?? '' } });
    await expect(installation.store.append(late)).rejects.toThrow(Fenced);

    heir.signal('SIGKILL');
    await heir.end();
    const next = await deploy(installation, web('two'));
    await waitForStatus(installation, 'two', 'OK');
    const ready = await waitForEvent(installation, next, ({ type }) => type === 'ReplicaReady');
    expect(ready.actor).toBe(`worker/${after}`);
    await oracle(installation, 2);
  },
);

test('the nodes of a stopped worker are watched by others, and it leaves the container alone that they have started', async () => {
  await using installation = await openInstallation();
  const sleeper = await installation.start({ signalAt: { step: 'created', signal: 'SIGSTOP' } });
  const [before] = await workerIds(installation, [sleeper]);
  await deploy(installation, web('one'));
  await stopped(sleeper);
  await installation.start();
  await waitForStatus(installation, 'one', 'OK');
  const [one] = await containersOf(installation.engine, installation.id);
  await deploy(installation, web('two'));
  await waitForStatus(installation, 'two', 'OK');
  const victim = (await containersOf(installation.engine, installation.id)).find(({ id }) => id !== one?.id);
  await docker.getContainer(victim?.id ?? '').kill({ signal: 'SIGKILL' });
  await waitForStatus(installation, 'two', 'Deploying');
  await waitForStatus(installation, 'two', 'OK');

  sleeper.signal('SIGCONT');
  await waitForNewId(installation, sleeper, before);
  // Time enough for what it still does of its old job.
  const next = await deploy(installation, web('three'));
  await waitForEvent(installation, next, ({ type }) => type === 'ReplicaReady');
  expect((await oracle(installation, 3)).wanted).toEqual([
    'one-r1-0/1 running',
    'three-r1-0/1 running',
    'two-r1-0/2 running',
  ]);
  expect((await containersOf(installation.engine, installation.id)).map(({ id }) => id)).toContain(one?.id);
});
