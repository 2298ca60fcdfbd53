import { connect } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { streamLogs } from '../../src/api/client-logs.ts';
import { createClient, type Client } from '../../src/api/client.ts';
import type { LogLineRecord, LogRecord } from '../../src/api/contract/log-schemas.ts';
import type { SimulatedHost } from '../../src/engine/simulated/host.ts';
import { NO_LATENCY } from '../../src/engine/simulated/latency.ts';
import { logLine } from '../../src/engine/simulated/lifecycle.ts';
import { createSimulatedHost, dropSimulatedHost } from '../../src/engine/simulated/registry.ts';
import { followLogs } from '../cli/support/followed.ts';
import { testApi } from '../support/api.ts';
import { testService, type TestService } from '../support/service.ts';
import { simulatedWebImage } from '../support/simulated-web-image.ts';
import { until } from '../support/until.ts';

const NAMES = ['logs-a', 'logs-b'] as const;
let hosts: readonly SimulatedHost[];
let service: TestService;
let client: Client;

beforeAll(async () => {
  const images = { 'web:1': simulatedWebImage('1') };
  hosts = NAMES.map((name) => createSimulatedHost(name, { latencies: NO_LATENCY, images }));
  service = await testService({ NODES: NAMES.map((name) => `simulated://${name}`).join(',') });
  client = createClient({ baseUrl: service.url, token: (await service.oo('token')).trim() });
  await client.call('saveDefinition', {
    body: { definition: { id: 'web', image: { name: 'web:1', internalPorts: [8080] } } },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  NAMES.forEach(dropSimulatedHost);
});

async function save(id: string, replicas: number, envars: Record<string, string> = {}): Promise<void> {
  await client.call('saveDeployment', { body: { deployment: { id, definitionId: 'web', replicas, envars } } });
  await until(`${id} is up`, 20_000, async () => {
    const { body } = await client.call('showDeployment', { params: { id } });
    return body.deployment.status === 'OK' && body.progress.updated === replicas;
  });
}

/** Writes a line as the container of this replica. */
function say(replicaId: string, text: string): void {
  for (const host of hosts) {
    const container = [...host.containers.values()].find((each) => each.spec.name.startsWith(`${replicaId}-g`));
    if (container !== undefined) logLine(host, container, text);
  }
}

const linesOf = (records: readonly LogRecord[]): LogLineRecord[] => records.filter((each) => each.type === 'line');

async function stream(
  id: string,
  query: Readonly<Record<string, string | number | boolean>> = {},
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const each of streamLogs(client, { id, query, signal: AbortSignal.timeout(20_000) })) records.push(each);
  return records;
}

describe('what there is', () => {
  test('comes of all replicas by time, of each in its order, as one answer and as a stream with an end', async () => {
    await save('merged', 2);
    for (let number = 0; number < 20; number += 1) say(`merged-r1-${number % 2}`, `line ${number}`);
    const { body } = await client.call('deploymentLogs', { params: { id: 'merged' }, query: {} });
    const times = body.lines.map(({ time = '' }) => time);
    expect(times).toEqual(times.toSorted());
    for (const replica of [0, 1]) {
      const own = body.lines.filter(({ replicaId }) => replicaId === `merged-r1-${replica}`).map(({ text }) => text);
      expect(own).toEqual([
        'serving 1 on 8080',
        ...Array.from({ length: 10 }, (_, index) => `line ${2 * index + replica}`),
      ]);
    }
    const records = await stream('merged');
    expect(records.at(-1)).toEqual({ type: 'end' });
    expect(linesOf(records)).toEqual(body.lines);
    expect(
      linesOf(await stream('merged', { tail: 2 }))
        .map(({ text }) => text)
        .toSorted(),
    ).toEqual(['line 16', 'line 17', 'line 18', 'line 19']);
  });

  test('is had by the ids of a replica, of its instance and of its container', async () => {
    await save('named', 1);
    const { body } = await client.call('showDeployment', { params: { id: 'named' } });
    const { id = '', containerId = '' } = body.replicas[0] ?? {};
    for (const each of [id, `inst_${id}-g1`, containerId, containerId.slice(0, 12)]) {
      const answer = await client.call('replicaLogs', { params: { id: each }, query: {} });
      expect(answer.body.lines.map(({ text, replicaId }) => [replicaId, text])).toEqual([[id, 'serving 1 on 8080']]);
    }
  });

  test.each([
    ['nowhere', 404, /no deployment or replica or instance nowhere/],
    ['name', 404, /did you mean named\?/],
    ['named?tail=-1', 400, /tail/],
    ['named?tail=10001', 400, /10000/],
    ['named?since=yesterday', 400, /2026-01-31T12:00:00Z/],
    ['named?resume=x', 400, /resume.*0123456789ab@/],
  ])('%s is refused with %i', async (asked, status, message) => {
    const [id = '', query = ''] = asked.split('?');
    const url = `${service.url}/deploy-svc/deployment/${id}/logs?${query}`;
    const token = (await service.oo('token')).trim();
    for (const accept of ['application/json', 'application/x-ndjson']) {
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, accept } });
      expect(response.status).toBe(status);
      expect(JSON.stringify(await response.json())).toMatch(message);
    }
  });

  test('of a secret is only its name', async () => {
    await service.oo('secret', 'save', 'password', 'correct-horse-battery');
    await save('telling', 1, { VERSION: '{{secret:password}}' });
    const { body } = await client.call('deploymentLogs', { params: { id: 'telling' }, query: {} });
    expect(body.lines.map(({ text }) => text)).toEqual(['serving {{secret:password}} on 8080']);
  });

  test('is shown as far as engines can be asked, and for the others it says why not', async () => {
    await save('apart', 4);
    const { body: before } = await client.call('showDeployment', { params: { id: 'apart' } });
    const away = hosts[1];
    const cut = before.replicas.filter(({ nodeUrl }) => nodeUrl === `simulated://${away?.name}`).map(({ id }) => id);
    expect(cut.length).toBeGreaterThan(0);
    expect(cut.length).toBeLessThan(4);
    away?.disconnect();
    try {
      const { body } = await client.call('deploymentLogs', { params: { id: 'apart' }, query: {} });
      expect(body.lines).toHaveLength(4 - cut.length);
      expect(body.notices.map(({ state, replicaId }) => [state, replicaId])).toEqual(
        cut.map((id) => ['unreadable', id]),
      );
      expect(body.notices[0]?.message).toMatch(
        /the engine of node \S+ at simulated:\/\/logs-b does not answer this API server/,
      );
    } finally {
      away?.heal();
    }
  });
});

describe('following', () => {
  test('loses and doubles nothing when engines break their streams, and takes in replicas that come later', async () => {
    await save('followed', 2);
    await using followed = followLogs(service.shell.home, 'followed');
    await followed.until('both are read', (lines) => lines.length === 2);
    let number = 0;
    const sayAll = (replicas: number): void => {
      for (let replica = 0; replica < replicas; replica += 1) say(`followed-r1-${replica}`, `line ${number}`);
      number += 1;
    };
    for (let round = 0; round < 5; round += 1) {
      for (let each = 0; each < 10; each += 1) sayAll(2);
      for (const host of hosts) host.breakStreams();
      for (let each = 0; each < 10; each += 1) sayAll(2);
    }
    await followed.until('all of it', (lines) => lines.length >= 2 + 2 * 100);
    await client.call('scaleDeployment', { params: { id: 'followed' }, body: { replicas: 3 } });
    await followed.until('the third', (lines) => lines.some(({ replicaId }) => replicaId === 'followed-r1-2'));
    sayAll(3);
    await followed.until('the last line', (lines) => lines.filter(({ text }) => text === 'line 100').length === 3);
    const expected = ['serving 1 on 8080', ...Array.from({ length: 101 }, (_, index) => `line ${index}`)];
    for (const replica of [0, 1]) {
      const own = followed.lines.filter(({ replicaId }) => replicaId === `followed-r1-${replica}`);
      expect(own.map(({ text }) => text)).toEqual(expected);
    }
  });

  test('with no tail begins now', async () => {
    await save('begun', 1);
    say('begun-r1-0', 'before');
    await using followed = followLogs(service.shell.home, 'begun', '--tail', '0');
    // Whenever it begins: what was said before is not shown, and from some line on each is.
    let number = 0;
    await followed.until('a line', (lines) => {
      if (lines.length < 3) say('begun-r1-0', `line ${(number += 1)}`);
      return lines.length >= 3;
    });
    const first = Number(followed.lines[0]?.text.replace('line ', ''));
    expect(followed.lines.slice(0, 3).map(({ text }) => text)).toEqual([0, 1, 2].map((next) => `line ${first + next}`));
  });

  test('tells what a generation said that failed, and --previous tells it again', async () => {
    await client.call('saveDeployment', {
      body: {
        deployment: {
          id: 'failing',
          definitionId: 'web',
          replicas: 1,
          envars: { MODE: 'exit', MESSAGE: 'no such table' },
        },
      },
    });
    await until('the second generation has failed', 20_000, async () => {
      const { body } = await client.call('showDeployment', { params: { id: 'failing' } });
      return body.replicas.some(({ generation, status }) => generation >= 2 && status === 'Failed');
    });
    const { stdout, stderr } = await service.tryOo('logs', 'failing', '--previous', '--no-prefix');
    expect(stdout.split('\n').toSorted()).toEqual(['', 'code 1', 'no such table']);
    expect(stderr).toMatch(
      /-- failing-r1-0 \(generation \d+, \S+\): its container (is still there, and is read itself \(container exited with code 1\)|cannot be read any more \(container exited with code 1\): the last 2 lines, as the event of its failure keeps them)\n/,
    );
  });

  test('a reader that does not read makes the server wait', async () => {
    let given = 0;
    const text = 'x'.repeat(1_000);
    await using api = await testApi({
      logs: {
        open: async () =>
          (async function* endless(): AsyncGenerator<LogRecord> {
            for (;;) {
              given += 1;
              yield { type: 'line', nodeId: 'node_x', containerId: 'c', stream: 'stdout', text };
            }
          })(),
      },
    });
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    socket.write(
      `GET /deploy-svc/deployment/x/logs?follow=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.adminToken}\r\n\r\n`,
    );
    socket.pause();
    let before = -1;
    await until('the server waits', 20_000, async () => {
      const still = given === before && given > 0;
      before = given;
      return still;
    });
    // What the kernel takes for the two ends of a connection, and no more.
    expect(given * text.length).toBeLessThan(20_000_000);
    const stopped = given;
    socket.resume();
    await until('it goes on', 20_000, async () => given > stopped + 1_000);
    socket.destroy();
  });
});
