import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { SmokeStep, StartStep, StopStep } from '../../src/workers/deps.ts';
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
const SMOKE_STEPS: readonly SmokeStep[] = ['asked', 'asked-stored'];
const STOP_STEPS: readonly StopStep[] = ['found', 'stopped', 'removed', 'stopped-stored'];

let installation: Installation;
let heir: ServiceProcess;
beforeAll(async () => {
  installation = await openInstallation();
  heir = await installation.start();
});
afterAll(() => installation[Symbol.asyncDispose]());

/**
 * Has a worker that dies at a step take up what `begin` gives to do: the one beside it, which goes on with it, is held until
 * then. Its look for the dead, otherwise up to 1 s away, is due at once. Returns when the worker died.
 */
async function diesOver(doomed: ServiceProcess, begin: () => Promise<unknown>): Promise<number> {
  heir.signal('SIGSTOP');
  try {
    await begin();
    return (await doomed.end()).at;
  } finally {
    heir.signal('SIGCONT');
  }
}

/** Milliseconds from the death until each job that the dead one had was begun by another. */
async function takeovers(queue: string, diedAt: number): Promise<readonly number[]> {
  const rows = await queryRows(
    installation.database,
    `select extract(epoch from started_on) * 1000 as at from pgboss.job
     where split_part(name, '.', 1) = '${queue}' and retry_count > 0 and started_on >= to_timestamp(${diedAt / 1_000})`,
  );
  return rows.map(({ at }) => Math.round(Number(at) - diedAt));
}

function expectHandedBack(delays: readonly number[], step: string): void {
  console.log(`${step}: taken over after ${delays.join(', ')} ms`);
  expect(delays).not.toEqual([]);
  expect(Math.max(...delays)).toBeLessThan(TAKEOVER_LIMIT_MS);
}

describe('SIGKILL of a worker while it starts a container', () => {
  const up: string[] = [];
  test.for(START_STEPS)('after "%s": exactly the wanted container, within seconds', async (step) => {
    const id = `starts-${step}`;
    const image = step === 'pulled' ? await images.pullable() : images.local;
    const doomed = await installation.start({ signalAt: { step, signal: 'SIGKILL' } });
    const at = await diesOver(doomed, () =>
      deploy(installation, { id, replicas: 1, image, envars: { MODE: 'sleep' } }),
    );
    await waitForStatus(installation, id, 'OK');
    // The first generation: what the dead worker had begun was finished, not thrown away.
    up.push(`${id}-r1-0/1 running`);
    expect((await oracle(installation, up.length)).wanted).toEqual(up.toSorted());
    expectHandedBack(await takeovers('start', at), step);
  });
  afterAll(async () => {
    const from = await installation.store.head();
    for (const step of START_STEPS) await undeploy(installation, `starts-${step}`);
    await waitForEvent(installation, from, ({ type }) => type === 'DeploymentRemoved');
    await oracle(installation, 0);
  });
});

describe('SIGKILL of a worker while it removes a deployment', () => {
  test.for(STOP_STEPS)('after "%s": nothing is left', async (step) => {
    const id = `stops-${step}`;
    await deploy(installation, { id, replicas: 2, image: images.local, envars: { MODE: 'sleep' } });
    await waitForStatus(installation, id, 'OK');
    const doomed = await installation.start({ signalAt: { step, signal: 'SIGKILL' } });
    const from = await installation.store.head();
    const at = await diesOver(doomed, () => undeploy(installation, id));
    await waitForEvent(installation, from, ({ type }) => type === 'DeploymentRemoved');
    expect((await oracle(installation, 0)).live).toEqual([]);
    expectHandedBack(await takeovers('stop', at), step);
  });
});

describe('SIGKILL of a worker while it asks a new set whether it answers', () => {
  test.for(SMOKE_STEPS)('after "%s": each replica has been judged once, and the switch follows', async (step) => {
    const id = `smoke-${step}`;
    const strategy = { type: 'BlueGreen', smoke: { path: '/healthz' }, keepSeconds: 1 } as const;
    const release = (version: string): Promise<number> =>
      deploy(installation, { id, replicas: 2, image: images.local, envars: { VERSION: version }, strategy });
    await release('1');
    await waitForStatus(installation, id, 'OK');
    const doomed = await installation.start({ signalAt: { step, signal: 'SIGKILL' } });
    const from = await installation.store.head();
    const at = await diesOver(doomed, () => release('2'));
    await waitForEvent(
      installation,
      from,
      (event) =>
        event.type === 'TrafficShifted' &&
        event.data.shares.some(({ revision, weight }) => revision === 2 && weight === 100),
    );
    const judged = await installation.store.read({
      after: from,
      limit: 10,
      deploymentId: id,
      filter: { types: ['ReplicaSmoked'] },
    });
    expect(judged.map(({ stream }) => stream).toSorted()).toEqual([`replica/${id}-r2-0`, `replica/${id}-r2-1`]);
    expectHandedBack(await takeovers('smoke', at), step);
    await undeploy(installation, id);
    await waitForEvent(installation, from, ({ type }) => type === 'DeploymentRemoved');
    await oracle(installation, 0);
  });
});
