import { afterAll, beforeAll, expect, test } from 'vitest';

import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { startService } from '../../src/process/service.ts';
import { testService, type TestService } from '../support/service.ts';
import { parseExposition, valueOf, type Family } from './support/exposition.ts';
import { adminOf, rollOut, simulatedHosts } from './support/rollout.ts';

const TOKEN = 'a-token-for-scrapers';
const stack = new AsyncDisposableStack();
let service: TestService;
beforeAll(async () => {
  const hosts = stack.use(simulatedHosts('metrics-a', 'metrics-b'));
  service = stack.use(await testService({ NODES: hosts.nodes, METRICS_TOKEN: TOKEN }));
  await rollOut({ url: service.url, id: 'measured', replicas: 4 });
}, 60_000);
afterAll(() => stack.disposeAsync());

const get = (path: string, token?: string): Promise<Response> =>
  fetch(`${service.url}${path}`, { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

async function scrape(): Promise<ReadonlyMap<string, Family>> {
  const response = await get('/metrics', TOKEN);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return parseExposition(await response.text());
}

test('a rollout is found in the numbers of every seam', async () => {
  const families = await scrape();
  const value = (name: string, labels?: Record<string, string>): number | undefined => valueOf(families, name, labels);
  expect(value('deploy_svc_events_appended_total', { type: 'ReplicaReady' })).toBe(4);
  expect(value('deploy_svc_plan_actions_total', { action: 'schedule' })).toBe(4);
  expect(value('deploy_svc_plan_duration_seconds_count')).toBeGreaterThan(0);
  expect(value('deploy_svc_append_duration_seconds_count', { outcome: 'stored' })).toBeGreaterThan(4);
  expect(value('deploy_svc_append_batch_events_count')).toBeGreaterThan(4);
  expect(value('deploy_svc_job_duration_seconds_count', { queue: 'start', outcome: 'done' })).toBeGreaterThan(0);
  expect(value('deploy_svc_engine_call_duration_seconds_count', { operation: 'create', outcome: 'ok' })).toBe(4);
  expect(value('deploy_svc_engine_call_duration_seconds_count', { operation: 'ping', outcome: 'ok' })).toBeGreaterThan(
    0,
  );
  const saved = { method: 'PUT', route: '/deploy-svc/deployment', status: '200' };
  expect(value('deploy_svc_http_requests_total', saved)).toBe(1);
  // Templates, and not paths.
  const shown = { method: 'GET', route: '/deploy-svc/deployment/{id}', status: '200' };
  expect(value('deploy_svc_http_requests_total', shown)).toBeGreaterThan(0);
  expect(value('deploy_svc_http_requests_in_flight')).toBe(1);
});

test('the installation is told as a whole', async () => {
  const families = await scrape();
  expect(valueOf(families, 'deploy_svc_replicas', { status: 'Ready' })).toBe(4);
  expect(valueOf(families, 'deploy_svc_deployments', { status: 'OK' })).toBe(1);
  expect(valueOf(families, 'deploy_svc_workers_alive')).toBe(1);
  expect(valueOf(families, 'deploy_svc_log_position')).toBeGreaterThan(20);
  expect(families.get('deploy_svc_node_up')?.samples.map(({ value }) => value)).toEqual([1, 1]);
  expect(valueOf(families, 'deploy_svc_queue_jobs', { queue: 'start.local-docker', state: 'ready' })).toBe(0);
});

test('no label holds what grows with use', async () => {
  const families = await scrape();
  const text = JSON.stringify([...families].flatMap(([, { samples }]) => samples.map(({ labels }) => labels)));
  expect(text).not.toContain('measured');
});

test('what fits no node is counted by what the nodes lack', async () => {
  const { client } = await adminOf(service.url);
  const deployment = { id: 'too-big', definitionId: 'measured', replicas: 2, resources: { cpu: '900' } };
  await client.call('saveDeployment', { body: { deployment } });
  await expect
    .poll(async () => valueOf(await scrape(), 'deploy_svc_placement_refusals_total', { filter: 'cpu' }), {
      timeout: 10_000,
    })
    .toBeGreaterThanOrEqual(2);
});

test('unknown paths are one route', async () => {
  await get('/nowhere/1');
  await get('/nowhere/2');
  const none = { method: 'GET', route: 'none', status: '404' };
  await expect
    .poll(async () => valueOf(await scrape(), 'deploy_svc_http_requests_total', none), {
      timeout: 5_000,
    })
    .toBe(2);
});

test('the token of monitoring systems opens nothing else; the administrator reads them too', async () => {
  expect((await get('/metrics')).status).toBe(401);
  expect((await get('/metrics', `${TOKEN}x`)).status).toBe(401);
  for (const path of ['/deploy-svc/workers', '/deploy-svc/jobs/dead', '/registry-svc/definitions']) {
    expect((await get(path, TOKEN)).status).toBe(401);
  }
  expect(
    (await fetch(`${service.url}/user-svc/self`, { method: 'POST', headers: { authorization: TOKEN } })).status,
  ).toBe(401);
  const { token } = await adminOf(service.url);
  expect((await get('/metrics', token)).status).toBe(200);
});

test('a worker without an API tells its own on a port of its own, and is discovered there', async () => {
  const settings = { DATABASE_URL: service.databaseUrl, ROLES: 'worker', NODES: '', METRICS_PORT: '0' };
  await using _worker = await startService(readConfig({ ...settings, METRICS_TOKEN: TOKEN }), createLogger('silent'));
  const response = await get('/sd/services', TOKEN);
  const [target] = (await response.json()) as readonly { targets: readonly string[]; labels: Record<string, string> }[];
  expect(target?.labels['__meta_deploy_svc_worker']).toMatch(/^wrk_/);
  const url = `http://${target?.targets[0]}/metrics`;
  expect((await fetch(url)).status).toBe(401);
  const families = parseExposition(await (await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } })).text());
  expect(valueOf(families, 'deploy_svc_build_info')).toBe(1);
  // What is of the installation is told by the API.
  expect(families.get('deploy_svc_replicas')?.samples).toEqual([]);
  expect((await fetch(`http://${target?.targets[0]}/other`)).status).toBe(404);
});

test('others must not reach the measurements without a token', async () => {
  const settings = { DATABASE_URL: service.databaseUrl, ROLES: 'worker', NODES: '', METRICS_PORT: '0' };
  const open = readConfig({ ...settings, METRICS_HOST: '0.0.0.0' });
  await expect(startService(open, createLogger('silent'))).rejects.toThrow(
    'METRICS_HOST=0.0.0.0 can be reached by others',
  );
});
