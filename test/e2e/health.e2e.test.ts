import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Instance } from '../../src/api/contract/registry-schemas.ts';
import type { DeploymentView } from '../../src/api/contract/deploy-schemas.ts';
import { LABEL, type ContainerState } from '../../src/engine/engine.ts';
import { buildWebImage } from '../support/images.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const IMAGE = 'deploy-svc-test/health:1';
const CHECKED = 'deploy-svc-test/health-checked:1';
const HEALTHZ = '/www/healthz';
const DEADLINE_MS = 30_000;

let product: TestService;

beforeAll(async () => {
  product = await testService();
  await buildWebImage(product.engine, IMAGE, 'well');
  await buildWebImage(product.engine, CHECKED, 'well', { healthcheck: true });
  await save('definition', { id: 'def_health', image: { name: IMAGE, internalPorts: [8080] } });
  await save('definition', { id: 'def_checked', image: { name: CHECKED, internalPorts: [8080] } });
});
afterAll(() => product[Symbol.asyncDispose]());

async function save(kind: 'definition' | 'deployment', content: object, ...flags: string[]): Promise<void> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', ...flags, file);
}

const view = async (id: string): Promise<DeploymentView> =>
  JSON.parse(await product.oo('deployment', 'get', id, '-o', 'json')) as DeploymentView;

async function instancesOf(id: string): Promise<readonly Instance[]> {
  const all = JSON.parse(await product.oo('instance', 'list', '-o', 'json')) as Instance[];
  return all.filter(({ deploymentId }) => deploymentId === id);
}

async function containersOf(id: string): Promise<readonly ContainerState[]> {
  return (await product.engine.list()).filter(
    ({ labels, phase }) => labels[LABEL.deployment] === id && phase === 'running',
  );
}

/** Has the container answer its probes well, or not. */
async function setHealth(containerId: string, well: boolean): Promise<void> {
  const command = well ? ['touch', HEALTHZ] : ['rm', HEALTHZ];
  const { exitCode, output } = await product.engine.exec(containerId, command, { timeoutMs: 10_000 });
  expect(exitCode, output).toBe(0);
}

const statusesOf = (instances: readonly Instance[]): readonly string[] =>
  instances.map(({ status }) => status).toSorted();

test('a replica whose ready probe fails leaves traffic, and returns; its container is the same all along', async () => {
  const ready = { http: { path: '/healthz' }, periodSeconds: 1, failureThreshold: 2 };
  await save('deployment', { id: 'depl_ready', definitionId: 'def_health', replicas: 2, probes: { ready } }, '--wait');
  // A job of its own registers what is ready.
  await until('both are registered', DEADLINE_MS, async () => {
    return statusesOf(await instancesOf('depl_ready')).join() === 'Healthy,Healthy';
  });
  const before = await containersOf('depl_ready');
  const sick = before[0];

  await setHealth(sick?.id ?? '', false);
  await until('one instance is out of traffic', DEADLINE_MS, async () => {
    return statusesOf(await instancesOf('depl_ready')).join() === 'Error,Healthy';
  });
  const [out] = (await instancesOf('depl_ready')).filter(({ status }) => status === 'Error');
  expect(out?.url).toBe(`http://127.0.0.1:${sick?.ports[0]?.host}`);
  expect(out?.details).toBe('ready probe failed 2 times in a row, every 1 s: GET /healthz on port 8080 answered 404');
  await until('the deployment says why it is not OK', DEADLINE_MS, async () => {
    const { deployment } = await view('depl_ready');
    return deployment.status === 'Deploying' && deployment.details?.includes('answered 404') === true;
  });
  expect(await product.oo('deployment', 'get', 'depl_ready')).toMatch(
    /Running .*GET \/healthz on port 8080 answered 404/,
  );

  await setHealth(sick?.id ?? '', true);
  await until('both are back', DEADLINE_MS, async () => (await view('depl_ready')).deployment.status === 'OK');
  await until('both take traffic', DEADLINE_MS, async () => {
    return statusesOf(await instancesOf('depl_ready')).join() === 'Healthy,Healthy';
  });
  expect((await containersOf('depl_ready')).map(({ id, startedAt }) => ({ id, startedAt }))).toEqual(
    before.map(({ id, startedAt }) => ({ id, startedAt })),
  );
});

test('a replica whose live probe fails is replaced, with the reason and its last words', async () => {
  const live = { exec: { command: ['test', '-f', HEALTHZ] }, periodSeconds: 1, failureThreshold: 2 };
  await save('deployment', { id: 'depl_live', definitionId: 'def_health', probes: { live } }, '--wait');
  const [before] = await containersOf('depl_live');
  await setHealth(before?.id ?? '', false);
  await until('it is replaced', DEADLINE_MS, async () => {
    const { deployment, replicas } = await view('depl_live');
    return deployment.status === 'OK' && replicas[0]?.generation === 2;
  });
  const { failure } = (await view('depl_live')).replicas[0] ?? {};
  expect(failure).toMatchObject({
    kind: 'probe',
    message: `live probe failed 2 times in a row, every 1 s: "test -f ${HEALTHZ}" exited with code 1`,
    lastLogs: ['serving well on 8080'],
  });
  await until('the one before is gone', DEADLINE_MS, async () => {
    const ids = (await containersOf('depl_live')).map(({ id }) => id);
    return ids.length === 1 && ids[0] !== before?.id;
  });
});

test('the HEALTHCHECK of an image decides when it is ready, and has it replaced when it turns unhealthy', async () => {
  await save('deployment', { id: 'depl_checked', definitionId: 'def_checked' }, '--wait');
  const [before] = await containersOf('depl_checked');
  // It was ready at its first healthy, not at its first connection.
  expect(before?.health).toBe('healthy');
  await setHealth(before?.id ?? '', false);
  await until('it is replaced', DEADLINE_MS, async () => (await view('depl_checked')).replicas[0]?.generation === 2);
  const { failure } = (await view('depl_checked')).replicas[0] ?? {};
  expect(failure).toMatchObject({ kind: 'probe', message: "the image's HEALTHCHECK says unhealthy" });
});

test('a probe that asks a port which nobody publishes fails the save’s rollout with the next step', async () => {
  const probes = { ready: { tcp: { port: 9 } } };
  const file = join(product.shell.home, 'deployment.json');
  await writeFile(file, JSON.stringify({ id: 'depl_port', definitionId: 'def_health', probes }));
  const { code, stderr } = await product.tryOo('deployment', 'save', '--wait', file);
  expect(code).toBe(6);
  expect(stderr).toContain(
    "the ready probe asks port 9 of the image, which publishes 8080: add it to the definition's ports",
  );
});
