import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DeploymentView, EventView } from '../../src/api/contract/deploy-schemas.ts';
import type { ScalingNumbers } from '../../src/domain/deployment/scaling.ts';
import { buildWebImage } from '../support/images.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const IMAGE = 'deploy-svc-test/autoscale:1';
const ID = 'depl_autoscale';
const MAX = 3;

let product: TestService;

beforeAll(async () => {
  product = await testService({ AUTOSCALE_INTERVAL_SECONDS: '1' });
  await buildWebImage(product.engine, IMAGE, 'autoscale');
  await save('definition', { id: 'def_autoscale', image: { name: IMAGE, internalPorts: [8080] } });
});
afterAll(() => product[Symbol.asyncDispose]());

async function save(kind: 'definition' | 'deployment', content: object, ...options: readonly string[]): Promise<void> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', ...options, file);
}

async function view(): Promise<DeploymentView> {
  return JSON.parse(await product.oo('deployment', 'get', ID, '-o', 'json')) as DeploymentView;
}

/**
 * Asks every replica that answers to burn or to rest, and waits until the deployment stands at the count. Each is asked until it
 * has heard it, and not again: to answer costs it a good part of its 100m.
 */
async function settledAt(count: number, ask: 'burn' | 'rest'): Promise<void> {
  const heard = new Set<number>();
  await until(`${ask}: ${count} replicas`, 60_000, async () => {
    const { deployment, replicas, scaling } = await view();
    const ports = replicas.flatMap(({ status, ports: own }) => (status === 'Ready' ? own.map(({ host }) => host) : []));
    const fresh = ports.filter((port) => !heard.has(port));
    await Promise.all(fresh.map(async (port) => (await hears(port, ask)) && heard.add(port)));
    return deployment.status === 'OK' && replicas.length === count && scaling?.current === count;
  });
}

/** False where nobody answers: a replica that is being stopped may have gone already. */
async function hears(port: number, ask: 'burn' | 'rest'): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/cgi-bin/${ask}`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

test('a container that burns CPU is scaled up to the most, and down to the least when it rests', async () => {
  const autoScaling = { minReplicas: 1, maxReplicas: MAX, cpuThreshold: 40, scaleDownWindowSeconds: 3 };
  const resources = { cpu: '100m' };
  await save('deployment', { id: ID, definitionId: 'def_autoscale', replicas: 1, resources, autoScaling }, '--wait');
  await settledAt(MAX, 'burn');
  expect((await product.inspectAll(ID)).filter(({ State }) => State.Running)).toHaveLength(MAX);
  await settledAt(1, 'rest');
  const text = await product.oo('events', '--of', ID, '--after', '0', '--limit', '1000', '-o', 'json');
  const scaled = (JSON.parse(text) as EventView[]).filter(({ type }) => type === 'DeploymentScaled');
  const steps = scaled.map(({ data }) => data as unknown as { from: number; to: number; numbers: ScalingNumbers });
  const up = steps.filter(({ from, to }) => to > from);
  // The kernel holds each container to its 100m: a core of its own would be 1000 %.
  for (const { numbers } of up) {
    expect(numbers.signals[0]?.usagePercent).toBeGreaterThan(44);
    expect(numbers.signals[0]?.usagePercent).toBeLessThan(200);
  }
  expect(steps.at(0)?.from).toBe(1);
  expect(Math.max(...steps.map(({ to }) => to))).toBe(MAX);
  expect(steps.at(-1)?.to).toBe(1);
  // Each begins where the one before has ended, and no up follows a down.
  expect(steps.slice(1).map(({ from }) => from)).toEqual(steps.slice(0, -1).map(({ to }) => to));
  expect(steps.slice(0, up.length)).toEqual(up);
  expect(await product.oo('deployment', 'get', ID)).toMatch(
    /^Scaling: +1, within 1 and 3: CPU .*; scaled \d -> 1 \d+s ago$/m,
  );
});
