import { afterAll, beforeAll, expect, test } from 'vitest';

import { readConfig } from '../../src/config.ts';
import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import type { RecordedEvent } from '../../src/domain/event.ts';
import { createLogger } from '../../src/logger.ts';
import type { Service } from '../../src/process/running-service.ts';
import { startService } from '../../src/process/service.ts';
import { deploy, openInstallation, waitForEvent, waitForStatus, type Installation } from '../support/installation.ts';
import { oracle } from '../support/oracle.ts';
import { startTestImages, type TestImages } from '../support/test-images.ts';
import { startTrafficLoad, type TrafficLoad } from '../support/traffic-load.ts';
import { until } from '../support/until.ts';

const ID = 'depl_web';
const DEADLINE_MS = 60_000;

let images: TestImages;
let installation: Installation;
let service: Service;
let load: TrafficLoad;
beforeAll(async () => {
  images = await startTestImages();
  installation = await openInstallation();
  const settings = { DATABASE_URL: installation.url, ROLES: 'worker,gateway', PORT: '0', GATEWAY_ACCESS_LOG: 'none' };
  service = await startService(readConfig(settings), createLogger('silent'));
  await save('v1', { type: 'RollingUpdate' });
  await waitForStatus(installation, ID, 'OK', DEADLINE_MS);
  const gateways = [service.gatewayUrl ?? ''];
  const kind = { host: 'depl-web.localhost', path: '/cgi-bin/flaky', slowOneIn: Infinity };
  load = startTrafficLoad({ gateways, ...kind, perSecond: 60, mostUnderWay: 20 });
  await until('v1 answers', DEADLINE_MS, async () => load.answeredBy('v1') > 20);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await installation[Symbol.asyncDispose]();
  await images[Symbol.asyncDispose]();
});

const analysis = { maxErrorPercent: 1, minRequests: 100, intervalSeconds: 1 };
const canary = (pauseSeconds: number): DeploymentSpec['strategy'] => ({
  type: 'Canary',
  steps: [{ weight: 50, pauseSeconds }],
  analysis,
});

/** Returns the position before the save. */
function save(version: string, strategy: DeploymentSpec['strategy'], more: object = {}): Promise<number> {
  const envars = { VERSION: version, ...more };
  return deploy(installation, { id: ID, replicas: 2, image: images.local, envars, strategy });
}

const deployment = async (): Promise<DeploymentState | undefined> =>
  (await installation.store.row<DeploymentState>('deployments', ID))?.state;

const shares = (event: RecordedEvent | undefined): unknown =>
  event?.type === 'TrafficShifted' ? event.data.shares.map(({ revision, weight }) => [revision, weight]) : undefined;

async function since(from: number, ...types: readonly string[]): Promise<readonly RecordedEvent[]> {
  return installation.store.read({ after: from, limit: 1_000, filter: { types } });
}

test('a version that answers 5 % errors is rolled back by itself, with the number, and what served goes on serving', async () => {
  const { wanted: before } = await oracle(installation, 2);
  // One in twenty of what it is asked.
  const from = await save('v2', canary(600), { ONE_IN: '20' });
  const verdict = await waitForEvent(installation, from, ({ type }) => type === 'RolloutAnalysed', DEADLINE_MS);
  expect(verdict.data).toMatchObject({ revision: 2, step: 0, verdict: 'failed' });
  await until('it is gone back from', DEADLINE_MS, async () => {
    const state = await deployment();
    return state?.status === 'Failed' && state.details.endsWith('rolled back to revision 1');
  });
  const back = (await since(verdict.position, 'TrafficShifted'))[0];
  expect((back?.at.getTime() ?? Infinity) - verdict.at.getTime()).toBeLessThan(10_000);
  expect((await since(from, 'TrafficShifted')).map(shares)).toEqual([
    [[1, 100]],
    [
      [1, 50],
      [2, 50],
    ],
    [[1, 100]],
  ]);
  expect((await deployment())?.details).toMatch(
    /step 1 of 1 at 50 % of the requests: .*\d[\d.]* % .*rolled back to revision 1$/,
  );
  // The very containers of before.
  expect((await oracle(installation, 2)).wanted).toEqual(before);
  expect(load.answeredBy('v2')).toBeGreaterThan(50);
});

test('a good one goes through unattended, and no request is lost', async () => {
  const from = await save('v3', canary(4));
  await waitForEvent(installation, from, ({ type }) => type === 'TrafficShifted', DEADLINE_MS);
  await until('v3 has all requests and nothing else is left', DEADLINE_MS, async () => {
    const state = await deployment();
    return state?.status === 'OK' && state.stable === 3;
  });
  expect((await since(from, 'RolloutAnalysed')).at(-1)?.data).toMatchObject({ verdict: 'passed', errors: 0 });
  expect((await since(from, 'TrafficShifted')).map(shares)).toEqual([
    [
      [1, 50],
      [3, 50],
    ],
    [[3, 100]],
  ]);
  const { failed, asked, answered } = await load.stop();
  // What the bad version answered is its own; nothing else went wrong.
  expect(failed.filter((each) => !each.endsWith('500: v2'))).toEqual([]);
  expect(asked - answered).toBe(failed.length);
  expect(failed.length).toBeGreaterThan(0);
});
