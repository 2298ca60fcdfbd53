import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { DeploymentView } from '../../src/api/contract/deploy-schemas.ts';
import { LABEL } from '../../src/engine/engine.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import type { Answer, Question, Script } from '../../src/engine/simulated/script.ts';
import type { SimulatedHost } from '../../src/engine/simulated/host.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { startService } from '../../src/process/service.ts';
import type { Database } from '../../src/postgres/database.ts';
import { openTestDatabase, queryRows } from '../support/database.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

const HOST = `probes-${process.pid}`;

/** A deployment of its own image, whose containers answer what the test says at the moment. */
interface Stage {
  readonly id: string;
  answer: (question: Question) => Answer | undefined;
  asked: number;
}

const stack = new AsyncDisposableStack();
const stages = new Map<string, Stage>();
let product: TestService;
let host: SimulatedHost;
let database: Database;
let worker: AsyncDisposable;

async function startWorker(): Promise<void> {
  const settings = { DATABASE_URL: product.databaseUrl, NODES: `simulated://${HOST}`, ROLES: 'worker' };
  worker = await startService(readConfig(settings), createLogger('silent'));
}

beforeAll(async () => {
  host = createSimulatedHost(HOST, { registry: (image) => ({ script: () => scriptOf(image) }) });
  stack.defer(() => dropSimulatedHost(HOST));
  product = stack.use(await testService({ ROLES: 'api', NODES: '' }));
  database = stack.use(openTestDatabase(product.databaseUrl));
  await startWorker();
  stack.defer(() => worker[Symbol.asyncDispose]());
});
afterAll(() => stack.disposeAsync());

function scriptOf(image: string): Script {
  return {
    steps: [{ kind: 'log', text: 'serving' }],
    answers: (question) => {
      const on = stages.get(image.split(':')[0] ?? '');
      if (on === undefined) return undefined;
      on.asked += 1;
      return on.answer(question);
    },
  };
}

async function stage(id: string, answer: Stage['answer'], probes: object): Promise<Stage> {
  const on: Stage = { id, answer, asked: 0 };
  stages.set(id, on);
  await save('definition', { id, image: { name: `${id}:1`, internalPorts: [8080] } });
  await save('deployment', { id, definitionId: id, probes });
  return on;
}

async function save(kind: string, content: object): Promise<void> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', file);
}

interface Seen {
  readonly status: string;
  readonly details: string;
  readonly replica: {
    readonly status: string;
    readonly generation: number;
    readonly failure?: { readonly message: string; readonly lastLogs?: readonly string[] };
  };
}

/** The rows: asking by the command line takes its half second each time. */
async function see({ id }: Stage): Promise<Seen> {
  const [deployment] = await queryRows(database, `select state from deployments where id = '${id}'`);
  const [replica] = await queryRows(
    database,
    `select state from replicas where deployment_id = '${id}' and state ->> 'status' <> 'Stopped' order by id desc limit 1`,
  );
  const { status = '', details = '' } = (deployment?.['state'] ?? {}) as Partial<Seen>;
  return { status, details, replica: (replica?.['state'] ?? { status: '', generation: 0 }) as Seen['replica'] };
}

const reached = (on: Stage, what: string, holds: (seen: Seen) => boolean): Promise<void> =>
  until(what, 15_000, async () => holds(await see(on)));

async function told({ id }: Stage): Promise<readonly unknown[]> {
  const query = `select type from events where data ->> 'deploymentId' = '${id}' order by position`;
  return (await queryRows(database, query)).map(({ type }) => type);
}

const well = ({ type }: Question): Answer => ({ code: type === 'http' ? 200 : 0 });

test('a ready probe takes a replica into service, out of it and back, with the reason in numbers', async () => {
  const ready = { http: { path: '/ready' }, periodSeconds: 1, failureThreshold: 2 };
  const on = await stage('ready', () => undefined, { ready });
  await reached(on, 'it runs', ({ replica }) => replica.status === 'Running');
  on.answer = well;
  await reached(on, 'it is ready', ({ status }) => status === 'OK');

  on.answer = () => ({ code: 503 });
  const reason = 'ready probe failed 2 times in a row, every 1 s: GET /ready on port 8080 answered 503';
  await reached(on, 'the deployment says that it is out of service', ({ status, details }) => {
    return status === 'Deploying' && details.includes(reason);
  });
  expect((await see(on)).replica).toMatchObject({ status: 'Running', generation: 1 });
  const shown = JSON.parse(await product.oo('deployment', 'get', on.id, '-o', 'json')) as DeploymentView;
  expect(shown.replicas).toMatchObject([{ unready: reason }]);

  on.answer = well;
  await reached(on, 'it is back', ({ status }) => status === 'OK');
  expect((await told(on)).filter((type) => /^Replica(Ready|Unready|Failed)/.test(String(type)))).toEqual([
    'ReplicaReady',
    'ReplicaUnready',
    'ReplicaReady',
  ]);
});

test('neither ready nor live count before the start has passed; then live replaces what fails it', async () => {
  const start = { exec: { command: ['up'] }, periodSeconds: 60 };
  const live = { tcp: {}, periodSeconds: 1, failureThreshold: 2 };
  const on = await stage('live', ({ type }) => (type === 'exec' ? { code: 1 } : undefined), { start, live });
  await until('the start is asked again and again', 15_000, async () => on.asked > 6);
  expect((await see(on)).replica).toMatchObject({ status: 'Running', generation: 1 });
  expect(await told(on)).not.toContain('ReplicaReady');

  on.answer = well;
  await reached(on, 'it is ready', ({ status }) => status === 'OK');
  on.answer = (question) => (question.type === 'tcp' ? undefined : well(question));
  await reached(on, 'it is replaced', ({ replica: { generation } }) => generation > 1);
  expect((await see(on)).replica.failure).toMatchObject({
    kind: 'probe',
    message: 'live probe failed 2 times in a row, every 1 s: port 8080 accepts no connection within 1 s',
  });
  on.answer = well;
  await reached(on, 'the replacement is ready', ({ status }) => status === 'OK');
});

test('a start that uses its budget up has failed; a restart budget that is used up ends all tries until a save', async () => {
  const start = { exec: { command: ['up', '--check'] }, periodSeconds: 1, failureThreshold: 1 };
  const on = await stage('start', () => ({ code: 3, text: 'no database' }), { start });
  await reached(on, 'it has failed', ({ replica: { failure } }) => failure !== undefined);
  const message = 'start probe has not passed for 1 s: "up --check" exited with code 3: no database';
  expect((await see(on)).replica.failure).toMatchObject({ kind: 'probe', message });

  const deployment = { id: on.id, definitionId: on.id, probes: { start }, restart: { maxFailures: 2 } };
  await save('deployment', deployment);
  await reached(on, 'nobody tries again', ({ status, details, replica }) => {
    return (
      status === 'Error' && replica.status === 'Failed' && details.startsWith('restart budget of 2 used up: start')
    );
  });
  const shown = JSON.parse(await product.oo('deployment', 'get', on.id, '-o', 'json')) as DeploymentView;
  expect(shown.replicas[0]?.retryAt).toBeUndefined();
  on.answer = well;
  await save('deployment', deployment);
  await reached(on, 'the same save again gives it a new budget', ({ status }) => status === 'OK');
  expect((await see(on)).replica).toMatchObject({ status: 'Ready', failures: 0 });
});

test('replicas that wait to be ready are taken over by the workers that come after a restart', async () => {
  const on = await stage('waiting', () => undefined, { ready: { http: { path: '/ready' }, periodSeconds: 1 } });
  await reached(on, 'it runs', ({ replica }) => replica.status === 'Running');
  await worker[Symbol.asyncDispose]();
  on.answer = well;
  await startWorker();
  await reached(on, 'it is ready', ({ status }) => status === 'OK');
  expect((await see(on)).replica).toMatchObject({ status: 'Ready', generation: 1 });
});

test('what is killed is replaced at once; what is killed again, or for its memory, tells its last words', async () => {
  const on = await stage('killed', well, {});
  const container = async (generation: number): Promise<string> => {
    await reached(on, `generation ${generation} is ready`, ({ status, replica }) => {
      return status === 'OK' && replica.generation === generation;
    });
    const ours = host.containers.values().filter(({ labels }) => labels[LABEL.deployment] === on.id);
    return ours.find(({ labels }) => labels[LABEL.generation] === String(generation))?.id ?? '';
  };
  host.kill(await container(1));
  const second = await container(2);
  expect((await see(on)).replica.failure).toEqual({
    kind: 'exit',
    message: 'container exited with code 137: killed (SIGKILL), and not for its memory limit',
    exitCode: 137,
    terminal: false,
  });
  host.kill(second);
  await container(3);
  expect((await see(on)).replica.failure).toMatchObject({
    message: 'container exited with code 137',
    lastLogs: ['serving'],
  });

  const large = await stage('large', well, {});
  await reached(large, 'it is ready', ({ status }) => status === 'OK');
  const victim = host.containers.values().find(({ labels }) => labels[LABEL.deployment] === large.id);
  host.oomKill(victim?.id ?? '');
  await reached(large, 'it is replaced', ({ replica: { failure } }) => failure !== undefined);
  expect((await see(large)).replica.failure?.message).toContain('it used more memory than its limit');
});

test('an engine that cannot be asked fails no replica', async () => {
  const live = { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 };
  const on = await stage('unasked', well, { live });
  await reached(on, 'it is ready', ({ status }) => status === 'OK');
  host.failNext('exec', 'unreachable', { times: 2 });
  const before = on.asked;
  await until('it is asked again', 15_000, async () => on.asked > before + 1);
  expect(await told(on)).not.toContain('ReplicaFailed');
});
