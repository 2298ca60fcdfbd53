import { expect, test } from 'vitest';

import { type ListKind, optionName } from '../list/column.ts';
import { appKind } from './app.ts';
import { buildKind } from './build.ts';
import { checkpointKind } from './checkpoint.ts';
import { configKind } from './config.ts';
import { definitionKind } from './definition.ts';
import { deploymentKind, type ListedDeployment } from './deployment.ts';
import { environmentKind } from './environment.ts';
import { eventKind } from './event.ts';
import { enrollKind, permitKind } from './grant.ts';
import { instanceKind } from './instance.ts';
import { deadJobKind } from './job.ts';
import { type ListedNode, nodeKind } from './node.ts';
import { certKind, routeKind } from './proxy.ts';
import { secretKind } from './secret.ts';
import { userKind } from './user.ts';
import { workerKind } from './worker.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

/** What the columns say of an item, by name; those that say nothing are left out. */
function said<T>({ columns }: ListKind<T>, item: T): Readonly<Record<string, string>> {
  const cells = columns.map((column) => [optionName(column), column.cell(item, NOW)] as const);
  return Object.fromEntries(cells.filter(([, cell]) => cell !== ''));
}

/** What rows are sorted by, by name. */
function values<T>({ columns }: ListKind<T>, item: T): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    columns.flatMap((column) => (column.value ? [[optionName(column), column.value(item)]] : [])),
  );
}

const KINDS = [
  definitionKind,
  deploymentKind({ full: false }),
  environmentKind,
  eventKind,
  instanceKind,
  nodeKind,
  secretKind,
  workerKind,
  configKind('x'),
  appKind,
  buildKind,
  certKind,
  checkpointKind,
  deadJobKind,
  enrollKind,
  permitKind,
  routeKind,
  userKind,
] as readonly ListKind<never>[];

test.each(KINDS.map((kind) => [kind.columns.map(optionName), kind] as const))(
  'columns %j have names of their own, the wide ones behind the plain ones',
  (names, { columns, whenEmpty }) => {
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => /[^a-z-]/.test(name))).toEqual([]);
    const wide = columns.map((column) => column.wide === true);
    expect(wide).toEqual(wide.toSorted((a, b) => Number(a) - Number(b)));
    expect(whenEmpty).toMatch(/^No .*\.|: oo /);
  },
);

const DEPLOYMENT: ListedDeployment = {
  deployment: { id: 'depl_1', definitionId: 'def_1', name: 'web', status: 'Error', details: `a ${'b'.repeat(90)}` },
  standing: {
    id: 'depl_1',
    desired: 3,
    ready: 2,
    revision: 4,
    image: 'web:2',
    strategy: 'Recreate',
    createdAt: '2026-01-01T03:03:05Z',
    paused: true,
  },
};

test('a deployment, with its standing and without', () => {
  const kind = deploymentKind({ full: false });
  expect(said(kind, DEPLOYMENT)).toEqual({
    id: 'depl_1',
    'definition-id': 'def_1',
    status: 'Error',
    details: `a ${'b'.repeat(73)}…`,
    name: 'web',
    ready: '2/3',
    revision: '4 (paused)',
    age: '1d',
    image: 'web:2',
    strategy: 'Recreate',
  });
  expect(said(deploymentKind({ full: true }), DEPLOYMENT)['details']).toHaveLength(92);
  expect(values(kind, DEPLOYMENT)).toMatchObject({ ready: 2, revision: 4 });
  expect(kind.json?.(DEPLOYMENT)).toBe(DEPLOYMENT.deployment);
  const plain: ListedDeployment = { deployment: { id: 'x', definitionId: 'y', status: 'OK' } };
  expect(said(kind, plain)).toEqual({ id: 'x', 'definition-id': 'y', status: 'OK' });
  expect(values(kind, plain)).toEqual({ details: undefined, ready: undefined, revision: undefined, age: undefined });
});

test('the younger deployment has the lesser age', () => {
  const { age } = values(deploymentKind({ full: false }), DEPLOYMENT);
  const younger = { ...DEPLOYMENT.standing, createdAt: '2026-01-02T03:03:05Z' } as ListedDeployment['standing'];
  const { age: less } = values(deploymentKind({ full: false }), { ...DEPLOYMENT, standing: younger });
  expect(Number(less)).toBeLessThan(Number(age));
});

const card = { id: 'g', busId: 'b', temperature: 0, performanceState: '', powerUsage: 0, powerCap: 0 };
const NODE: ListedNode = {
  id: 'node_1',
  url: 'tcp://a:1',
  region: 'us-west1',
  availabilityZone: 'us-west1-b',
  lastHeartbeat: '2026-01-02T03:04:00Z',
  usage: { cpu: { used: 1500, total: 4000, percent: 37.5 }, memory: { used: 2 ** 30, total: 2 ** 32, percent: 25 } },
  gpus: ['A100', 'A100', 'L4'].map((name, intraNodeId) => ({
    ...card,
    name,
    intraNodeId,
    memoryUsage: 10,
    memoryTotal: 100,
    gpuUtilization: 0,
    computeMode: '',
  })),
  standing: { id: 'node_1', scheduling: 'draining', liveness: 'lost', replicas: 7 },
};

test('a node: where it is, how it stands, what is given away of it, and its cards', () => {
  expect(said(nodeKind, NODE)).toEqual({
    'node-id': 'node_1',
    url: 'tcp://a:1',
    'last-heartbeat': '5s ago',
    status: 'lost, draining',
    replicas: '7',
    'cpu-reserved': '1.5 of 4',
    'memory-reserved': '1024Mi of 4096Mi',
    'gpu-memory-reserved': '0: 10Mi of 100Mi, 1: 10Mi of 100Mi, 2: 10Mi of 100Mi',
    region: 'us-west1',
    zone: 'us-west1-b',
    scheduling: 'draining',
    liveness: 'lost',
    'cpu-share': '37.5 %',
    'memory-share': '25 %',
    gpus: '2 x A100, 1 x L4',
  });
  expect(values(nodeKind, NODE)).toMatchObject({
    replicas: 7,
    'cpu-reserved': 1500,
    'memory-reserved': 2 ** 30,
    gpus: 3,
  });
  const bare: ListedNode = { id: 'n', url: 'u', standing: undefined };
  expect(said(nodeKind, bare)).toEqual({ 'node-id': 'n', url: 'u' });
});

test('the column of cards is there when any node has one', () => {
  const cards = nodeKind.columns.find(({ name }) => name === 'GPU MEMORY RESERVED');
  expect(cards?.when?.([NODE])).toBe(true);
  expect(cards?.when?.([{ id: 'n', url: 'u', standing: undefined }])).toBe(false);
});

test('a definition: its ports, those of the host in front', () => {
  const image = { name: 'web:1', internalPorts: [80, 81] };
  const definition = { id: 'd', image, ports: [{ internal: 80, host: 8080 }], envars: [{ key: 'A', value: '1' }] };
  expect(said(definitionKind, definition)).toMatchObject({ ports: '8080->80, 81', envars: 'A', 'internal-port': '80' });
});

test('an event shows the beginning of its data, and is found by the whole', () => {
  const data = { text: 'x'.repeat(200) };
  const times = { at: '2026-01-02T03:04:05Z', correlationId: 'c-1', id: 'evt_1' };
  const event = { ...times, position: 7, stream: 'node/a', version: 2, type: 'NodeLost', data, actor: 'worker/w' };
  expect(said(eventKind, event)['data']).toHaveLength(101);
  expect(values(eventKind, event)).toEqual({ position: 7, version: 2, data: JSON.stringify(data) });
});

test('a worker: what it serves, and what it has in hand', () => {
  const times = { since: '2026-01-02T03:00:05Z', lastBeat: '2026-01-02T03:04:00Z' };
  const worker = { id: 'w', host: 'h', pid: 7, alive: false, clusters: [], queues: ['plan'], watches: true, ...times };
  expect(said(workerKind, { ...worker, nodes: ['a', 'b'], jobs: { plan: 2, start: 1 } })).toEqual({
    'worker-id': 'w',
    host: 'h',
    pid: '7',
    clusters: 'all',
    queues: 'plan',
    since: '4m0s',
    'last-beat': '5s ago (dead)',
    watches: 'a,b',
    'jobs-in-hand': 'plan 2, start 1',
    alive: 'no',
    nodes: '2',
  });
});

test('secrets of one name in two apps are two', () => {
  const nobody = { readers: null, writers: ['ada'], deleters: null };
  const lists = { ...nobody, canChangeReaders: null, canChangeWriters: null, canChangeDeleters: null };
  const secret = { id: 'key', appId: 'app_1', value: '***', length: 3, ...lists };
  expect(secretKind.key?.({ ...secret, appHost: 'a' })).not.toBe(secretKind.key?.({ ...secret, appHost: 'b' }));
  expect(secretKind.id({ ...secret, appHost: 'a' })).toBe('key');
  expect(said(secretKind, { ...secret, appHost: 'a' })).toMatchObject({ writers: 'ada', length: '3' });
});

test('a permit of several permissions is told apart by each of them', () => {
  const permit = { id: 'perm_1', appId: 'app_1', slugs: ['ada', 'bob'], roles: [], createdAt: '', updatedAt: '' };
  const first = { ...permit, permission: 'edit' };
  const second = { ...permit, permission: 'view' };
  expect(said(permitKind, first)).toEqual({
    'permit-id': 'perm_1',
    permission: 'edit',
    slugs: 'ada, bob',
    'app-id': 'app_1',
  });
  expect(permitKind.key?.(first)).not.toBe(permitKind.key?.(second));
});

test('what a build tells depends on how it stands, and what it took is sorted by time', () => {
  const build = {
    id: 'build_1',
    url: 'https://git.example/shop.git',
    commit: '0123456789abcdef0123456789abcdef01234567',
    image: 'shop:1',
    step: 'Step 3/7 : RUN npm ci',
    milliseconds: 65_000,
    requestedAt: '2026-01-02T03:00:00Z',
    changedAt: '2026-01-02T03:01:05Z',
  };
  const failure = { reason: 'no such file', terminal: false };
  expect(said(buildKind, { ...build, status: 'Succeeded' })).toMatchObject({
    commit: '0123456789ab',
    took: '1m5s',
    details: 'shop:1',
  });
  expect(said(buildKind, { ...build, status: 'Failed', failure })).toMatchObject({
    details: 'no such file (tried again)',
  });
  expect(values(buildKind, { ...build, status: 'Succeeded' })).toMatchObject({ took: 65_000, commit: build.commit });
});

test('the job that died first is the oldest', () => {
  const job = { id: 'job_1', queue: 'starts', key: 'repl_1', attempts: 10, error: 'no route to host', createdAt: '' };
  const early = { ...job, diedAt: '2026-01-02T03:03:00Z' };
  const late = { ...job, diedAt: '2026-01-02T03:04:00Z' };
  expect(said(deadJobKind, early)).toMatchObject({ age: '1m5s', attempts: '10' });
  expect(values(deadJobKind, early)['age']).toBeGreaterThan(Number(values(deadJobKind, late)['age']));
});
