import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { OO } from '../cli/support/oo.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** Simulated nodes have four cores each. */
const NODES = ['simulated://pools-a', 'simulated://pools-b'];
const LATE = 'simulated://pools-c';

let product: TestService;
beforeAll(async () => {
  product = await testService({ NODES: NODES.join(','), CLUSTER: 'pools' });
  await save('definition', { id: 'def', image: { name: 'web:1', internalPorts: [8080] } });
  // Of each of these a node of four cores takes two.
  await deploy('api', { replicas: 2, resources: { cpu: '1' }, strategy: { maxUnavailable: 0, maxSurge: 1 } });
});
afterAll(async () => {
  await product[Symbol.asyncDispose]();
  for (const url of [...NODES, LATE]) dropSimulatedHost(new URL(url).hostname);
});

async function save(kind: 'definition' | 'deployment', content: object, ...flags: string[]): Promise<void> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', ...flags, file);
}

const deploy = (id: string, spec: object): Promise<void> =>
  save('deployment', { id, definitionId: 'def', ...spec }, '--wait');

interface View {
  readonly deployment: { readonly status: string };
  readonly replicas: readonly { readonly id: string; readonly status: string; readonly nodeUrl: string }[];
}

const view = async (id: string): Promise<View> =>
  JSON.parse(await product.oo('deployment', 'get', id, '-o', 'json')) as View;

/** Replicas of a deployment by the node that they are on. */
async function placesOf(id: string): Promise<readonly number[]> {
  const { replicas } = await view(id);
  return [...NODES, LATE].map((url) => replicas.filter(({ nodeUrl }) => nodeUrl === url).length);
}

interface Told {
  readonly position: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Events after a position; with none the whole log, page by page. */
async function story(after = 0): Promise<readonly Told[]> {
  const page = JSON.parse(
    await product.oo('events', '--after', String(after), '--limit', '1000', '-o', 'json'),
  ) as readonly Told[];
  return page.length < 1_000 ? page : [...page, ...(await story(page.at(-1)?.position))];
}

const count = async (type: string): Promise<number> => (await story()).filter((event) => event.type === type).length;

test('a drain says first what would move, where to and at what pace, and a dry run changes nothing', async () => {
  expect(await placesOf('api')).toEqual([1, 1, 0]);
  const { stderr, code } = await product.tryOo('node', 'drain', 'simulated://pools-a', '--dry-run');
  expect(code).toBe(0);
  expect(stderr).toMatch(/^Draining node_\w+ \(simulated:\/\/pools-a\) concerns 1 replica of 1 deployment:\n/);
  expect(stderr).toMatch(/ {2}api: 1 replica \(api-r1-\d\)\n {4}there is room: 1 to node_\w+\n/);
  expect(stderr).toContain(
    'RollingUpdate: at most 0 missing and 1 more than wanted at a time; 1 step of at most 1 replica',
  );
  const plan = JSON.parse(
    await product.oo('node', 'drain', 'simulated://pools-a', '--dry-run', '-o', 'json'),
  ) as object;
  expect(plan).toMatchObject({ url: 'simulated://pools-a', deployments: [{ deploymentId: 'api', stuck: [] }] });
  expect(await count('NodeDrainStarted')).toBe(0);
});

test('a drain waits until its node is drained, and uncordon opens it again', async () => {
  const { stdout, stderr } = await product.tryOo('node', 'drain', 'simulated://pools-a');
  expect(stdout).toMatch(/^node_\w+ drained in \d+\.\d s\n$/);
  expect(stderr).toContain('1 replica left on node_');
  expect(await placesOf('api')).toEqual([0, 2, 0]);
  expect(await count('NodeDrained')).toBe(1);
  await product.oo('node', 'uncordon', 'simulated://pools-a');
});

test('a drain that cannot end says before and after what is stuck, in numbers, and can be given up', async () => {
  await deploy('big', { replicas: 1, resources: { cpu: '3' }, strategy: { maxUnavailable: 0, maxSurge: 1 } });
  expect(await placesOf('big')).toEqual([1, 0, 0]);
  const { stdout, stderr, code } = await product.tryOo('node', 'drain', 'simulated://pools-a', '--timeout', '1s');
  expect([code, stdout]).toEqual([7, '']);
  expect(stderr).toContain('STUCK: 1 replica (big-r1-0) would stay');
  expect(stderr).toMatch(/1 replica fits no node: .*cpu needs 3, has 2 free of 4/);
  expect(stderr).toMatch(/Error: node_\w+ is not drained after 1\.0 s: 1 replica left; the drain goes on/);
  expect(stderr).toMatch(/next: oo node uncordon node_\w+/);
  const waiting = product.tryOo('node', 'drain', 'simulated://pools-a', '--timeout', '30s');
  await until('the second drain waits', 10_000, async () => (await count('NodeDrainStarted')) === 2);
  await product.oo('node', 'uncordon', 'simulated://pools-a');
  const given = await waiting;
  expect([given.code, given.stderr]).toEqual([5, expect.stringContaining('was given up by somebody: it is open')]);
  expect(await placesOf('big')).toEqual([1, 0, 0]);
});

test('whoever interrupts the wait is told that the drain goes on, and how to undo it', async () => {
  const args = ['node', 'drain', 'simulated://pools-a'];
  const child = spawn(OO, args, {
    env: { ...process.env, HOME: product.shell.home, XDG_CACHE_HOME: join(tmpdir(), 'oo-cache') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exited = once(child, 'exit');
  await until('the drain waits', 10_000, async () => said.includes('left on'));
  child.kill('SIGINT');
  expect(await exited).toEqual([130, null]);
  expect(said).toMatch(/The drain of (node_\w+) goes on without you\. Undo it with: oo node uncordon \1/);
  expect(await product.oo('node', 'list')).toContain('draining');
  await product.oo('node', 'uncordon', 'simulated://pools-a');
});

test('a node that is added to a full fleet gets its share by a rebalancing, and a second one finds nothing to gain', async () => {
  await product.oo('deployment', 'remove', 'big');
  await deploy('web', { replicas: 4, resources: { cpu: '1' }, strategy: { maxUnavailable: 1, maxSurge: 1 } });
  await product.oo('node', 'add', LATE, '--cluster', 'pools');
  const from = (await story()).at(-1)?.position ?? 0;
  const shown = await product.oo('node', 'rebalance', '--dry-run');
  expect(shown).toMatch(/^REPLICA +FROM +TO +SCORE +WHY\n/);
  expect(shown).toMatch(/spread \d.* → 1, balance/);
  expect(await story(from)).toEqual([]);
  expect(await product.oo('node', 'rebalance')).toMatch(/^REPLICA[^]*\d replicas? moved in \d/);
  const [before, after] = [await placesOf('web'), await placesOf('api')];
  expect(Math.max(...before.map((each, index) => each + (after[index] ?? 0)))).toBeLessThanOrEqual(3);
  expect(before[2]).toBeGreaterThanOrEqual(1);
  expect(await product.oo('node', 'rebalance')).toBe(
    'There is nothing to gain: every replica has the best home there is.\n',
  );
  // Through the rollout's own steps: never more than one of four missing.
  const ready = new Set<string>();
  let least = Infinity;
  for (const { type, data, position } of await story()) {
    if (data['deploymentId'] !== 'web') continue;
    if (type === 'ReplicaReady') ready.add(String(data['replicaId']));
    if (type === 'ReplicaStopping' || type === 'ReplicaFailed') ready.delete(String(data['replicaId']));
    if (position > from) least = Math.min(least, ready.size);
  }
  expect(least).toBeGreaterThanOrEqual(3);
  expect((await view('web')).deployment.status).toBe('OK');
});

test('a plan that is no longer the one that would be made is refused, and so are moves that nobody planned', async () => {
  const moves = [{ replicaId: 'web-r1-0', generation: 1, from: 'node_x', to: 'node_y' }];
  const token = (await product.oo('token')).trim();
  const answer = await fetch(`${product.url}/registry-svc/rebalance`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ position: 1, moves }),
  });
  expect(answer.status).toBe(409);
  expect(await answer.text()).toContain('the fleet has changed since the plan was made (position 1, now ');
  expect(await count('DeploymentRebalanced')).toBe(2);
  expect(await product.tryOo('node', 'rebalance', '--deployment', 'nosuch')).toMatchObject({ code: 3 });
});

test('the workers say what they serve, watch and have in hand', async () => {
  const { stdout, stderr } = await product.tryOo('worker', 'list');
  expect(stderr).toBe('');
  const [head, row] = stdout.split('\n');
  expect(head).toMatch(/^WORKER ID +HOST +PID +CLUSTERS +QUEUES +SINCE +LAST BEAT +WATCHES +JOBS IN HAND$/);
  expect(row).toMatch(/^wrk_\w+ .* all +plan,\S*start,stop,\S* /);
  const listed = JSON.parse(await product.oo('worker', 'list', '-o', 'json')) as readonly Record<string, unknown>[];
  expect(listed).toMatchObject([{ pid: process.pid, alive: true, clusters: [], watches: true }]);
  expect(listed[0]?.['nodes']).toHaveLength(3);
});
