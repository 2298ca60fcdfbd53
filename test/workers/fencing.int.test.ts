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

test('a worker that was stopped for long writes nothing of what it had begun, and works on under a new id', async () => {
  await using installation = await openInstallation();
  const sleeper = await installation.start({ signalAt: { step: 'created', signal: 'SIGSTOP' } });
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
  heir.signal('SIGCONT');
  await waitForStatus(installation, 'one', 'OK');
  expect((await oracle(installation, 1)).wanted).toEqual(['one-r1-0/1 running']);
  expect(sleeper.output()).toContain(`worker ${before} was declared dead and may not write any more`);
  const created = (await installation.store.read({ after: from, limit: 1_000 })).filter(
    ({ type }) => type === 'ContainerCreated',
  );
  expect(created.map(({ actor }) => actor)).toEqual([`worker/${(await workerIds(installation, [heir]))[0]}`]);
  const late = command('definition/late', 0, [definitionSaved('late')], { fence: { workerId: before ?? '' } });
  await expect(installation.store.append(late)).rejects.toThrow(Fenced);

  heir.signal('SIGKILL');
  await heir.ended;
  const next = await deploy(installation, web('two'));
  await waitForStatus(installation, 'two', 'OK');
  const ready = await waitForEvent(installation, next, ({ type }) => type === 'ReplicaReady');
  expect(ready.actor).toBe(`worker/${after}`);
  await oracle(installation, 2);
});

test('the nodes of a stopped worker are watched by others, and it leaves the container alone that they have started', async () => {
  await using installation = await openInstallation();
  const sleeper = await installation.start({ signalAt: { step: 'created', signal: 'SIGSTOP' } });
  const [before] = await workerIds(installation, [sleeper]);
  await deploy(installation, web('web'));
  await stopped(sleeper);
  await installation.start();
  await waitForStatus(installation, 'web', 'OK');
  const [first] = await containersOf(installation.engine, installation.id);
  await docker.getContainer(first?.id ?? '').kill({ signal: 'SIGKILL' });
  await waitForStatus(installation, 'web', 'Deploying');
  await waitForStatus(installation, 'web', 'OK');
  const { wanted } = await oracle(installation, 1);
  expect(wanted).toEqual(['web-r1-0/2 running']);
  const [second] = await containersOf(installation.engine, installation.id);
  sleeper.signal('SIGCONT');
  await waitForNewId(installation, sleeper, before);
  await oracle(installation, 1);
  expect((await containersOf(installation.engine, installation.id)).map(({ id }) => id)).toEqual([second?.id]);
});
