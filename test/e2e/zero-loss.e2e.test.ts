import { afterAll, beforeAll, expect, test } from 'vitest';

import { readConfig } from '../../src/config.ts';
import type { EventOf } from '../../src/domain/event.ts';
import { createLogger } from '../../src/logger.ts';
import type { Service } from '../../src/process/running-service.ts';
import { startService } from '../../src/process/service.ts';
import { deploy, openInstallation, waitForEvent, waitForStatus, type Installation } from '../support/installation.ts';
import { startTestImages, type TestImages } from '../support/test-images.ts';
import { startTrafficLoad, type TrafficLoad } from '../support/traffic-load.ts';
import { until } from '../support/until.ts';

const REPLICAS = 3;
const DEADLINE_MS = 60_000;

let images: TestImages;
beforeAll(async () => {
  images = await startTestImages();
});
afterAll(() => images[Symbol.asyncDispose]());

const strategy = { maxUnavailable: 0, maxSurge: REPLICAS, drainSeconds: 20, graceSeconds: 5 };
const LOAD = { host: 'depl-web.localhost', perSecond: 80, slowOneIn: 2, mostUnderWay: 40 };

/** Saves that version, with more in its environment. Returns the position before the save. */
const save = ({ store }: Pick<Installation, 'store'>, version: string, more: object = {}): Promise<number> => {
  const envars = { VERSION: version, ...more };
  return deploy({ store }, { id: 'depl_web', replicas: REPLICAS, image: images.local, envars, strategy });
};

/** Until the version answers, and nothing else is left. */
async function rolledOut(installation: Installation, load: TrafficLoad, version: string): Promise<void> {
  await until(`${version} answers`, DEADLINE_MS, async () => load.answeredBy(version) > 0);
  await waitForStatus(installation, 'depl_web', 'OK', DEADLINE_MS);
}

async function drains({ store }: Installation): Promise<readonly EventOf<'ReplicaDrained'>['data'][]> {
  const events = await store.read({ after: 0, limit: 10_000, filter: { types: ['ReplicaDrained'] } });
  return events.map(({ data }) => data as EventOf<'ReplicaDrained'>['data']);
}

/** A worker and a gateway in this process: those that outlive the others. */
function survivors({ url }: Installation, hooks: Parameters<typeof startService>[2] = {}): Promise<Service> {
  const settings = { DATABASE_URL: url, ROLES: 'worker,gateway', PORT: '0', GATEWAY_ACCESS_LOG: 'none' };
  return startService(readConfig(settings), createLogger('silent'), hooks);
}

test('no request is lost in rollouts, one of them of a version that fails, with a gateway and a worker killed in the middle', async () => {
  await using installation = await openInstallation();
  // The first to come watches the node, and waits for the routers.
  const doomed = await installation.start({ roles: 'worker' });
  const gateway = await installation.start({ roles: 'gateway' });
  await using service = await survivors(installation);
  const gateways = [service.gatewayUrl ?? '', gateway.gatewayUrl ?? ''] as const;
  await save(installation, 'v1');
  await waitForStatus(installation, 'depl_web', 'OK', DEADLINE_MS);
  const load = startTrafficLoad({ gateways, ...LOAD });
  await until('v1 answers', DEADLINE_MS, async () => load.answeredBy('v1') > 50);

  const from = await save(installation, 'v2');
  await waitForEvent(installation, from, ({ type }) => type === 'ReplicaStopping');
  load.killed(gateways[1]);
  gateway.signal('SIGKILL');
  await rolledOut(installation, load, 'v2');

  const broken = await save(installation, 'broken', { MODE: 'exit' });
  await waitForEvent(installation, broken, ({ type }) => type === 'ReplicaFailed');
  const mended = await save(installation, 'v3');
  await waitForEvent(installation, mended, ({ type }) => type === 'ReplicaStopping');
  doomed.signal('SIGKILL');
  await rolledOut(installation, load, 'v3');

  const { failed, asked, answered, excepted, versions } = await load.stop();
  expect(failed).toEqual([]);
  expect(answered).toBe(asked);
  expect(Object.keys(versions).toSorted()).toEqual(['v1', 'v2', 'v3']);
  expect(excepted).toBeLessThan(60);
  const told = await drains(installation);
  expect(told.length).toBeGreaterThanOrEqual(2 * REPLICAS);
  expect(told.filter(({ cutOff }) => cutOff > 0)).toEqual([]);
  // The one that was killed is not waited for for ever, and is named; the one that lives has let go of each.
  expect(told.some(({ unheard }) => unheard.some(({ why }) => why === 'silent'))).toBe(true);
  expect(told.filter(({ acknowledged }) => acknowledged.length === 0)).toEqual([]);
});

test('the same load does lose requests when nobody waits for the routers', async () => {
  await using installation = await openInstallation();
  await using service = await survivors(installation, { routers: async () => [] });
  // Longer under way than an engine takes to stop something, whatever the machine is busy with.
  await save(installation, 'v1', { SLOW: '3' });
  await waitForStatus(installation, 'depl_web', 'OK', DEADLINE_MS);
  const load = startTrafficLoad({ gateways: [service.gatewayUrl ?? ''], ...LOAD, slowOneIn: 10 });
  await until('v1 answers', DEADLINE_MS, async () => load.answeredBy('v1') > 50);
  await save(installation, 'v2');
  await rolledOut(installation, load, 'v2');
  const { failed } = await load.stop();
  expect(failed.length).toBeGreaterThan(0);
});
