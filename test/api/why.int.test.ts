import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Explanation, Incident, Obstacles, Trace } from '../../src/api/contract/why.ts';
import { createSimulatedHost, dropSimulatedHost, simulatedHost } from '../../src/engine/simulated/registry.ts';
import { testService, type TestService } from '../support/service.ts';
import { simulatedWebImage } from '../support/simulated-web-image.ts';
import { until } from '../support/until.ts';

const HOSTS = ['why-a', 'why-b'];
const SECRET = 'hunter2-never-told';
let service: TestService;

beforeAll(async () => {
  for (const name of HOSTS) {
    const images = { 'web:1': simulatedWebImage('1'), 'web:2': simulatedWebImage('2') };
    createSimulatedHost(name, { images, registry: () => undefined });
  }
  service = await testService({ NODES: HOSTS.map((name) => `simulated://${name}`).join(',') });
  token = (await service.oo('token')).trim();
  await define('def_w', 'web:1');
  await define('def_none', 'nowhere:1');
  await save('web', `definitionId: def_w\nreplicas: 2\nenvars:\n  TOKEN: ${SECRET}\n`, '--wait');
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  for (const name of HOSTS) dropSimulatedHost(name);
});

const define = (id: string, image: string) =>
  service.shell.oo(['definition', 'save', '-'], `id: ${id}\nimage:\n  name: ${image}\n  internalPorts: [8080]\n`);
const save = (id: string, yaml: string, ...options: string[]) =>
  service.shell.oo(['deployment', 'save', '-', ...options], `id: ${id}\n${yaml}`);

let token = '';

async function get<Body>(path: string): Promise<Body> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${service.url}/deploy-svc/${path}`, { headers });
  const body: unknown = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
  return body as Body;
}
const whyOf = async (id: string): Promise<readonly string[]> =>
  (await get<Explanation>(`why/${id}`)).sentences.map(({ text }) => text);
const whyNotOf = (id: string): Promise<Obstacles> => get(`why-not/${id}`);

/** Each of these in this order, whatever stands between. */
function expectStory(texts: readonly string[], story: readonly RegExp[]): void {
  let from = 0;
  for (const pattern of story) {
    const index = texts.findIndex((text, at) => at >= from && pattern.test(text));
    expect(index, `${pattern} after ${from} in\n${texts.join('\n')}`).toBeGreaterThanOrEqual(0);
    from = index + 1;
  }
}

test('a replica of a second revision, from who saved it to the container that serves', async () => {
  await define('def_w2', 'web:2');
  await save('web', `definitionId: def_w2\nreplicas: 2\nenvars:\n  TOKEN: ${SECRET}\n  LEVEL: info\n`, '--wait');
  const { kind, sentences } = await get<Explanation>('why/web-r2-0');
  const positions = sentences.map(({ position }) => position);
  expect(kind).toBe('replica');
  expect(positions).toEqual(positions.toSorted((one, other) => one - other));
  expectStory(
    sentences.map(({ text }) => text),
    [
      /^1backend saved web: definitionId def_w2 \(was def_w\), envars LEVEL changed\.$/,
      /^The planner looked at web as of position \d+ and decided on \d+ actions: create revision 2 of web:2/,
      /^The planner created revision 2 of web: image web:2 \(was web:1\)\.$/,
      /^The planner chose node \S+ for web-r2-0 \(generation 1, revision 2\).* 2 nodes considered; \S+ scored \d+\.\d\d \(/,
      /^worker \w{8} created container \w{12} of web-r2-0 after /,
      /^worker \w{8} started container \w{12} of web-r2-0, ports \d+->8080\.$/,
      /^web-r2-0 was ready after \d+\.\d s/,
    ],
  );
});

test('a save tells what it changed by name, and no value of the environment is anywhere', async () => {
  const texts = await whyOf('web');
  expectStory(texts, [
    /^1backend saved web for the first time: 2 replicas of definition def_w\.$/,
    /^1backend saved web: .*envars LEVEL changed\.$/,
  ]);
  const report = await service.oo('report', '--deployment', 'web');
  for (const text of [...texts, report, await service.oo('why', 'web-r1-0')]) expect(text).not.toContain(SECRET);
});

test('a container stands for its replica, an instance tells both, and a position is that event', async () => {
  const { deployment } = await get<{ deployment?: { replicas: { id: string; containerId: string }[] } }>(
    'describe/web',
  );
  const { id = '', containerId = '' } = deployment?.replicas[0] ?? {};
  expect(await get<Explanation>(`why/${containerId.slice(0, 12)}`)).toMatchObject({ kind: 'replica', id });
  expectStory(await whyOf(`inst_${id}-g1`), [/^The planner chose node/, /registered instance inst_/]);
  const { sentences } = await get<Explanation>(`why/${id}`);
  const { position = 0, eventId = '' } = sentences.at(-1) ?? {};
  expect(await get<Explanation>(`why/${position}`)).toMatchObject({ kind: 'event', id: eventId });
});

test('when all is well it says so', async () => {
  expect(await whyNotOf('web-r2-1')).toEqual({
    deploymentId: 'web',
    well: true,
    summary: 'web is OK: all replicas are up, nothing is in the way',
    blocks: [],
    nodes: [],
    suggestions: [],
  });
});

test('no room: what each node lacks, and carrying out what is suggested makes it fit', async () => {
  await save('wide', 'definitionId: def_w\nreplicas: 2\nresources:\n  cpu: "6"\n');
  // why-not plans for itself; what stands is what a worker's plan has said.
  await until('a worker has planned it', 10_000, async () =>
    /fit no node/.test((await get<Explanation>('why/wide')).standing?.[0] ?? ''),
  );
  const told = await whyNotOf('wide');
  expect(told).toMatchObject({ well: false, blocks: [{ what: '2 replicas fit no node', next: 'oo node list' }] });
  expect(told.nodes[0]?.lacks).toEqual([expect.objectContaining({ filter: 'cpu', need: '6' })]);
  const { standing = [] } = await get<Explanation>('why/wide');
  expectStory(standing, [
    /^wide is Deploying: 2 replicas fit no node: \S+ cpu needs 6, has \S+ free of \d+/,
    /^1backend saved it last, at .* \[\d+\]; it wants 2 of def_w, revision 1 is the latest\.$/,
    /^The last plan, at .* \[\d+\], had \d+ actions?: .*2 replicas fit no node/,
    /^0 ready of 2 wanted\.$/,
  ]);
  const [request = ''] = told.suggestions;
  const cpu = /request (\S+) instead of 6$/.exec(request)?.[1] ?? '';
  expect(told.suggestions.at(-1)).toBe('one more node with 12 cpu free');
  const ran = await save('wide', `definitionId: def_w\nreplicas: 2\nresources:\n  cpu: "${cpu}"\n`, '--wait');
  expect(ran).toMatchObject({ code: 0 });
  expect(await whyNotOf('wide')).toMatchObject({ well: true });
  await service.oo('deployment', 'remove', 'wide');
});

test('an image that cannot be had, a definition that is not there, a rollout that is paused: each with what comes next', async () => {
  await save('lost', 'definitionId: def_none\nreplicas: 1\n');
  await until('the pull has failed', 20_000, async () =>
    (await whyNotOf('lost')).blocks.some(({ what }) => what.includes('failed')),
  );
  const { blocks } = await whyNotOf('lost');
  expect(blocks[0]?.what).toMatch(/^lost-r1-0 failed \d+ times? in a row: .*nowhere:1/);
  expect(blocks[0]?.what).toMatch(/trying again cannot help|tried again/);
  expect(blocks[0]?.next).toMatch(/^oo /);
  expectStory(await whyOf('lost-r1-0'), [
    /^1backend saved lost/,
    /^The planner chose/,
    /lost-r1-0 \(generation 1\) failed/,
  ]);

  await save('undefined', 'definitionId: def_nothing\nreplicas: 1\n');
  expect((await whyNotOf('undefined')).blocks).toContainEqual(
    expect.objectContaining({
      what: expect.stringContaining('def_nothing') as string,
      next: 'oo definition save FILE',
    }),
  );

  await service.oo('deployment', 'pause', 'web');
  expect((await whyNotOf('web')).blocks).toContainEqual(expect.objectContaining({ next: 'oo deployment resume web' }));
  await service.oo('deployment', 'resume', 'web');
});

test('the tree of a save holds all that it led to, and nothing of another request', async () => {
  const { sentences } = await get<Explanation>('why/web-r1-0');
  const { position = 0 } = sentences.find(({ type }) => type === 'DeploymentSaved') ?? {};
  const { events, correlationId, truncated } = await get<Trace>(`trace/${position}`);
  const ids = new Set(events.map(({ eventId }) => eventId));
  expect(events[0]).toMatchObject({ position, afterMs: 0 });
  expect(events.slice(1).every(({ causationId }) => ids.has(causationId ?? ''))).toBe(true);
  expect(new Set(events.map(({ type }) => type))).toContain('ReplicaReady');
  expect(events.some(({ text }) => text.includes('revision 2'))).toBe(false);
  expect(truncated).toBe(false);
  const report = await get<Incident>(`report/${correlationId}`);
  expect(report.counts).toMatchObject({ scheduled: 2, ready: 2, failed: 0 });
});

test('a node that is lost: what it did to its replica, from the silence to the new home', async () => {
  const { sentences } = await get<Explanation>('why/web-r2-0');
  const nodeId = /chose node (\S+) for/.exec(
    sentences.find(({ type }) => type === 'ReplicaScheduled')?.text ?? '',
  )?.[1];
  const { state } = await get<{ state: { url: string } }>(`describe/${nodeId}`);
  simulatedHost(new URL(state.url).host).disconnect();
  await until('it runs elsewhere', 30_000, async () => {
    const { state: replica } = await get<{ state: { generation: number; status: string } }>('describe/web-r2-0');
    return replica.generation > 1 && replica.status === 'Ready';
  });
  expectStory(await whyOf('web-r2-0'), [
    /^Node \S+ was lost: silent for \d+\.\d s/,
    /^web-r2-0 \(generation 1\) failed.*lost/,
    /^The planner chose node \S+ for web-r2-0 \(generation 2, revision 2\)/,
  ]);
  expectStory(await whyOf(nodeId ?? ''), [/registered node/, /was lost/]);
  const { markdown, counts } = await get<Incident>('report/web?of=deployment');
  expect(counts.failed).toBeGreaterThan(0);
  expect(markdown).toMatch(/## Failures\n\n### web-r2-/);
});
