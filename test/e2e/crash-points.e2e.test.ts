import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { StartStep, StopStep } from '../../src/workers/deps.ts';
import { queryRows } from '../support/database.ts';
import {
  deploy,
  openInstallation,
  undeploy,
  waitForEvent,
  waitForStatus,
  type Installation,
} from '../support/installation.ts';
import { oracle } from '../support/oracle.ts';
import type { ServiceProcess } from '../support/service-process.ts';
import { startTestImages, type TestImages } from '../support/test-images.ts';

/** The promise is 3 s. pg-boss' own expiry takes 10 s at least, so what is faster than this was handed back. */
const TAKEOVER_LIMIT_MS = 8_000;

let images: TestImages;
beforeAll(async () => {
  images = await startTestImages();
});
afterAll(() => images[Symbol.asyncDispose]());

const START_STEPS: readonly StartStep[] = [
  'claimed',
  'pulled',
  'created',
  'created-stored',
  'started',
  'started-stored',
];
const STOP_STEPS: readonly StopStep[] = ['found', 'stopped', 'removed', 'stopped-stored'];

/** A worker that dies at a step, and one beside it that is held until then, so that the first gets the jobs. */
async function workers(installation: Installation, step: StartStep | StopStep): Promise<readonly [Doomed, Heir]> {
  return Promise.all([installation.start({ signalAt: { step, signal: 'SIGKILL' } }), installation.start()]);
}

type Doomed = ServiceProcess;
type Heir = ServiceProcess;

/**
 * Milliseconds from the death until each job that the dead one had was begun by another. The heir was held until the
 * death, so that its look for the dead, otherwise up to 1 s away, is due at once.
 */
async function takeovers({ database }: Installation, queue: string, diedAt: number): Promise<readonly number[]> {
  const rows = await queryRows(
    database,
    `select extract(epoch from started_on) * 1000 as at from pgboss.job where split_part(name, '.', 1) = '${queue}' and retry_count > 0`,
  );
  return rows.map(({ at }) => Math.round(Number(at) - diedAt));
}

function expectHandedBack(delays: readonly number[], step: string): void {
  console.log(`${step}: taken over after ${delays.join(', ')} ms`);
  expect(delays).not.toEqual([]);
  expect(Math.max(...delays)).toBeLessThan(TAKEOVER_LIMIT_MS);
}

describe('SIGKILL of a worker while it starts a container', () => {
  test.for(START_STEPS)('after "%s": exactly the wanted container, within seconds', async (step) => {
    await using installation = await openInstallation();
    const image = step === 'pulled' ? await images.pullable() : images.local;
    const [doomed, heir] = await workers(installation, step);
    heir.signal('SIGSTOP');
    await deploy(installation, { id: 'web', replicas: 1, image, envars: { MODE: 'sleep' } });
    const { at } = await doomed.end();
    heir.signal('SIGCONT');
    await waitForStatus(installation, 'web', 'OK');
    const { wanted } = await oracle(installation, 1);
    // The first generation: what the dead worker had begun was finished, not thrown away.
    expect(wanted).toEqual(['web-r1-0/1 running']);
    expectHandedBack(await takeovers(installation, 'start', at), step);
  });
});

describe('SIGKILL of a worker while it removes a deployment', () => {
  test.for(STOP_STEPS)('after "%s": nothing is left', async (step) => {
    await using installation = await openInstallation();
    const [doomed, heir] = await workers(installation, step);
    await deploy(installation, { id: 'web', replicas: 2, image: images.local, envars: { MODE: 'sleep' } });
    await waitForStatus(installation, 'web', 'OK');
    heir.signal('SIGSTOP');
    const from = await undeploy(installation, 'web');
    const { at } = await doomed.end();
    heir.signal('SIGCONT');
    await waitForEvent(installation, from, ({ type }) => type === 'DeploymentRemoved');
    expect((await oracle(installation, 0)).live).toEqual([]);
    expectHandedBack(await takeovers(installation, 'stop', at), step);
  });
});
