import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { BuildView } from '../../src/api/contract/build-schemas.ts';
import type { DeploymentView } from '../../src/api/contract/deploy-schemas.ts';
import { readConfig } from '../../src/config.ts';
import { EngineError } from '../../src/engine/engine-error.ts';
import type { SimulatedHost } from '../../src/engine/simulated/host.ts';
import { NO_LATENCY } from '../../src/engine/simulated/latency.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE, type SimulatedImage } from '../../src/engine/simulated/script.ts';
import { createLogger } from '../../src/logger.ts';
import type { Service } from '../../src/process/running-service.ts';
import { startService } from '../../src/process/service.ts';
import { LOGIN, startGitServer, type GitServer } from '../support/git-server.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const NAMES = ['builds-a', 'builds-b'] as const;
const NODES = NAMES.map((name) => `simulated://${name}`).join(',');
const SETTINGS = { NODES, REGISTRY_URL: 'registry.test:5000/team' };
const WITHIN = 20_000;

const stack = new AsyncDisposableStack();
let git: GitServer;
let hosts: readonly SimulatedHost[];
let product: TestService;
let builder: Service;
let token: string;
/** What the registry has, and whether it takes more. */
const registry = new Map<string, SimulatedImage>();
let registryTakes = false;
/** What was built, on which host. */
let built: { readonly host: string; readonly tag: string }[];

beforeAll(async () => {
  git = stack.use(await startGitServer());
  hosts = NAMES.map((name) =>
    createSimulatedHost(name, {
      latencies: NO_LATENCY,
      // Of its own: equal images are told by their identity.
      built(tag) {
        built.push({ host: name, tag });
        return { ...SERVER_IMAGE };
      },
      registry: (reference) => registry.get(reference),
      pushed(reference, image) {
        if (!registryTakes) throw new EngineError('refused', 'push: the registry is full');
        registry.set(reference, image);
      },
    }),
  );
  stack.defer(() => NAMES.forEach(dropSimulatedHost));
  // Whose builder ends in the last test.
  product = stack.use(await testService({ ...SETTINGS, QUEUES: 'plan,replan,wake,resolve,start,stop,register' }));
  builder = stack.use(await anotherWorker('build'));
  token = (await product.oo('token')).trim();
});
afterAll(() => stack.disposeAsync());
beforeEach(() => {
  built = [];
  for (const host of hosts) host.heal();
});

/** A further worker process on the same database. */
const anotherWorker = (queues = ''): Promise<Service> =>
  startService(
    readConfig({ DATABASE_URL: product.databaseUrl, ROLES: 'worker', ...SETTINGS, QUEUES: queues }),
    createLogger('silent'),
  );

/** A commit on a branch of its own: no other test has built it. */
async function branch(name: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
  await git.git('checkout', '--quiet', '-B', name);
  await git.commit({ Dockerfile: 'FROM scratch\nCOPY app /app\n', app: name, ...files });
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${product.url}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** The definition and a deployment of it, both of this name, from the branch of this name. */
async function deploy(id: string, repository: object = {}): Promise<void> {
  const source = { url: `${git.url}/repo.git`, version: id, internalPorts: [80], ...repository };
  await call('PUT', '/registry-svc/definition', { definition: { id, repository: source } });
  await again(id);
}

const again = (id: string, definitionId = id): Promise<unknown> =>
  call('PUT', '/deploy-svc/deployment', { deployment: { id, definitionId, replicas: 2 } });

const view = async (id: string): Promise<DeploymentView> =>
  (await call('GET', `/deploy-svc/deployment/${id}`)) as DeploymentView;

/** The build that the deployment waits for, or runs. */
async function buildOf(id: string): Promise<BuildView | undefined> {
  const { build } = await view(id);
  if (build?.id === undefined) return undefined;
  return ((await call('GET', `/deploy-svc/build/${build.id}`)) as { build: BuildView }).build;
}

const standing = async (status: string, id: string): Promise<DeploymentView> => {
  await until(`${id} is ${status}`, WITHIN, async () => (await view(id)).deployment.status === status);
  return view(id);
};

/** Up again, as a further revision. */
const restarted = async (id: string, revision: number): Promise<void> => {
  await call('POST', `/deploy-svc/deployment/${id}/restart`, {});
  await until(`revision ${revision} of ${id} is up`, WITHIN, async () => {
    const present = await view(id);
    return present.revision === revision && present.deployment.status === 'OK';
  });
};

test('two workers and five deployments: one build, one image on each node', async () => {
  await using _ = await anotherWorker();
  await branch('many');
  await deploy('many');
  const ids = ['many', 'many2', 'many3', 'many4', 'many5'];
  await Promise.all(ids.map((id) => again(id, 'many')));
  for (const id of ids) await standing('OK', id);
  expect(built).toHaveLength(1);
  const made = await buildOf('many5');
  expect(made).toMatchObject({ status: 'Succeeded', url: `${git.url}/repo.git` });
  // The same image, not one that was built like it.
  const images = hosts.map((host) => host.images.get(made?.image ?? ''));
  expect(images[0]).toBeDefined();
  expect(images[0]).toBe(images[1]);
}, 60_000);

test('the node that has built it is gone: another that has it serves; with none left it is built anew', async () => {
  await branch('lost');
  await deploy('lost');
  await standing('OK', 'lost');
  const image = built[0]?.tag ?? '';
  const [builder, other] = hosts[0]?.name === built[0]?.host ? hosts : hosts.toReversed();
  builder?.images.delete(image);
  await restarted('lost', 2);
  expect(built).toHaveLength(1);
  expect(builder?.images.get(image)).toBe(other?.images.get(image));
  for (const { images } of hosts) images.delete(image);
  await restarted('lost', 3);
  expect(built.map(({ tag }) => tag)).toEqual([image, image]);
  expect((await view('lost')).replicas.map(({ failures }) => failures)).toEqual([0, 0]);
}, 60_000);

test('with a registry it is pushed once, and pulled; no engine is asked for it', async () => {
  registryTakes = true;
  for (const host of hosts) host.failNext('saveImage', 'refused', { times: 10 });
  await branch('pushed');
  await deploy('pushed');
  const { replicas } = await standing('OK', 'pushed');
  registryTakes = false;
  expect(new Set(replicas.map(({ nodeId }) => nodeId)).size).toBe(2);
  const made = await buildOf('pushed');
  expect(made).toMatchObject({ pushed: true });
  expect(made?.image).toMatch(/^registry\.test:5000\/team\/deploy-svc\/repo-[0-9a-f]{8}:[0-9a-f]{40}$/);
  expect([...registry.keys()]).toEqual([made?.image]);
  // A registry that has lost it is no reason to fail.
  for (const host of hosts) host.heal();
  registry.clear();
  hosts[0]?.images.delete(made?.image ?? '');
  await restarted('pushed', 2);
  expect(built).toHaveLength(1);
}, 60_000);

test('a transfer that breaks off is made again, and nothing is built for it', async () => {
  for (const host of hosts) host.failNext('loadImage', 'pull-failed', { message: 'unexpected EOF' });
  await branch('torn');
  await deploy('torn');
  const { replicas } = await standing('OK', 'torn');
  expect(new Set(replicas.map(({ nodeId }) => nodeId)).size).toBe(2);
  expect(built).toHaveLength(1);
}, 60_000);

test('an engine that breaks off: it is tried again, on another node', async () => {
  for (const host of hosts) host.failNext('build', 'unreachable', { message: 'connect ECONNREFUSED' });
  await branch('broken');
  await deploy('broken');
  expect((await standing('Error', 'broken')).deployment.details).toContain('connect ECONNREFUSED (tried again)');
  await standing('OK', 'broken');
  expect(built).toHaveLength(1);
}, 60_000);

test('without a node that takes anything new it says so, and is built once there is one', async () => {
  for (const url of NODES.split(',')) await product.oo('node', 'cordon', url);
  await branch('nowhere');
  await deploy('nowhere');
  const { deployment } = await standing('Error', 'nowhere');
  expect(deployment.details).toBe(
    'build failed: no node takes anything new, so none can build: oo node list (tried again)',
  );
  for (const url of NODES.split(',')) await product.oo('node', 'uncordon', url);
  await standing('OK', 'nowhere');
}, 60_000);

test('what its container file forbids is built once, and again when somebody asks', async () => {
  await branch('forbidden', { Dockerfile: 'FROM scratch\nCOPY missing /missing\n' });
  await deploy('forbidden');
  const { deployment, replicas } = await standing('Error', 'forbidden');
  expect(deployment.details).toBe(
    'build failed: COPY failed: file not found in build context or excluded by .dockerignore: stat missing: file does not exist',
  );
  expect(replicas).toEqual([]);
  const failed = await buildOf('forbidden');
  expect(failed).toMatchObject({ status: 'Failed', failure: { terminal: true } });
  await again('forbidden');
  await until('it was tried again', WITHIN, async () => {
    const next = await buildOf('forbidden');
    return next?.status === 'Failed' && next.requestedAt !== failed?.requestedAt;
  });
  await git.commit({ missing: 'here' });
  await again('forbidden');
  await standing('OK', 'forbidden');
}, 60_000);

test.each([
  [{ version: 'v9' }, 'the repository has no branch or tag v9'],
  [{ buildContext: 'nowhere' }, 'build context nowhere is not in the repository'],
  [{ containerFile: 'Other' }, 'container file Other is not in the repository'],
])('%j cannot be built, and says why', async (repository, reason) => {
  const id = reason.replaceAll(' ', '-');
  await branch(id);
  await deploy(id, repository);
  expect((await standing('Error', id)).deployment.details).toBe(`build failed: ${reason}`);
  expect(built).toEqual([]);
});

test('a context and a container file of its own', async () => {
  await branch('context', { 'sub/Other': 'FROM scratch\nCOPY inner /inner\n', 'sub/inner': '1' });
  await deploy('context', { buildContext: './sub/', containerFile: 'Other' });
  await standing('OK', 'context');
  expect(built).toHaveLength(1);
});

test('a private repository, by a secret that nothing shows', async () => {
  await branch('private');
  await product.oo('secret', 'save', 'git', `${LOGIN.username}:${LOGIN.password}`);
  await deploy('private', { url: `${git.url}/private.git`, credentials: '{{secret:git}}' });
  await standing('OK', 'private');
  expect(built).toHaveLength(1);
  expect(JSON.stringify(await call('GET', '/deploy-svc/events?limit=1000'))).not.toContain(LOGIN.password);
  expect(JSON.stringify(await call('GET', '/registry-svc/definitions'))).not.toContain('credentials');
});

test('the image of a commit that nobody uses any more goes, and is built again when somebody wants it', async () => {
  await branch('old');
  await deploy('old');
  await standing('OK', 'old');
  const first = await buildOf('old');
  const { commit = '', image = '' } = first ?? {};
  await git.commit({ app: 'a later one' });
  await again('old');
  await until('the later one is up', WITHIN, async () => {
    const present = await view('old');
    return present.revision === 2 && present.deployment.status === 'OK';
  });
  // A worker looks for them as soon as it starts.
  await using _ = await startService(
    readConfig({
      DATABASE_URL: product.databaseUrl,
      ROLES: 'worker',
      ...SETTINGS,
      QUEUES: 'wake',
      BUILD_KEEP_SECONDS: '0',
    }),
    createLogger('silent'),
  );
  await until('it is gone', 30_000, async () => hosts.every(({ images }) => !images.has(image)));
  const second = await buildOf('old');
  expect(hosts.every(({ images }) => images.has(second?.image ?? ''))).toBe(true);
  built = [];
  await deploy('old', { version: commit });
  await until('the first one is up again', WITHIN, async () => {
    const present = await view('old');
    return present.revision === 3 && present.deployment.status === 'OK';
  });
  expect(built.map(({ tag }) => tag)).toEqual([image]);
}, 90_000);

test('the worker ends in the middle of a build: another takes it over', async () => {
  for (const host of hosts) host.hangNext('build');
  await branch('hanging');
  await deploy('hanging');
  await until('it is being built', WITHIN, async () => (await buildOf('hanging'))?.status === 'Building');
  for (const host of hosts) host.heal();
  await builder[Symbol.asyncDispose]();
  await using _ = await anotherWorker('build');
  await standing('OK', 'hanging');
  expect(built).toHaveLength(1);
}, 60_000);
