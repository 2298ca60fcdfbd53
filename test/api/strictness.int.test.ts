import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { addressOf, type OperationName } from '../../src/api/contract/operations.ts';
import { ROUTES } from '../../src/api/contract/routes.ts';
import { systemClock } from '../../src/clock.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE, type SimulatedImage } from '../../src/engine/simulated/script.ts';
import { openDatabase } from '../../src/postgres/database.ts';
import { PROJECTIONS } from '../../src/projections/all.ts';
import { openStore } from '../../src/store/postgres-store.ts';
import { type GitServer, startGitServer } from '../support/git-server.ts';
import { testService, type TestService } from '../support/service.ts';
import { command } from '../support/store.ts';
import { until } from '../support/until.ts';
import { modelOf, refusals } from '../support/wire-contract/decode.ts';
import type { Kind } from '../support/wire-contract/models.ts';

const HOSTS = ['strict-a', 'strict-b'] as const;
/** What the registry has, by what its containers do. */
const IMAGES: Readonly<Record<string, SimulatedImage>> = {
  'serves:1': SERVER_IMAGE,
  'crashes:1': {
    script: () => ({
      steps: [
        { kind: 'log', text: 'no such table: users' },
        { kind: 'exit', code: 1 },
      ],
    }),
  },
  'silent:1': { script: () => ({ answers: () => undefined }) },
};
const CARDS = [{ name: 'A100', vramBytes: 80 * 1024 ** 3 }];

let service: TestService;
let git: GitServer;
let folder: string;
let token: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'deploy-svc-strict-'));
  git = await startGitServer();
  await git.commit({ Dockerfile: 'FROM scratch\n' });
  for (const name of HOSTS) {
    const capacity = { cpuMillis: 4_000, memoryBytes: 8 * 2 ** 30, gpus: CARDS };
    createSimulatedHost(name, { registry: (reference) => IMAGES[reference], capacity });
  }
  service = await testService({ NODES: HOSTS.map((name) => `simulated://${name}`).join(','), DATA_DIR: folder });
  token = (await service.oo('token')).trim();
  await fill();
  await driveAll();
}, 120_000);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await git[Symbol.asyncDispose]();
  for (const name of HOSTS) dropSimulatedHost(name);
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

async function ask(name: OperationName, { path, body, as = token }: Asked = {}): Promise<Answer> {
  const { method, path: own } = addressOf(name);
  const headers = { 'content-type': 'application/json', ...(as === '' ? {} : { authorization: `Bearer ${as}` }) };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await fetch(service.url + (path ?? own), { method, headers, ...init });
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
}

interface Asked {
  /** With its parameters in place. */
  readonly path?: string;
  readonly body?: unknown;
  readonly as?: string;
}

const read = async (name: OperationName, asked: Asked = {}): Promise<Readonly<Record<string, unknown>>> =>
  JSON.parse((await ask(name, asked)).text) as Readonly<Record<string, unknown>>;

/** Every field that a client can write, everything that we add to it, and deployments in each state. */
async function fill(): Promise<void> {
  const save = (definition: object): Promise<Answer> => ask('saveDefinition', { body: { definition } });
  const surroundings = { volumes: [{ source: 'data', target: '/data' }], security: { profile: 'restricted' } };
  for (const image of Object.keys(IMAGES)) {
    await save({ id: image.replace(':', '-'), image: { name: image, internalPorts: [8080] } });
  }
  await save({ id: 'missing', image: { name: 'missing:1', internalPorts: [8080] } });
  await save({
    id: 'whole',
    image: { name: 'serves:1' },
    ports: [{ internal: 8080, host: 8881 }],
    envars: [{ key: 'A', value: '1' }],
    apiSpecs: [{ url: 'http://x', protocolType: 'OpenAPI', version: '3', metadata: { k: 'v' } }],
    clients: [{ language: 'TypeScript', url: 'http://y' }],
    probes: { ready: { tcp: {} } },
    ...surroundings,
  });
  const repository = { url: 'https://x/y.git', version: 'v1', buildContext: 'a', containerFile: 'b', ports: [3000] };
  await save({ id: 'repository', repository });
  await ask('saveSecrets', {
    body: {
      secrets: [
        { id: 'db', value: 'v', readers: ['ann'] },
        { id: 'bare', value: 'w' },
      ],
    },
  });
  await ask('saveConfig', { body: { id: 'my-svc', data: { a: [1, { b: null }] } } });
  await ask('saveConfig', { body: { id: 'my-svc', data: { c: 1.5 } } });
  await ask('registerInstance', { body: { scheme: 'http', ip: '127.0.0.1', port: 9, path: '/x', host: 'h' } });
  // So that this machine is a node, and nothing fits on it.
  await ask('saveNode', {
    body: { node: { url: 'unix:///var/run/docker.sock', reserve: { cpu: '1000', memory: '100Ti' } } },
  });
  await fillDeployments();
}

async function fillDeployments(): Promise<void> {
  const save = (deployment: object): Promise<Answer> => ask('saveDeployment', { body: { deployment } });
  const small = { cpu: '10m', memory: '16Mi' };
  await save({
    id: 'whole',
    definitionId: 'whole',
    name: 'n',
    description: 'd',
    replicas: 2,
    strategy: {
      type: 'RollingUpdate',
      maxUnavailable: 1,
      maxSurge: 1,
      autoRollback: true,
      progressDeadlineSeconds: 60,
    },
    resources: { ...small, vram: '1Gi', gpus: 1 },
    autoScaling: { minReplicas: 1, maxReplicas: 3, cpuThreshold: 70, memoryThreshold: 80, scaleUpWindowSeconds: 1 },
    envars: { SECRET: '{{secret:db}}' },
    requiredLabels: {},
    restart: { maxFailures: 5 },
    network: { mode: 'bridge' },
    probes: { live: { tcp: {} } },
  });
  await save({ id: 'ok', definitionId: 'serves-1' });
  await save({ id: 'none', definitionId: 'serves-1', replicas: 0, targetRegions: [{ cluster: 'c', zone: 'z' }] });
  await save({ id: 'error', definitionId: 'crashes-1' });
  await save({ id: 'failed', definitionId: 'missing' });
  await save({ id: 'deploying', definitionId: 'silent-1', probes: { start: { tcp: {}, failureThreshold: 100 } } });
  await savePending();
  const statuses = {
    ok: 'OK',
    whole: 'OK',
    error: 'Error',
    failed: 'Failed',
    deploying: 'Deploying',
    pending: 'Pending',
  };
  await until(`each state is there: ${JSON.stringify(statuses)}`, 30_000, async () => {
    const { deployments } = await read('listDeployments');
    const now = new Map((deployments as { id: string; status: string }[]).map(({ id, status }) => [id, status]));
    return Object.entries(statuses).every(([id, status]) => now.get(id) === status);
  });
}

/** One that nobody has looked at: no job was sent with it. */
async function savePending(): Promise<void> {
  const options = { url: service.databaseUrl, applicationName: 'strictness test', onError: () => undefined };
  await using database = openDatabase(options);
  await using store = openStore({
    database,
    clock: systemClock,
    projections: PROJECTIONS,
    effects: async () => undefined,
  });
  const spec = { id: 'pending', definitionId: 'serves-1', replicas: 1 };
  await store.append(
    command('deployment/pending', 0, [{ type: 'DeploymentSaved', data: { deploymentId: 'pending', spec } }]),
  );
}

interface Row {
  readonly operation: OperationName;
  readonly model: string;
  readonly status?: 201 | 204;
  readonly asked?: Asked | ((so: SoFar) => Asked);
}

/** What later requests are made of. */
interface SoFar {
  readonly nodeId: string;
  /** The latest answer of each operation. */
  readonly answers: ReadonlyMap<OperationName, string>;
}

/** A field of an earlier answer. */
function field({ answers }: SoFar, operation: OperationName, name: string): unknown {
  return (JSON.parse(answers.get(operation) ?? '{}') as Readonly<Record<string, unknown>>)[name];
}

const NODE = encodeURIComponent('simulated://gone');
const LABELS = [{ key: 'k', value: 'v' }];
const byHand = ({ nodeId }: SoFar): Asked => ({
  body: {
    nodeId,
    image: 'serves:1',
    names: ['by-hand'],
    ports: [{ internal: 8080, host: 0 }],
    labels: LABELS,
    hash: 'h',
  },
});
const onNode =
  (path: string) =>
  ({ nodeId }: SoFar): Asked => ({ path: `/container-svc/${path}?nodeId=${nodeId}` });
const ADMIN = { appHost: 'unnamed', device: 'strict', slug: '1backend', password: 'changeme' };
const ANN = { appHost: 'unnamed', slug: 'ann', name: 'Ann', password: 'ann-password' };
const GONE = { id: 'gone', image: { name: 'x', internalPorts: [1] } };

/** Each operation that the contract names, in an order in which each has something to answer. */
const ROWS: readonly Row[] = [
  {
    operation: 'saveDeployment',
    asked: { body: { deployment: { id: 'ok', definitionId: 'serves-1' } } },
    model: 'Nothing',
  },
  { operation: 'listDeployments', asked: { body: null }, model: 'ListDeployments' },
  { operation: 'deleteDeployment', asked: { body: { deploymentId: 'unknown' } }, model: 'Nothing' },
  { operation: 'saveDefinition', asked: { body: { definition: GONE } }, model: 'Nothing', status: 201 },
  { operation: 'listDefinitions', model: 'ListDefinitions' },
  { operation: 'deleteDefinition', asked: { path: '/registry-svc/definition/gone' }, model: 'Nothing', status: 204 },
  { operation: 'listNodes', asked: { body: null }, model: 'ListNodes' },
  { operation: 'selfNode', model: 'NodeSelf' },
  { operation: 'deleteNode', asked: { path: `/registry-svc/node/${NODE}` }, model: 'Nothing', status: 204 },
  {
    operation: 'registerInstance',
    asked: { body: { url: 'http://127.0.0.1:1', id: 'mine' } },
    model: 'Nothing',
    status: 201,
  },
  { operation: 'listInstances', model: 'ListInstances' },
  { operation: 'listInstances', asked: { path: '/registry-svc/instances?slug=nobody' }, model: 'ListInstances' },
  { operation: 'removeInstance', asked: { path: '/registry-svc/instance/mine' }, model: 'Nothing', status: 204 },
  { operation: 'echoGet', asked: { path: '/registry-svc/echo?a=b' }, model: 'Nothing' },
  { operation: 'echoPost', asked: { body: { a: [1] } }, model: 'Nothing' },
  { operation: 'echoPut', asked: { body: { a: { b: 1 } } }, model: 'Nothing' },
  { operation: 'runContainer', asked: byHand, model: 'RunContainer' },
  { operation: 'runContainer', asked: byHand, model: 'RunContainer' },
  { operation: 'listContainers', asked: ({ nodeId }) => ({ body: { nodeId } }), model: 'ListContainers' },
  { operation: 'listContainerLogs', asked: ({ nodeId }) => ({ body: { nodeId, limit: 10 } }), model: 'ListLogs' },
  {
    operation: 'containerIsRunning',
    asked: { path: '/container-svc/container/is-running?name=by-hand' },
    model: 'IsRunning',
  },
  {
    operation: 'containerSummary',
    asked: { path: '/container-svc/container/summary?name=ok&lines=5' },
    model: 'Summary',
  },
  { operation: 'getHost', asked: onNode('host'), model: 'Host' },
  { operation: 'containerDaemonInfo', asked: onNode('daemon/info'), model: 'DaemonInfo' },
  { operation: 'imagePullable', asked: onNode('image/serves%3A1/pullable'), model: 'ImagePullable' },
  { operation: 'stopContainer', asked: ({ nodeId }) => ({ body: { nodeId, name: 'by-hand' } }), model: 'Nothing' },
  { operation: 'checkoutRepo', asked: () => ({ body: { url: `${git.url}/repo.git` } }), model: 'Checkout' },
  {
    operation: 'buildImage',
    asked: (so) => ({ body: { nodeId: so.nodeId, name: 'built:1', contextPath: field(so, 'checkoutRepo', 'dir') } }),
    model: 'Nothing',
  },
  { operation: 'listConfigs', asked: { body: { appHost: 'unnamed' }, as: '' }, model: 'ListConfigs' },
  { operation: 'listConfigs', asked: { body: { appHost: 'unnamed', scope: 'all' }, as: '' }, model: 'ListConfigs' },
  {
    operation: 'listConfigVersions',
    asked: { body: { appHost: 'unnamed', limit: 1 }, as: '' },
    model: 'ListConfigVersions',
  },
  { operation: 'saveConfig', asked: { body: { id: 'my-svc', data: {} } }, model: 'Nothing' },
  { operation: 'listSecrets', asked: { body: { allApps: false, id: '' } }, model: 'ListSecrets' },
  { operation: 'listSecrets', asked: { body: { id: 'none' } }, model: 'ListSecrets' },
  { operation: 'saveSecrets', asked: { body: { secrets: [{ id: 'gone', value: 'x' }] } }, model: 'Nothing' },
  { operation: 'removeSecrets', asked: { body: { ids: ['gone'] } }, model: 'Nothing' },
  { operation: 'encryptValue', asked: { body: { value: 'x' } }, model: 'Sealed' },
  {
    operation: 'decryptValue',
    asked: (so) => ({ body: { value: field(so, 'encryptValue', 'value') } }),
    model: 'Sealed',
  },
  { operation: 'isSecure', model: 'IsSecure' },
  { operation: 'login', asked: { body: ADMIN, as: '' }, model: 'Login' },
  { operation: 'register', asked: { body: ANN, as: '' }, model: 'Login' },
  { operation: 'refreshToken', model: 'RefreshToken' },
  { operation: 'publicKey', asked: { as: '' }, model: 'PublicKey' },
  { operation: 'readSelf', asked: { body: { countTokens: true } }, model: 'ReadSelf' },
  {
    operation: 'hasPermission',
    asked: { path: '/user-svc/self/has/deploy-svc%3Adeployment%3Aview' },
    model: 'HasPermission',
  },
  { operation: 'hasPermission', asked: { path: '/user-svc/self/has/none' }, model: 'HasPermission' },
  { operation: 'listApps', asked: { body: { host: ['unnamed'] } }, model: 'ListApps' },
  { operation: 'revokeTokens', asked: { body: { device: 'nothing' } }, model: 'Nothing' },
];

const given: Answer[] = [];

/** Asks for each row, one after the other. */
async function driveAll(): Promise<void> {
  const { nodes } = await read('listNodes');
  const nodeId = (nodes as { id: string; url: string }[]).find(({ url }) => url === 'simulated://strict-a')?.id ?? '';
  const answers = new Map<OperationName, string>();
  for (const { operation, asked = {} } of ROWS) {
    const answer = await ask(operation, typeof asked === 'function' ? asked({ nodeId, answers }) : asked);
    answers.set(operation, answer.text);
    given.push(answer);
  }
}

describe('what the strict client makes of each answer', () => {
  test.each(ROWS.map((row, index) => ({ ...row, index })))('$index $operation', ({ index, model, status = 200 }) => {
    const answer = given[index];
    // 204 has no body, and needs no type.
    const expected = status === 204 ? { status, text: '' } : { status, type: expect.stringMatching(JSON_TYPE) };
    expect(answer).toMatchObject(expected);
    const body: unknown = JSON.parse(answer?.text || '{}');
    expect(refusals(body, { model })).toEqual([]);
  });

  test('no operation that existing clients call is left out', () => {
    expect([...new Set(ROWS.map(({ operation }) => operation))].toSorted()).toEqual(
      (Object.keys(ROUTES) as OperationName[]).filter((name) => !OWN.has(name)).toSorted(),
    );
  });
});

const JSON_TYPE = /^application\/json(;|$)/;

/** What we answer beside the contract, under addresses that its clients never call. */
const OWN: ReadonlySet<OperationName> = new Set<OperationName>([
  'showDeployment',
  'pauseDeployment',
  'resumeDeployment',
  'abortDeployment',
  'restartDeployment',
  'scaleDeployment',
  'listEvents',
  'listWorkers',
  'saveNode',
  'scheduleNode',
  'drainPlan',
  'rebalancePlan',
  'rebalance',
  'checkoutByQuery',
  'healthz',
  'readyz',
]);

/** The answer of the first row of the operation. */
const answerOf = (operation: OperationName): Readonly<Record<string, unknown>> =>
  JSON.parse(given[ROWS.findIndex((row) => row.operation === operation)]?.text ?? '') as Readonly<
    Record<string, unknown>
  >;

describe('the installation is filled', () => {
  test('a deployment in each state, and one with everything', () => {
    const { deployments } = answerOf('listDeployments') as { deployments: Readonly<Record<string, unknown>>[] };
    expect(new Set(deployments.map(({ status }) => status))).toEqual(
      new Set(['OK', 'Error', 'Pending', 'Failed', 'Deploying']),
    );
    const whole = deployments.find(({ id }) => id === 'whole') ?? {};
    const { fields } = modelOf('Deployment');
    expect(Object.keys(fields).filter((key) => !(key in whole))).toEqual(['targetRegions']);
    expect(deployments.find(({ id }) => id === 'none')).toHaveProperty('targetRegions');
  });

  test.each([
    ['listDefinitions', 'definitions', 7],
    ['listNodes', 'nodes', 3],
    ['listInstances', 'instances', 4],
    ['listContainers', 'containers', 2],
    ['listContainerLogs', 'logs', 1],
    ['listSecrets', 'secrets', 2],
    ['listConfigVersions', 'versions', 1],
    ['listApps', 'apps', 1],
  ] as const)('%s: %s has at least %i', (operation, key, least) => {
    expect((answerOf(operation)[key] as unknown[]).length).toBeGreaterThanOrEqual(least);
  });

  test('nodes with usage, cards and a heartbeat', () => {
    const { nodes } = answerOf('listNodes') as { nodes: Readonly<Record<string, unknown>>[] };
    const node = nodes.find(({ url }) => url === 'simulated://strict-a');
    expect(node).toMatchObject({ usage: { cpu: {}, memory: {} }, gpus: [{ name: 'A100' }] });
    expect(node).toHaveProperty('lastHeartbeat');
  });
});

describe('the check sees what it is there for', () => {
  /** Every copy of the value in which one object below has been changed. */
  function variants(
    value: unknown,
    kind: Kind,
    change: (object: object, model: string) => readonly object[],
  ): readonly unknown[] {
    if (typeof kind !== 'object' || value === null) return [];
    const below = (key: string, each: unknown, inner: Kind): readonly unknown[] =>
      variants(each, inner, change).map((other) =>
        Array.isArray(value) ? value.with(Number(key), other) : { ...(value as object), [key]: other },
      );
    if ('list' in kind) return (value as unknown[]).flatMap((each, at) => below(String(at), each, kind.list));
    if ('map' in kind) return Object.entries(value as object).flatMap(([key, each]) => below(key, each, kind.map));
    if (!('model' in kind)) return [];
    const { fields } = modelOf(kind.model);
    const own = change(value as object, kind.model);
    return [
      ...own,
      ...Object.entries(value as object).flatMap(([key, each]) =>
        fields[key] === undefined ? [] : below(key, each, fields[key]),
      ),
    ];
  }

  const unknownField = (object: object, model: string): readonly object[] =>
    modelOf(model).tolerant === true ? [] : [{ ...object, extra: 1 }];
  const withoutRequired = (object: object, model: string): readonly object[] =>
    modelOf(model).required.map((key) => Object.fromEntries(Object.entries(object).filter(([each]) => each !== key)));
  const otherType = (object: object, model: string): readonly object[] =>
    Object.keys(object).flatMap((key) => (modelOf(model).fields[key] === undefined ? [] : [{ ...object, [key]: 1.5 }]));

  test.each([
    ['a field too many', unknownField, 100],
    ['a required field too few', withoutRequired, 100],
    ['a fraction where none may be', otherType, 200],
  ] as const)('%s, at every place of every answer, is refused', (_, change, least) => {
    const broken = ROWS.flatMap(({ model }, index) => {
      const text = given[index]?.text ?? '';
      return text === '' ? [] : variants(JSON.parse(text), { model }, change).map((body) => ({ model, body }));
    });
    const numbers = new Set(['percent', 'temperature', 'powerUsage', 'powerCap', 'gpuUtilization']);
    const missed = broken.filter(({ body, model }) => refusals(body, { model }).length === 0);
    const excused = missed.filter(({ body }) =>
      [...numbers].some((key) => JSON.stringify(body).includes(`"${key}":1.5`)),
    );
    expect(broken.length).toBeGreaterThan(least);
    expect(missed.length - (change === otherType ? excused.length : 0)).toBe(0);
  });
});
