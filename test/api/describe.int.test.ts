import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Description } from '../../src/api/contract/describe.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { testService, type TestService } from '../support/service.ts';
import { simulatedWebImage } from '../support/simulated-web-image.ts';

let service: TestService;
beforeAll(async () => {
  createSimulatedHost('described', { images: { 'web:1': simulatedWebImage('1') } });
  service = await testService({ NODES: 'simulated://described' });
  await service.shell.oo(['definition', 'save', '-'], 'id: def_d\nimage:\n  name: web:1\n  internalPorts: [8080]\n');
  await service.shell.oo(['deployment', 'save', '-', '--wait'], 'id: described\ndefinitionId: def_d\nreplicas: 2\n');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  dropSimulatedHost('described');
});

const asData = async (id: string): Promise<Description> =>
  JSON.parse(await service.oo('describe', id, '-o', 'json')) as Description;

test('a deployment is one page: status and since when, replicas, the last decision, events and what to ask next', async () => {
  const page = await service.oo('describe', 'described');
  expect(page).toMatch(/^deployment described\nStatus: {2}OK since \d+s ago/);
  expect(page).toMatch(/Replicas: 2 of 2 ready, revision 1\n {2}REPLICA /);
  expect(page).toMatch(/Last decision \(\d+s ago, event \d+\):\n {2}\S/);
  expect(page).toMatch(/Next:\n {2}oo logs described\n/);
  const { events, decision } = await asData('described');
  expect(events).toHaveLength(10);
  const positions = events.map(({ position }) => position);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(positions.at(-1)).toBeGreaterThanOrEqual(decision?.position ?? Infinity);
});

test('whatever else has an id is described as well, and a container is its replica', async () => {
  const { deployment } = await asData('described');
  const { id = '', nodeId = '', containerId = '' } = deployment?.replicas[0] ?? {};
  const kinds = await Promise.all(
    [id, `inst_${id}-g1`, nodeId, 'def_d', containerId].map(async (each) => {
      const { kind, id: found, events, since } = await asData(each);
      expect(events.length).toBeGreaterThan(0);
      expect(since).toMatch(/^\d{4}-/);
      return [kind, found];
    }),
  );
  expect(kinds).toEqual([
    ['replica', id],
    ['instance', `inst_${id}-g1`],
    ['node', nodeId],
    ['definition', 'def_d'],
    ['replica', id],
  ]);
});

test('what does not exist is said with the nearest that does', async () => {
  const ran = await service.tryOo('describe', 'describet');
  expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining('did you mean described?') as string });
});

test('top shows what is requested, and why nothing is known of what is used', async () => {
  const { replicas } = JSON.parse(await service.oo('top', '-o', 'json')) as {
    replicas: { id: string; reason?: string }[];
  };
  expect(replicas.map(({ id }) => id)).toEqual(['described-r1-0', 'described-r1-1']);
  expect(replicas[0]?.reason).toContain('autoScaling');
  const table = await service.oo('top', 'replica', '-o', 'wide');
  expect(table).toMatch(/^REPLICA .* CPU USED .* REASON/);
  expect(table).toContain('autoScaling');
  expect(await service.oo('top', 'node')).toMatch(/^NODE .*\nnode_\w+ +ready/);
  expect(await service.oo('top', 'deployment')).toMatch(/^DEPLOYMENT .*\ndescribed +2 /);
});
