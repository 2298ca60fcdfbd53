import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { RecordedEvent } from '../../src/domain/event.ts';
import { LABEL } from '../../src/engine/engine.ts';
import { LOST_AFTER_MS } from '../../src/workers/watch/pulse.ts';
import { engineHosts, type EngineHost } from '../support/engine-hosts.ts';
import { walkFleet } from '../support/fleet-laws.ts';
import { buildWebImage } from '../support/images.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const IMAGE = 'deploy-svc-test/fleet:1';
const REPLICAS = 6;

const stack = new AsyncDisposableStack();
let hosts: readonly EngineHost[];
let product: TestService;

beforeAll(async () => {
  ({ hosts } = stack.use(await engineHosts(3)));
  await Promise.all(hosts.map(({ engine }) => buildWebImage(engine, IMAGE, 'fleet')));
  const NODES = hosts.map(({ url }) => url).join(',');
  product = stack.use(await testService({ NODES, DOCKER_INSECURE_TCP: 'true', CLUSTER: 'fleet' }));
  await save('definition', { id: 'def_fleet', image: { name: IMAGE, internalPorts: [8080] } });
  await save('deployment', { id: 'depl_fleet', definitionId: 'def_fleet', replicas: REPLICAS });
});
afterAll(() => stack.disposeAsync());

async function save(kind: 'definition' | 'deployment', content: object): Promise<void> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', file);
}

/** Running containers by host; engines that are down have none that anybody could count. */
async function running(of: readonly EngineHost[] = hosts): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    of.map(async ({ engine }) =>
      (await engine.list())
        .filter(({ phase }) => phase === 'running')
        .map(({ labels }) => labels[LABEL.replica] ?? '')
        .toSorted(),
    ),
  );
}

interface Told {
  readonly position: number;
  readonly type: string;
  readonly at: string;
}

/** The whole log, page by page. */
async function story(after = 0): Promise<readonly Told[]> {
  const page = JSON.parse(await product.oo('events', '--after', `${after}`, '--limit', '1000', '-o', 'json')) as Told[];
  return page.length < 1_000 ? page : [...page, ...(await story(page.at(-1)?.position))];
}

interface View {
  readonly deployment: { readonly status: string };
  readonly replicas: readonly {
    readonly id: string;
    readonly generation: number;
    readonly status: string;
    readonly nodeUrl: string;
  }[];
}

const view = async (): Promise<View> =>
  JSON.parse(await product.oo('deployment', 'get', 'depl_fleet', '-o', 'json')) as View;

/** Waits until the deployment is OK, with every replica on the given hosts and nothing else of it running there. */
async function settledOn(of: readonly EngineHost[], deadlineMs: number): Promise<void> {
  const urls = new Set(of.map(({ url }) => url));
  await until(`all ${REPLICAS} replicas run on ${[...urls].join(' and ')}`, deadlineMs, async () => {
    const { deployment, replicas } = await view();
    return (
      deployment.status === 'OK' && replicas.length === REPLICAS && replicas.every(({ nodeUrl }) => urls.has(nodeUrl))
    );
  });
  const { replicas } = await view();
  const live = await running(of);
  expect(live.flat().toSorted()).toEqual(replicas.map(({ id }) => id).toSorted());
}

async function statusOf({ url }: EngineHost): Promise<string | undefined> {
  const lines = (await product.oo('node', 'list')).split('\n');
  return lines
    .find((line) => line.includes(url))
    ?.split(/ {3,}/)[3]
    ?.trim();
}

const [first, second, third] = [0, 1, 2].map((index) => () => hosts[index] as EngineHost) as [
  () => EngineHost,
  () => EngineHost,
  () => EngineHost,
];

test('replicas spread evenly over three engines', async () => {
  await product.oo('deployment', 'watch', 'depl_fleet');
  expect((await running()).map((each) => each.length)).toEqual([2, 2, 2]);
});

test('a drained node gives its replicas away, and takes some again when it is opened', async () => {
  const { code, stderr } = await product.tryOo('node', 'drain', first().url, '--timeout', '30s');
  expect([code, stderr]).toEqual([0, expect.stringMatching(/depl_fleet: 2 replicas .*\n +there is room: /)]);
  expect(await statusOf(first())).toBe('drained');
  await settledOn([second(), third()], 30_000);
  expect(await running([first()])).toEqual([[]]);
  await product.oo('node', 'uncordon', first().url);
  expect(await statusOf(first())).toBe('ready');
});

test('a node that is cut off is lost after 5 s, its replicas run elsewhere, and it gives up what it no longer owns', async () => {
  const cutAt = Date.now();
  await second().setLink('down');
  await until('the second node is lost', 30_000, async () => (await statusOf(second())) === 'lost');
  await settledOn([first(), third()], 30_000);
  // The log's own times: what the command line takes to ask does not count.
  const told = await story();
  const after = (type: string): number =>
    Math.max(...told.filter((event) => event.type === type).map(({ at }) => Date.parse(at))) - cutAt;
  const listed = JSON.parse(await product.oo('node', 'list', '-o', 'json')) as { url: string; lastHeartbeat: string }[];
  const heard = listed.find(({ url }) => url === second().url)?.lastHeartbeat ?? '';
  // Its containers went on: nobody could tell them.
  expect((await running([second()])).flat()).toHaveLength(3);
  await second().setLink('up');
  await until('the second node is back', 30_000, async () => (await statusOf(second())) === 'ready');
  expect(await running([second()])).toEqual([[]]);
  // Not before its time, counted from when it was heard last; how soon all is well again depends on the machine, and is told.
  expect(cutAt + after('NodeLost') - Date.parse(heard)).toBeGreaterThanOrEqual(LOST_AFTER_MS);
  console.log(`lost after ${after('NodeLost')} ms, all ready elsewhere after ${after('ReplicaReady')} ms`);
});

test('an engine that is killed is lost, its replicas run elsewhere, and it comes back empty', async () => {
  const killedAt = Date.now();
  await third().kill();
  await until('the third node is lost', 30_000, async () => (await statusOf(third())) === 'lost');
  await settledOn([first(), second()], 30_000);
  const ready = (await story()).filter(({ type }) => type === 'ReplicaReady').map(({ at }) => Date.parse(at));
  console.log(`all ready elsewhere after ${Math.max(...ready) - killedAt} ms`);
  await third().start();
  await until('the third node is back', 30_000, async () => (await statusOf(third())) === 'ready');
  expect(await running([third()])).toEqual([[]]);
});

test('a pause of 4 s evicts nothing', async () => {
  const before = (await view()).replicas;
  await first().setLink('down');
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  await first().setLink('up');
  await until('the first node answers again', 10_000, async () =>
    /^[01]s ago$/.test(
      (await product.oo('node', 'list'))
        .split('\n')
        .find((line) => line.includes(first().url))
        ?.split(/ {3,}/)[2] ?? '',
    ),
  );
  expect((await view()).replicas).toEqual(before);
  // The two that were cut off and killed, and nobody else.
  expect((await story()).filter(({ type }) => type === 'NodeLost')).toHaveLength(2);
});

test('brought back, the fleet is evened out by a rebalancing, and has nothing to gain by another', async () => {
  expect((await running()).map((each) => each.length)).toEqual([3, 3, 0]);
  expect(await product.oo('node', 'rebalance')).toMatch(/2 replicas moved in/);
  await settledOn(hosts, 30_000);
  expect((await running()).map((each) => each.length)).toEqual([2, 2, 2]);
  expect(await product.oo('node', 'rebalance')).toContain('There is nothing to gain');
});

test('the laws held at every position of the log, and each engine has the containers of its rows, each once', async () => {
  const log = (await story()).map((event) => ({ ...event, at: new Date(event.at) }) as unknown as RecordedEvent);
  const { replicas, mostExisting } = walkFleet(log, 'depl_fleet');
  const up = replicas.filter(({ status }) => status !== 'Stopped');
  expect(up.map(({ status }) => status)).toEqual(Array.from({ length: REPLICAS }, () => 'Ready'));
  // A quarter more, rounded up.
  expect(mostExisting).toBeLessThanOrEqual(REPLICAS + 2);
  const rows = (await view()).replicas;
  for (const { url, engine } of hosts) {
    const wanted = rows
      .filter(({ nodeUrl }) => nodeUrl === url)
      .map(({ id, generation }) => `${id}/${generation} running`);
    const there = (await engine.list()).map(
      ({ labels, phase }) => `${labels[LABEL.replica]}/${labels[LABEL.generation]} ${phase}`,
    );
    expect(there.toSorted()).toEqual(wanted.toSorted());
  }
  const states = (await product.oo('node', 'list')).trimEnd().split('\n').slice(1);
  expect(states.map((line) => line.split(/ {3,}/)[3])).toEqual(['ready', 'ready', 'ready']);
});
