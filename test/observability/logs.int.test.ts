import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';

import { beforeAll, expect, test } from 'vitest';

import { createLogger } from '../../src/logger.ts';
import { testService } from '../support/service.ts';
import { rollOut, simulatedHosts } from './support/rollout.ts';

type Line = Readonly<Record<string, unknown>>;

/** Runs the whole product, does what is asked with it, and returns every line that it wrote. */
async function linesOf(work: (url: string) => Promise<void>): Promise<readonly Line[]> {
  const sink = new PassThrough();
  const written = text(sink);
  {
    using hosts = simulatedHosts('logs-a', 'logs-b');
    await using service = await testService({ NODES: hosts.nodes }, createLogger('debug', { service: 'test' }, sink));
    await work(service.url);
  }
  sink.end();
  return (await written)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

const correlationId = 'rollout-of-the-log-test';
let lines: readonly Line[];
beforeAll(async () => {
  const headers = { 'x-correlation-id': correlationId };
  lines = await linesOf((url) => rollOut({ url, id: 'logged', replicas: 3, headers }));
}, 60_000);

test('all lines of a rollout carry the correlation id of the save, from the request to the start of each container', () => {
  const own = lines.filter((line) => line['correlationId'] === correlationId);
  const ofQueue = (queue: string): readonly Line[] =>
    own.filter((line) => line['queue'] === queue && line['message'] === 'job ended');
  expect(own.filter(({ message }) => message === 'request answered')).toMatchObject([
    { method: 'PUT', route: '/deploy-svc/deployment', status: 200 },
  ]);
  expect(ofQueue('plan').length).toBeGreaterThan(0);
  expect(ofQueue('start').length).toBeGreaterThan(0);
  // Whatever is told of the deployment, of its replicas or of their events is told under that id, and nothing without it.
  const replicas = new Set(own.flatMap((line) => (typeof line['replicaId'] === 'string' ? [line['replicaId']] : [])));
  expect(replicas.size).toBe(3);
  const concerned = lines.filter(
    (line) => line['deploymentId'] === 'logged' || replicas.has(String(line['replicaId'])) || tellsOfReplica(line),
  );
  expect(concerned.length).toBeGreaterThan(10);
  // But for the sweep, which every worker sends off by itself: its plans are told under its own.
  const swept = new Set(lines.filter((line) => line['queue'] === 'replan').map((line) => line['correlationId']));
  const ids = new Set(concerned.map((line) => line['correlationId']));
  expect([...ids].filter((id) => !swept.has(id))).toEqual([correlationId]);
});

function tellsOfReplica({ message, types }: Line): boolean {
  return message === 'appended' && /Replica|Container|DeploymentSaved|DeploymentPlanned/.test(JSON.stringify(types));
}

test('lines of jobs tell which job, and because of which event; those of appends where the log has them', () => {
  const started = lines.find(({ message, queue }) => message === 'job ended' && queue === 'start');
  expect(started).toMatchObject({
    level: 'debug',
    service: 'test',
    jobId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    causationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    nodeId: expect.stringMatching(/^node_/),
    outcome: 'done',
    attempt: 0,
  });
  const appended = lines.filter(({ message }) => message === 'appended');
  const positions = appended.map(({ position }) => Number(position));
  expect(positions.every((position) => position > 0)).toBe(true);
  expect(appended.some(({ types }) => JSON.stringify(types) === '["1 DeploymentSaved"]')).toBe(true);
});
