import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

import { testService, type TestService } from '../support/service.ts';
import { adminOf, rollOut, simulatedHosts } from './support/rollout.ts';

const TOKEN = 'a-token-for-scrapers';
/** https://prometheus.io/docs/prometheus/latest/http_sd/#http_sd-format: a list, of targets as host:port, and labels of text. */
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const httpSd = z.array(
  z.strictObject({
    targets: z.array(z.string().regex(/^(\[[0-9a-f:]+\]|[^:/]+):\d{1,5}$/)).min(1),
    labels: z.record(z.string().regex(LABEL), z.string()),
  }),
);

const stack = new AsyncDisposableStack();
let service: TestService;
beforeAll(async () => {
  const hosts = stack.use(simulatedHosts('sd-a', 'sd-b'));
  service = stack.use(await testService({ NODES: hosts.nodes, CLUSTER: 'east', ZONE: 'east-1', METRICS_TOKEN: TOKEN }));
  await rollOut({ url: service.url, id: 'web', replicas: 3 });
  await rollOut({ url: service.url, id: 'api', replicas: 1 });
}, 60_000);
afterAll(() => stack.disposeAsync());

async function discover(query = ''): Promise<z.infer<typeof httpSd>> {
  const response = await fetch(`${service.url}/sd/instances${query}`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('cache-control')).toBe('private, max-age=5');
  return httpSd.parse(await response.json());
}

test('every ready instance is a target, with where it runs and what it is', async () => {
  const groups = await discover();
  expect(groups).toHaveLength(4);
  expect(new Set(groups.flatMap(({ targets }) => targets)).size).toBe(4);
  const own = groups.filter(({ labels }) => labels['__meta_deploy_svc_deployment'] === 'web');
  expect(own.map(({ labels }) => labels)).toEqual(
    Array.from({ length: 3 }, () => ({
      __meta_deploy_svc_instance: expect.stringMatching(/./),
      __meta_deploy_svc_deployment: 'web',
      __meta_deploy_svc_definition: 'web',
      __meta_deploy_svc_revision: '1',
      __meta_deploy_svc_replica: expect.stringMatching(/./),
      __meta_deploy_svc_node: expect.stringMatching(/^node_/),
      __meta_deploy_svc_cluster: 'east',
      __meta_deploy_svc_zone: 'east-1',
    })),
  );
});

test('of one deployment or one cluster, where that is asked for', async () => {
  expect(await discover('?deployment=api')).toHaveLength(1);
  expect(await discover('?cluster=east')).toHaveLength(4);
  expect(await discover('?cluster=west')).toEqual([]);
});

test('what is not ready, or was removed, is no target', async () => {
  const { client } = await adminOf(service.url);
  await client.call('deleteDeployment', { body: { deploymentId: 'api' } });
  await expect.poll(() => discover('?deployment=api'), { timeout: 15_000 }).toEqual([]);
  const instance = { url: 'https://elsewhere.example', id: 'inst_own' };
  await client.call('registerInstance', { body: instance });
  const groups = await discover();
  // Its status is what is heard of it: until its first heartbeat it is unknown.
  expect(groups.filter(({ targets }) => targets[0] === 'elsewhere.example:443').length).toBeLessThanOrEqual(1);
});

test('it needs the permission', async () => {
  expect((await fetch(`${service.url}/sd/instances`)).status).toBe(401);
  expect((await fetch(`${service.url}/sd/services`)).status).toBe(401);
});
