import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import type { BuildView } from '../../src/api/contract/build-schemas.ts';
import type { DeploymentView } from '../../src/api/contract/deploy-schemas.ts';
import { readConfig } from '../../src/config.ts';
import type { SimulatedHost } from '../../src/engine/simulated/host.ts';
import { NO_LATENCY } from '../../src/engine/simulated/latency.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE } from '../../src/engine/simulated/script.ts';
import { createLogger } from '../../src/logger.ts';
import { startService, type Service } from '../../src/process/service.ts';
import { LOGIN, startGitServer, type GitServer } from '../support/git-server.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const NAMES = ['builds-a', 'builds-b'] as const;
const WITHIN = 20_000;

let stack: AsyncDisposableStack;
let git: GitServer;
let hosts: readonly SimulatedHost[];
let product: TestService;
/** What was built, on which host. */
let built: { readonly host: string; readonly tag: string }[];

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  git = stack.use(await startGitServer());
  await git.commit({ Dockerfile: 'FROM scratch\nCOPY app /app\n', app: '1' });
  built = [];
  hosts = NAMES.map((name) =>
    createSimulatedHost(name, {
      latencies: NO_LATENCY,
      // Of its own: equal images are told by their identity.
      built(tag) {
        built.push({ host: name, tag });
        return { ...SERVER_IMAGE };
      },
      // No registry has what is built here.
      registry: () => undefined,
    }),
  );
  stack.defer(() => NAMES.forEach(dropSimulatedHost));
  product = stack.use(await testService({ NODES: NAMES.map((name) => `simulated://${name}`).join(',') }));
});
afterEach(() => stack.disposeAsync());

/** A further worker process on the same database. */
const anotherWorker = (): Promise<Service> =>
  startService(
    readConfig({ DATABASE_URL: product.databaseUrl, ROLES: 'worker', NODES: '' }),
    createLogger('silent'),
  );

async function save(kind: 'definition' | 'deployment', ...contents: readonly object[]): Promise<void> {
  const files = await Promise.all(
    contents.map(async (content, index) => {
      const file = join(product.shell.home, `${kind}-${index}.json`);
      await writeFile(file, JSON.stringify(content));
      return file;
    }),
  );
  await product.oo(kind, 'save', ...files);
}

const define = (repository: object = {}): Promise<void> =>
  save('definition', { id: 'def', repository: { url: `${git.url}/repo.git`, internalPorts: [80], ...repository } });

const view = async (id = 'web'): Promise<DeploymentView> =>
  JSON.parse(await product.oo('deployment', 'get', id, '-o', 'json')) as DeploymentView;

const builds = async (): Promise<readonly BuildView[]> =>
  JSON.parse(await product.oo('build', 'list', '-o', 'json')) as readonly BuildView[];

const standing = async (status: string, id = 'web'): Promise<void> => {
  await until(`${id} is ${status}`, WITHIN, async () => (await view(id)).deployment.status === status);
};

/** A replica on each host. */
const SPREAD = { id: 'web', definitionId: 'def', replicas: 2 };

test('two workers and five deployments: one build, one transfer to each node', async () => {
  stack.use(await anotherWorker());
  await define();
  const ids = ['d1', 'd2', 'd3', 'd4', 'd5'];
  await save('deployment', ...ids.map((id) => ({ ...SPREAD, id })));
  for (const id of ids) await standing('OK', id);
  expect(built).toHaveLength(1);
  const made = await builds();
  expect(made).toMatchObject([{ status: 'Succeeded', url: `${git.url}/repo.git` }]);
  const { image = '' } = made[0] ?? {};
  expect(hosts.map(({ images }) => images.get(image) !== undefined)).toEqual([true, true]);
  // The same image, not one that was built like it.
  expect(hosts[0]?.images.get(image)).toBe(hosts[1]?.images.get(image));
});

test('the node that has built it is gone: another that has it serves; with none left it is built anew', async () => {
  await define();
  await save('deployment', SPREAD);
  await standing('OK');
  const image = built[0]?.tag ?? '';
  const [builder, other] = hosts[0]?.name === built[0]?.host ? hosts : hosts.toReversed();
  builder?.images.delete(image);
  await product.oo('deployment', 'restart', 'web', '--detach');
  await until('revision 2 is up', WITHIN, async () => {
    const { revision, deployment } = await view();
    return revision === 2 && deployment.status === 'OK';
  });
  expect(built).toHaveLength(1);
  expect(builder?.images.get(image)).toBe(other?.images.get(image));
  for (const { images } of hosts) images.delete(image);
  await product.oo('deployment', 'restart', 'web', '--detach');
  await until('revision 3 is up', WITHIN, async () => {
    const { revision, deployment } = await view();
    return revision === 3 && deployment.status === 'OK';
  });
  expect(built.map(({ tag }) => tag)).toEqual([image, image]);
  expect((await view()).replicas.map(({ failures }) => failures)).toEqual([0, 0]);
});

test('an engine that breaks off: it is tried again, on another node', async () => {
  for (const host of hosts) host.failNext('build', 'unreachable', { message: 'connect ECONNREFUSED' });
  await define();
  await save('deployment', SPREAD);
  await standing('Error');
  expect((await view()).deployment.details).toContain('connect ECONNREFUSED (tried again)');
  await standing('OK');
  expect(built).toHaveLength(1);
});

test('what its container file forbids is built once, and again when somebody asks', async () => {
  await git.commit({ Dockerfile: 'FROM scratch\nCOPY missing /missing\n' });
  await define();
  await save('deployment', SPREAD);
  await standing('Error');
  const { deployment, replicas } = await view();
  expect(deployment.details).toBe(
    'build failed: COPY failed: file not found in build context or excluded by .dockerignore: stat missing: file does not exist',
  );
  expect(replicas).toEqual([]);
  const [failed] = await builds();
  expect(failed).toMatchObject({ status: 'Failed', failure: { terminal: true } });
  await save('deployment', SPREAD);
  await until('it was tried again', WITHIN, async () => {
    const [again] = await builds();
    return again?.status === 'Failed' && again.requestedAt !== failed?.requestedAt;
  });
  await git.commit({ missing: 'here' });
  await save('deployment', SPREAD);
  await standing('OK');
});

test.each([
  [{ version: 'v9' }, 'the repository has no branch or tag v9'],
  [{ buildContext: 'nowhere' }, 'build context nowhere is not in the repository'],
  [{ containerFile: 'Other' }, 'container file Other is not in the repository'],
])('%j cannot be built, and says why', async (repository, reason) => {
  await define(repository);
  await save('deployment', SPREAD);
  await standing('Error');
  expect((await view()).deployment.details).toBe(`build failed: ${reason}`);
  expect(built).toEqual([]);
});

test('a context and a container file of its own', async () => {
  await git.commit({ 'sub/Other': 'FROM scratch\nCOPY inner /inner\n', 'sub/inner': '1' });
  await define({ buildContext: './sub/', containerFile: 'Other' });
  await save('deployment', SPREAD);
  await standing('OK');
  expect(built).toHaveLength(1);
});

test('a private repository, by a secret that nothing shows', async () => {
  await product.oo('secret', 'save', 'git', `${LOGIN.username}:${LOGIN.password}`);
  await define({ url: `${git.url}/private.git`, credentials: '{{secret:git}}' });
  await save('deployment', SPREAD);
  await standing('OK');
  expect(built).toHaveLength(1);
  const shown = await product.oo('events', '-n', '1000', '-o', 'json');
  expect(shown).not.toContain(LOGIN.password);
  expect(await product.oo('definition', 'list', '-o', 'json')).not.toContain('credentials');
});

test('the worker ends in the middle of a build: another takes it over', async () => {
  for (const host of hosts) host.hangNext('build');
  const leaving = await startService(
    readConfig({ DATABASE_URL: product.databaseUrl, ROLES: 'worker', NODES: '', QUEUES: 'build' }),
    createLogger('silent'),
  );
  await define();
  await save('deployment', SPREAD);
  await until('it is being built', WITHIN, async () => (await builds())[0]?.status === 'Building');
  await leaving[Symbol.asyncDispose]();
  // Whichever of the two had it: an engine that hangs is left when its worker goes, or here.
  for (const host of hosts) host.heal();
  await standing('OK');
  expect(built).toHaveLength(1);
}, 60_000);
