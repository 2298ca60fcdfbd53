import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { systemClock, type Clock } from '../../src/clock.ts';
import type { AnalysisSpec } from '../../src/domain/deployment/release-spec.ts';
import type { DeploymentState } from '../../src/domain/deployment/evolve.ts';
import type { DomainEvent, EventOf } from '../../src/domain/event.ts';
import { jobsFor } from '../../src/jobs/reactions.ts';
import { createLogger } from '../../src/logger.ts';
import { plan } from '../../src/planner/planner.ts';
import { sql } from '../../src/postgres/database.ts';
import { bucketOf, NO_LATENCIES } from '../../src/routing/latency-histogram.ts';
import { analyseDue, type LookedAt } from '../../src/workers/analyse/analyse.ts';
import { askPrometheus } from '../../src/workers/analyse/prometheus.ts';
import { loadSnapshot } from '../../src/workers/plan/load-snapshot.ts';
import { command, testStore, type TestStore } from '../support/store.ts';

const RESERVATION = { nodeId: 'node_a', cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
const TEMPLATE = { definitionId: 'def', image: 'web:1', ports: [], env: {} };
const PAUSE_SECONDS = 60;

/** What the Prometheus of the test answers, and what it was asked. */
type Answer = (response: ServerResponse, asked: URLSearchParams) => void;
let answer: Answer = (response) => void response.end();
const server = createServer((request: IncomingMessage, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => answer(response, new URLSearchParams(Buffer.concat(chunks).toString())));
});

let world: TestStore;
let counter = 0;
let id: string;
let ahead = 0;
/** The clock of the worker, which may go ahead of the log's. */
const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world = await testStore({ inventsDecisions: true });
  const capacity = { cpuMillis: 100_000, memoryBytes: 2 ** 34, gpus: [] };
  const node = { nodeId: 'node_a', url: 'simulated://a', cluster: 'c', zone: '', labels: {}, capacity };
  await append('node/node_a', { type: 'NodeRegistered', data: node });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await world[Symbol.asyncDispose]();
});
beforeEach(() => {
  counter += 1;
  id = `web${counter}`;
  ahead = 0;
});

const prometheusUrl = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function append(stream: string, ...events: readonly DomainEvent[]): Promise<void> {
  await world.store.append(command(stream, 'any', events));
}

/** A canary of revision 2 that gets 25 % of the requests. */
async function canary(analysis: AnalysisSpec = {}): Promise<void> {
  const strategy = { type: 'Canary' as const, steps: [{ weight: 25, pauseSeconds: PAUSE_SECONDS }], analysis };
  const spec = { id, definitionId: 'def', replicas: 1, strategy };
  const ofRevision = (revision: number): DomainEvent => ({
    type: 'RevisionCreated',
    data: { deploymentId: id, revision, template: TEMPLATE, fingerprint: `f${revision}` },
  });
  const status = (next: 'Deploying' | 'OK'): DomainEvent => ({
    type: 'DeploymentStatusChanged',
    data: { deploymentId: id, status: next, details: '' },
  });
  const planned = { deploymentId: id, snapshotPosition: 1, seed: 1, now: 1, actions: [], report: [] };
  const shares = [
    { revision: 1, weight: 75 },
    { revision: 2, weight: 25 },
  ];
  await append(
    `deployment/${id}`,
    { type: 'DeploymentSaved', data: { deploymentId: id, spec } },
    ofRevision(1),
    { type: 'DeploymentPlanned', data: planned },
    status('Deploying'),
    status('OK'),
    ofRevision(2),
    status('Deploying'),
  );
  await startReplica(1);
  await startReplica(2);
  await append(`deployment/${id}`, {
    type: 'TrafficShifted',
    data: { deploymentId: id, shares, step: 0, reason: 'test' },
  });
}

async function startReplica(revision: number, generation = 1): Promise<void> {
  const replicaId = `${id}-r${revision}-0`;
  const ids = { replicaId, deploymentId: id, generation };
  const decision = { considered: 1, excluded: [], scores: [] };
  const containerId = `c-${replicaId}-${generation}`;
  await append(
    `replica/${replicaId}`,
    {
      type: 'ReplicaScheduled',
      data: { ...ids, ordinal: 0, revision, reservation: RESERVATION, decision, reason: 'test' },
    },
    { type: 'ContainerCreated', data: { ...ids, containerId, adopted: false } },
    { type: 'ContainerStarted', data: { ...ids, containerId, ports: [] } },
    { type: 'ReplicaReady', data: ids },
  );
}

async function failReplica(revision: number, generation: number, kind: 'exit' | 'lost'): Promise<void> {
  const replicaId = `${id}-r${revision}-0`;
  const failure = { kind, message: 'gone', terminal: false };
  const data = { replicaId, deploymentId: id, generation, failure, released: RESERVATION };
  await append(`replica/${replicaId}`, { type: 'ReplicaFailed', data });
}

/** What a router has counted in a second. */
async function counted(
  requests: number,
  errors: number,
  { revision = 2, secondsAgo = -1, ms = 5, router = 'r' }: Readonly<Record<string, number | string>> = {},
): Promise<void> {
  const latency = NO_LATENCIES.map((_, index) => (index === bucketOf(Number(ms)) ? requests : 0));
  await sql`
    insert into traffic_samples (router_id, deployment_id, revision, at, requests, errors, latency)
    values (${router}, ${id}, ${revision}, date_trunc('second', now()) - make_interval(secs => ${secondsAgo}),
      ${requests}, ${errors}, ${latency}::int[])
  `.execute(world.database.db);
}

async function worker(name = 'a'): Promise<Parameters<typeof analyseDue>[0]> {
  const workerId = `wrk_${id}_${name}`;
  await sql`insert into workers (id, host, pid) values (${workerId}, 'test', 1)`.execute(world.database.db);
  const { store, database } = world;
  return {
    store,
    database,
    clock,
    log: createLogger('silent'),
    membership: { present: { fence: { workerId } } },
  } as Parameters<typeof analyseDue>[0];
}

const live = new AbortController().signal;

async function look(looked: LookedAt = new Map(), name = 'a'): Promise<void> {
  await analyseDue(await worker(name), looked, live);
}

type Analysed = EventOf<'RolloutAnalysed'>['data'];

async function verdicts(): Promise<readonly Analysed[]> {
  const events = await world.store.read({ after: 0, limit: 10_000, deploymentId: id });
  return events.flatMap((event) => (event.type === 'RolloutAnalysed' ? [event.data] : []));
}

const said = async (): Promise<readonly string[]> =>
  (await verdicts()).map(({ verdict, reason }) => `${verdict}: ${reason}`);

test('a canary that answers 5 % errors is found bad at once, and the very next plan goes back, traffic first', async () => {
  await canary();
  // Of two routers; what the stable revision answers, and what was before the step, counts for nothing.
  await counted(600, 30);
  await counted(604, 30, { router: 's' });
  await counted(10_000, 9_000, { revision: 1 });
  await counted(10_000, 9_000, { secondsAgo: 60 });
  await look();
  expect(await verdicts()).toEqual([
    {
      deploymentId: id,
      revision: 2,
      step: 0,
      verdict: 'failed',
      requests: 1_204,
      errors: 60,
      errorPercent: 4.98,
      restarts: 0,
      reason: '4.98 % errors (60 of 1,204 requests), more than 1 %',
    },
  ]);
  const events = await world.store.read({ after: 0, limit: 10_000, deploymentId: id });
  const last = events.at(-1);
  expect(last && jobsFor([last]).map(({ queue, key }) => [queue, key])).toEqual([['plan', id]]);
  const loaded = await loadSnapshot(world.store, id, Date.now());
  const planned = loaded && plan(loaded.snapshot);
  expect(planned?.actions.map(({ type }) => type)).toEqual(['roll back', 'shift', 'stop']);
  expect(planned?.details).toContain('revision 2 failed: step 1 of 1 at 25 % of the requests: 4.98 % errors');
});

test('a good one is found good when its step is over, and not before; however many look, one says so', async () => {
  await canary({ maxLatencyMs: 100, percentile: 90 });
  await counted(1_000, 1, { ms: 40 });
  await look();
  expect(await said()).toEqual([]);
  ahead = PAUSE_SECONDS * 1_000 + 1_000;
  await Promise.all(['b', 'c', 'd', 'e'].map((name) => look(new Map(), name)));
  expect(await verdicts()).toMatchObject([
    { verdict: 'passed', requests: 1_000, errors: 1, errorPercent: 0.1, latencyMs: 45.25, percentile: 90 },
  ]);
});

test('a slow one is bad by its percentile', async () => {
  await canary({ maxLatencyMs: 100, percentile: 90 });
  await counted(850, 0, { ms: 40 });
  await counted(150, 0, { ms: 400, router: 's' });
  await look();
  expect(await said()).toEqual(['failed: 430.5 ms at the 90th percentile of 1,000 requests, more than 100 ms']);
});

test('one whose replicas fail is bad; a node that was lost is no fault of it, and neither is what failed before', async () => {
  await canary();
  await failReplica(2, 1, 'exit');
  await startReplica(2, 2);
  await failReplica(2, 2, 'lost');
  await startReplica(2, 3);
  await look();
  expect(await said()).toEqual([]);
  await failReplica(2, 3, 'exit');
  await look(new Map(), 'b');
  expect(await said()).toEqual(['failed: 2 failures of its replicas, more than 1']);
});

test('too few requests say nothing, once; enough of them do', async () => {
  await canary({ minRequests: 1_000 });
  await counted(12, 12);
  ahead = PAUSE_SECONDS * 1_000 + 1_000;
  await look();
  await look(new Map(), 'b');
  expect(await said()).toEqual(['inconclusive: 12 of 1,000 requests']);
  await sql`delete from traffic_samples where deployment_id = ${id}`.execute(world.database.db);
  await counted(5_000, 0);
  await look(new Map(), 'c');
  expect(await said()).toEqual(['inconclusive: 12 of 1,000 requests', 'passed: 0 % errors (0 of 5,000 requests)']);
});

test('between two looks the interval passes, and the end of a step is not slept through', async () => {
  await canary({ intervalSeconds: 3_600 });
  const looked: LookedAt = new Map();
  await look(looked);
  await counted(1_000, 500);
  await look(looked, 'b');
  expect(await said()).toEqual([]);
  ahead = PAUSE_SECONDS * 1_000 + 1_000;
  await look(looked, 'c');
  expect(await said()).toEqual(['failed: 50 % errors (500 of 1,000 requests), more than 1 %']);
});

test('what is paused, or promoted, is not judged', async () => {
  await canary();
  await counted(1_000, 500);
  await append(`deployment/${id}`, { type: 'RolloutPaused', data: { deploymentId: id, by: 'user/ann' } });
  await look();
  await append(
    `deployment/${id}`,
    { type: 'RolloutResumed', data: { deploymentId: id, by: 'user/ann' } },
    { type: 'RolloutPromoted', data: { deploymentId: id, by: 'user/ann', revision: 2, step: 0, full: false } },
  );
  await look(new Map(), 'b');
  expect(await said()).toEqual([]);
});

const vector = (...values: readonly string[]): Answer => {
  const result = values.map((value) => ({ metric: {}, value: [1_690_000_000, value] }));
  return (response) => response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
};

test('the number of a Prometheus decides too, asked for this deployment and this revision', async () => {
  let asked = '';
  answer = (response, form) => {
    asked = form.get('query') ?? '';
    vector('0.2', '0.7')(response, form);
  };
  const query = 'failures{d="{{deployment}}",r="{{revision}}"}';
  await canary({ prometheus: { url: `${prometheusUrl()}/`, query, max: 0.5 } });
  await look();
  expect(asked).toBe(`failures{d="${id}",r="2"}`);
  expect(await verdicts()).toMatchObject([
    { verdict: 'failed', metric: 0.7, reason: 'Prometheus says 0.7, more than 0.5' },
  ]);
});

const redirected: string[] = [];
test.each<[string, Answer, object]>([
  ['a vector', vector('0.25'), { value: 0.25 }],
  ['the least of several, where there is a least that may be', vector('3', '-1', '2'), { value: -1 }],
  [
    'a scalar',
    (response) => response.end('{"status":"success","data":{"resultType":"scalar","result":[1,"42"]}}'),
    { value: 42 },
  ],
  ['no result', vector(), { problem: 'the query has no result' }],
  ['no number', vector('NaN'), { problem: 'the query has a result that is no number' }],
  [
    'something else',
    (response) => response.end('<html>'),
    { problem: 'its answer is no instant vector and no scalar' },
  ],
  ['an error', (response) => response.writeHead(422).end('{"error":"secret"}'), { problem: 'it answered 422' }],
  [
    'a redirect, which is not followed',
    (response, form) => {
      redirected.push(form.get('query') ?? '');
      response.writeHead(307, { location: `${prometheusUrl()}/elsewhere` }).end();
    },
    { problem: 'it answered 307' },
  ],
  [
    'more than anybody needs',
    (response) => response.end('x'.repeat(300_000)),
    { problem: 'its answer is longer than 262144 bytes' },
  ],
  ['a connection that ends', (response) => void response.destroy(), { problem: expect.stringMatching(/./) as string }],
])('Prometheus answers %s', async (_, given, expected) => {
  answer = given;
  const query = { url: prometheusUrl(), query: 'up', min: 0 };
  expect(await askPrometheus(query, { deployment: 'd', revision: 1 }, live)).toEqual(expected);
  expect(redirected.length).toBeLessThan(2);
});

test('one that nobody listens at leaves the step open, and says why', async () => {
  await canary({ prometheus: { url: 'http://127.0.0.1:1', query: 'up', max: 1 } });
  ahead = PAUSE_SECONDS * 1_000 + 1_000;
  await look();
  const [first] = await said();
  expect(first).toMatch(/^inconclusive: Prometheus: /);
  const row = await world.store.row<DeploymentState>('deployments', id);
  expect(row?.state.analysed?.verdict).toBe('inconclusive');
});
