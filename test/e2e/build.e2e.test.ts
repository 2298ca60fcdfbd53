import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { BuildView } from '../../src/api/contract/build-schemas.ts';
import type { DeploymentView } from '../../src/api/contract/deploy-schemas.ts';
import { engineHosts, type EngineHost } from '../support/engine-hosts.ts';
import { startGitServer, type GitServer } from '../support/git-server.ts';
import { testService, type TestService } from '../support/service.ts';
import { CONTAINER_FILE, commitWebServer } from '../support/web-repository.ts';

let git: GitServer;
let hosts: readonly EngineHost[];
let product: TestService;
let first: string;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  git = stack.use(await startGitServer());
  first = await commitWebServer(git, 'version one');
  const opened = stack.use(await engineHosts(2, { first: 60 }));
  hosts = opened.hosts;
  const nodes = hosts.map(({ url }) => url).join(',');
  product = stack.use(await testService({ NODES: nodes, CLUSTER: 'built', DOCKER_INSECURE_TCP: 'true' }));
}, 60_000);
afterAll(() => stack.disposeAsync(), 60_000);

const DEPLOYMENT = {
  id: 'depl_built',
  definitionId: 'def_built',
  replicas: 2,
  strategy: { maxUnavailable: 0, maxSurge: 1 },
};

async function save(kind: 'definition' | 'deployment', content: object, ...flags: string[]): Promise<string> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  const { code, stdout, stderr } = await product.tryOo(kind, 'save', ...flags, file);
  return `${code}\n${stdout}${stderr}`;
}

const define = (version?: string): Promise<string> => {
  const repository = { url: `${git.url}/repo.git`, ...(version && { version }), internalPorts: [8080] };
  return save('definition', { id: 'def_built', repository });
};

const view = async (): Promise<DeploymentView> =>
  JSON.parse(await product.oo('deployment', 'get', DEPLOYMENT.id, '-o', 'json')) as DeploymentView;

const builds = async (): Promise<readonly BuildView[]> =>
  JSON.parse(await product.oo('build', 'list', '-o', 'json')) as readonly BuildView[];

/** What each of its replicas answers over HTTP, where its node publishes it. */
async function answers(): Promise<readonly string[]> {
  const { replicas } = await view();
  return Promise.all(
    replicas.map(async ({ nodeUrl, ports }) => {
      const response = await fetch(`http://${new URL(nodeUrl).hostname}:${ports[0]?.host}/`);
      return (await response.text()).trim();
    }),
  );
}

/** The fewest replicas that were ready at once, after the first time that all were. */
async function fewestReady(): Promise<number> {
  const lines = await product.oo('events', '--of', DEPLOYMENT.id, '-n', '1000', '-o', 'json');
  const events = JSON.parse(lines) as readonly { type: string; data: { replicaId: string } }[];
  const ready = new Set<string>();
  let fewest = Infinity;
  for (const { type, data } of events) {
    if (type === 'ReplicaReady') ready.add(data.replicaId);
    if (['ReplicaStopping', 'ReplicaFailed', 'ReplicaUnready'].includes(type)) ready.delete(data.replicaId);
    if (ready.size === DEPLOYMENT.replicas || fewest < Infinity) fewest = Math.min(fewest, ready.size);
  }
  return fewest;
}

test('a branch is built once, carried to the other node, and serves', async () => {
  await define();
  expect(await save('deployment', DEPLOYMENT, '--wait', '--timeout', '60s')).toMatch(/^0\n/);
  expect(await answers()).toEqual(['version one', 'version one']);
  const { replicas, build } = await view();
  expect(new Set(replicas.map(({ nodeId }) => nodeId)).size).toBe(2);
  const [made, ...others] = await builds();
  expect(others).toEqual([]);
  expect(made).toMatchObject({ status: 'Succeeded', commit: first });
  expect(build).toMatchObject({ version: 'main', commit: first, id: made?.id, status: 'Succeeded' });
  const ids = await Promise.all(hosts.map(({ engine }) => engine.imageId(made?.image ?? '')));
  expect(ids).toEqual([made?.imageId, made?.imageId]);
  expect(await product.oo('build', 'logs', made?.id ?? '')).toMatch(
    /^Step 4\/\d+ : COPY index\.html \/www\/index\.html$/m,
  );
}, 90_000);

test('the same save without a new commit changes nothing', async () => {
  const before = await view();
  expect(await save('deployment', DEPLOYMENT, '--wait', '--timeout', '60s')).toMatch(/^0\n/);
  const after = await view();
  expect(after.revision).toBe(before.revision);
  expect(after.replicas).toEqual(before.replicas);
}, 90_000);

test('the next commit rolls without a replica too few', async () => {
  const commit = await git.commit({ 'index.html': 'version two' });
  expect(await save('deployment', DEPLOYMENT, '--wait', '--timeout', '60s')).toMatch(/^0\n/);
  expect(await answers()).toEqual(['version two', 'version two']);
  expect((await view()).build).toMatchObject({ commit });
  expect(await fewestReady()).toBe(DEPLOYMENT.replicas);
}, 90_000);

test('a COPY that fails is told as it is, and what runs goes on', async () => {
  await git.commit({ Dockerfile: `${CONTAINER_FILE}COPY missing /missing\n` });
  const before = await view();
  const said = await save('deployment', DEPLOYMENT, '--wait', '--timeout', '60s');
  expect(said).toMatch(/^6\n/);
  expect(said).toContain('build failed: COPY failed: file not found in build context');
  expect(await product.oo('deployment', 'list')).toBe(
    'ID           DEFINITION ID   STATUS   DETAILS\n' +
      'depl_built   def_built       Error    build failed: COPY failed: file not found in build context or excluded by…\n',
  );
  expect(await answers()).toEqual(['version two', 'version two']);
  const after = await view();
  expect(after.replicas).toEqual(before.replicas);
  expect(after.revision).toBe(before.revision);
  expect((await builds())[0]).toMatchObject({ status: 'Failed', failure: { terminal: true } });
}, 90_000);

test('the commit that mends it is built, and rolls', async () => {
  await git.commit({ Dockerfile: CONTAINER_FILE, 'index.html': 'version three' });
  expect(await save('deployment', DEPLOYMENT, '--wait', '--timeout', '60s')).toMatch(/^0\n/);
  expect(await answers()).toEqual(['version three', 'version three']);
  expect(await fewestReady()).toBe(DEPLOYMENT.replicas);
}, 90_000);

test('a commit, and a tag of it, are what was built before', async () => {
  const before = await builds();
  await define(first);
  await product.oo('deployment', 'watch', DEPLOYMENT.id, '--timeout', '60s');
  await expect.poll(answers, { timeout: 60_000 }).toEqual(['version one', 'version one']);
  await git.git('tag', 'v1', first);
  await define('v1');
  await expect
    .poll(async () => (await view()).build, { timeout: 30_000 })
    .toMatchObject({ version: 'v1', commit: first });
  expect((await builds()).map(({ id }) => id).toSorted()).toEqual(before.map(({ id }) => id).toSorted());
}, 90_000);
