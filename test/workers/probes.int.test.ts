import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import type { Answer, Question } from '../../src/engine/simulated/script.ts';
import type { SimulatedHost } from '../../src/engine/simulated/host.ts';
import { readConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logger.ts';
import { startService } from '../../src/process/service.ts';
import type { Database } from '../../src/postgres/database.ts';
import { openTestDatabase, queryRows } from '../support/database.ts';
import { testService, type TestService } from '../support/service.ts';
import { until } from '../support/until.ts';

/** What the containers of a simulated host answer, as the test says it at the moment. */
interface Stage extends AsyncDisposable {
  readonly product: TestService;
  readonly host: SimulatedHost;
  readonly database: Database;
  answer: (question: Question) => Answer | undefined;
  asked: number;
}

let stages = 0;

async function stage(answer: Stage['answer'], settings: Readonly<Record<string, string>> = {}): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const name = `probes-${process.pid}-${(stages += 1)}`;
  const set: Pick<Stage, 'answer' | 'asked'> = { answer, asked: 0 };
  const script = {
    answers: (question: Question): Answer | undefined => {
      set.asked += 1;
      return set.answer(question);
    },
  };
  const host = createSimulatedHost(name, { registry: () => ({ script: () => script }) });
  stack.defer(() => dropSimulatedHost(name));
  const product = stack.use(await testService({ NODES: `simulated://${name}`, ...settings }));
  await save(product, 'definition', { id: 'def', image: { name: 'web:1', internalPorts: [8080] } });
  const database = stack.use(openTestDatabase(product.databaseUrl));
  const whole = stack.move();
  return Object.assign(set, { product, host, database, [Symbol.asyncDispose]: () => whole.disposeAsync() });
}

async function save(product: TestService, kind: string, content: object): Promise<void> {
  const file = join(product.shell.home, `${kind}.json`);
  await writeFile(file, JSON.stringify(content));
  await product.oo(kind, 'save', file);
}

interface View {
  readonly deployment: { readonly status: string; readonly details?: string };
  readonly replicas: readonly {
    readonly status: string;
    readonly generation: number;
    readonly unready?: string;
    readonly failure?: { readonly kind: string; readonly message: string };
  }[];
}

const view = async ({ product }: Stage): Promise<View> =>
  JSON.parse(await product.oo('deployment', 'get', 'depl', '-o', 'json')) as View;

/** The rows: asking by the command line takes its half second each time. */
async function rows(on: Stage): Promise<View> {
  const [deployment] = await queryRows(on.database, "select state from deployments where id = 'depl'");
  const replicas = await queryRows(on.database, 'select state from replicas order by id');
  return {
    deployment: (deployment?.['state'] ?? { status: '' }) as View['deployment'],
    replicas: replicas.map(({ state }) => state as View['replicas'][number]),
  };
}

const reached = (on: Stage, what: string, holds: (seen: View) => boolean): Promise<void> =>
  until(what, 15_000, async () => holds(await rows(on)));

const told = async (on: Stage): Promise<readonly unknown[]> =>
  (await queryRows(on.database, 'select type from events order by position')).map(({ type }) => type);

const well = ({ type }: Question): Answer => ({ code: type === 'http' ? 200 : 0 });

test('a ready probe takes a replica into service, out of it and back, with the reason in numbers', async () => {
  await using on = await stage(() => undefined);
  const ready = { http: { path: '/ready' }, periodSeconds: 1, failureThreshold: 2 };
  await save(on.product, 'deployment', { id: 'depl', definitionId: 'def', probes: { ready } });
  await reached(on, 'it runs', ({ replicas: [one] }) => one?.status === 'Running');
  on.answer = well;
  await reached(on, 'it is ready', ({ deployment }) => deployment.status === 'OK');

  on.answer = () => ({ code: 503 });
  await reached(on, 'it is out of service', ({ replicas: [one] }) => one?.status === 'Running');
  const out = await view(on);
  const reason = 'ready probe failed 2 times in a row, every 1 s: GET /ready on port 8080 answered 503';
  expect(out.replicas).toMatchObject([{ generation: 1, unready: reason }]);
  await reached(on, 'the deployment says so', ({ deployment }) => deployment.status === 'Deploying');
  expect((await view(on)).deployment.details).toContain(reason);

  on.answer = well;
  await reached(on, 'it is back', ({ deployment }) => deployment.status === 'OK');
  const types = await told(on);
  expect(types.filter((type) => /^Replica(Ready|Unready|Failed)/.test(String(type)))).toEqual([
    'ReplicaReady',
    'ReplicaUnready',
    'ReplicaReady',
  ]);
});

test('neither ready nor live count before the start has passed; then live replaces what fails it', async () => {
  await using on = await stage(({ type }) => (type === 'exec' ? { code: 1 } : undefined));
  const probes = {
    start: { exec: { command: ['up'] }, periodSeconds: 60 },
    live: { tcp: {}, periodSeconds: 1, failureThreshold: 2 },
  };
  await save(on.product, 'deployment', { id: 'depl', definitionId: 'def', probes });
  await until('the start is asked again and again', 15_000, async () => on.asked > 6);
  expect((await rows(on)).replicas).toMatchObject([{ status: 'Running', generation: 1 }]);
  expect(await told(on)).not.toContain('ReplicaReady');

  on.answer = well;
  await reached(on, 'it is ready', ({ deployment }) => deployment.status === 'OK');
  on.answer = (question) => (question.type === 'tcp' ? undefined : well(question));
  await reached(on, 'it is replaced', ({ replicas: [one] }) => (one?.generation ?? 0) > 1);
  expect((await rows(on)).replicas[0]?.failure).toMatchObject({
    kind: 'probe',
    message: 'live probe failed 2 times in a row, every 1 s: port 8080 accepts no connection within 1 s',
  });
  on.answer = well;
  await reached(on, 'the replacement is ready', ({ deployment }) => deployment.status === 'OK');
});

test('a start that uses its budget up has failed', async () => {
  await using on = await stage(() => ({ code: 3, text: 'no database' }));
  const start = { exec: { command: ['up', '--check'] }, periodSeconds: 1, failureThreshold: 1 };
  await save(on.product, 'deployment', { id: 'depl', definitionId: 'def', probes: { start } });
  await reached(on, 'it has failed', ({ replicas: [one] }) => one?.failure !== undefined);
  expect((await rows(on)).replicas[0]?.failure).toMatchObject({
    kind: 'probe',
    message: 'start probe has not passed for 1 s: "up --check" exited with code 3: no database',
  });
});

test('replicas that wait to be ready are taken over by the workers that come after a restart', async () => {
  await using on = await stage(() => undefined, { ROLES: 'api' });
  const settings = { DATABASE_URL: on.product.databaseUrl, NODES: `simulated://${on.host.name}`, ROLES: 'worker' };
  const worker = (): ReturnType<typeof startService> => startService(readConfig(settings), createLogger('silent'));
  {
    await using _ = await worker();
    const ready = { http: { path: '/ready' }, periodSeconds: 1 };
    await save(on.product, 'deployment', { id: 'depl', definitionId: 'def', probes: { ready } });
    await reached(on, 'it runs', ({ replicas: [one] }) => one?.status === 'Running');
  }
  on.answer = well;
  await using _ = await worker();
  await reached(on, 'it is ready', ({ deployment }) => deployment.status === 'OK');
  expect((await rows(on)).replicas).toMatchObject([{ status: 'Ready', generation: 1 }]);
});

test('an engine that cannot be asked fails no replica', async () => {
  await using on = await stage(well);
  const live = { exec: { command: ['live'] }, periodSeconds: 1, failureThreshold: 1 };
  await save(on.product, 'deployment', { id: 'depl', definitionId: 'def', probes: { live } });
  await reached(on, 'it is ready', ({ deployment }) => deployment.status === 'OK');
  on.host.failNext('exec', 'unreachable', { times: 2 });
  const before = on.asked;
  await until('it is asked again', 15_000, async () => on.asked > before + 1);
  expect(await told(on)).not.toContain('ReplicaFailed');
});
