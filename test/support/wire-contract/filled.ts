import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { addressOf, type OperationName } from '../../../src/api/contract/operations.ts';
import { systemClock } from '../../../src/clock.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../../src/engine/simulated/registry.ts';
import { SERVER_IMAGE, type SimulatedImage } from '../../../src/engine/simulated/script.ts';
import { openDatabase } from '../../../src/postgres/database.ts';
import { PROJECTIONS } from '../../../src/projections/all.ts';
import { openStore } from '../../../src/store/postgres-store.ts';
import { testService } from '../service.ts';
import { command } from '../store.ts';
import { until } from '../until.ts';

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

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export interface Asked {
  /** With its parameters in place; the operation's own when absent. */
  readonly path?: string;
  readonly body?: unknown;
  /** A token; the administrator's when absent, none when empty. */
  readonly as?: string;
}

export type Ask = (name: OperationName, asked?: Asked) => Promise<Answer>;

/** The whole product, with everything in it that the API can show. */
export interface Filled extends AsyncDisposable {
  readonly ask: Ask;
}

/** Opens it; takes some seconds, until there is a deployment in each state. */
export async function openFilled(): Promise<Filled> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'deploy-svc-strict-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  for (const name of HOSTS) {
    const capacity = { cpuMillis: 4_000, memoryBytes: 8 * 2 ** 30, gpus: CARDS };
    createSimulatedHost(name, { registry: (reference) => IMAGES[reference], capacity });
    stack.defer(() => dropSimulatedHost(name));
  }
  const nodes = HOSTS.map((name) => `simulated://${name}`).join(',');
  const service = stack.use(await testService({ NODES: nodes, DATA_DIR: folder }));
  const ask = asker(service.url, (await service.oo('token')).trim());
  await fill(ask);
  await fillDeployments(ask, service.databaseUrl);
  const whole = stack.move();
  return { ask, [Symbol.asyncDispose]: () => whole.disposeAsync() };
}

function asker(url: string, token: string): Ask {
  return async (name, { path, body, as = token } = {}) => {
    const { method, path: own } = addressOf(name);
    const headers = { 'content-type': 'application/json', ...(as === '' ? {} : { authorization: `Bearer ${as}` }) };
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url + (path ?? own), { method, headers, ...init });
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      text: await response.text(),
    };
  };
}

/** Every field that a client can write, everything that we add to it, and deployments in each state. */
async function fill(ask: Ask): Promise<void> {
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
}

async function fillDeployments(ask: Ask, databaseUrl: string): Promise<void> {
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
  await savePending(databaseUrl);
  type Row = Readonly<Record<'id' | 'status', string>>;
  const statuses = {
    ok: 'OK',
    whole: 'OK',
    error: 'Error',
    failed: 'Failed',
    deploying: 'Deploying',
    pending: 'Pending',
  };
  await until(`each state is there: ${JSON.stringify(statuses)}`, 30_000, async () => {
    const { deployments } = JSON.parse((await ask('listDeployments')).text) as { deployments: Row[] };
    const now = new Map(deployments.map(({ id, status }) => [id, status]));
    return Object.entries(statuses).every(([id, status]) => now.get(id) === status);
  });
}

/** One that nobody has looked at: no job was sent with it. */
async function savePending(url: string): Promise<void> {
  const options = { url, applicationName: 'strictness test', onError: () => undefined };
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
