import { expect, test } from 'vitest';

import type { OutputOf } from '../../api/client.ts';
import { nodesCheck, routersCheck, workersCheck } from './fleet.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const SECOND = 1000;

type Nodes = OutputOf<'listNodes'>;
type Worker = OutputOf<'listWorkers'>['workers'][number];

function nodes(...each: readonly [string, Partial<NonNullable<Nodes['states']>[number]>, number][]): Nodes {
  return {
    nodes: each.map(([id, , ago]) => ({
      id,
      url: `tcp://${id}:2376`,
      lastHeartbeat: new Date(NOW - ago * SECOND).toISOString(),
    })),
    states: each.map(([id, state]) => ({ id, scheduling: 'open', liveness: 'ready', replicas: 0, ...state })),
  };
}

function worker(id: string, alive: boolean): Worker {
  const times = { since: '2026-01-02T03:00:00Z', lastBeat: '2026-01-02T03:04:00Z' };
  return { id, host: 'h', pid: 1, alive, clusters: [], queues: [], watches: true, nodes: [], jobs: {}, ...times };
}

test('nodes that answer are counted by how they stand, with the oldest heartbeat', () => {
  const seen = nodes(['a', {}, 2], ['b', { scheduling: 'cordoned' }, 9], ['c', {}, 1]);
  expect(nodesCheck(seen, NOW)).toEqual({
    name: 'nodes',
    status: 'ok',
    found: '2 ready, 1 cordoned; the oldest heartbeat came 9s ago',
  });
});

test('a lost node fails, by name, with what to look at', () => {
  const check = nodesCheck(nodes(['a', {}, 2], ['b', { liveness: 'lost', scheduling: 'draining' }, 600]), NOW);
  expect(check).toMatchObject({ status: 'fail', found: '1 ready, 1 lost, draining; lost: b (tcp://b:2376)' });
  expect(check.mend).toContain('docker -H tcp://b:2376 info');
});

test('a node that nobody has heard of for a minute is worth a look; so is having none', () => {
  expect(nodesCheck(nodes(['a', {}, 61]), NOW)).toMatchObject({
    status: 'warn',
    found: '1 ready; a was last heard of 1m1s ago',
  });
  expect(nodesCheck(nodes(['a', {}, 60]), NOW)).toMatchObject({ status: 'ok' });
  const silent: Nodes = { nodes: [{ id: 'a', url: 'u' }], states: nodes(['a', {}, 0]).states };
  expect(nodesCheck(silent, NOW)).toMatchObject({ status: 'warn', found: '1 ready; a was last heard of never' });
  expect(nodesCheck({ nodes: [] }, NOW)).toMatchObject({
    status: 'warn',
    mend: expect.stringContaining('oo node add'),
  });
});

test('without a living worker nothing is carried out', () => {
  expect(workersCheck({ workers: [], unserved: [] })).toMatchObject({
    status: 'fail',
    found: 'none: nothing is carried out',
  });
  expect(workersCheck({ workers: [worker('w', false)], unserved: [] })).toMatchObject({
    status: 'fail',
    found: 'none of 1 is alive',
  });
});

test('what no worker serves is told', () => {
  const workers = [worker('v', true), worker('w', true)];
  expect(workersCheck({ workers, unserved: [] })).toEqual({ name: 'workers', status: 'ok', found: '2 workers alive' });
  const unserved = [{ kind: 'queue', queue: 'plan', jobsWaiting: 3 }] as const;
  expect(workersCheck({ workers, unserved: [...unserved] })).toMatchObject({
    status: 'warn',
    found:
      '2 workers alive; no worker serves queue plan (3 jobs waiting); start one without QUEUES, or with QUEUES=plan',
  });
});

type Router = OutputOf<'listRouters'>['routers'][number];

function router(id: string, more: Partial<Router> = {}): Router {
  const times = { since: '2026-01-02T03:00:00Z', lastBeat: '2026-01-02T03:04:00Z' };
  return { id, kind: 'gateway', host: 'h', pid: 1, alive: true, position: 9, lag: 0, inFlight: {}, ...times, ...more };
}

test.each([
  [[], 'warn', 'none: nothing carries requests to deployments'],
  [[router('a', { alive: false })], 'warn', 'none of 1 is alive: nothing carries requests to deployments'],
  [[router('a'), router('b', { alive: false })], 'ok', '1 router alive'],
  [[router('a'), router('b', { lag: 1_001 })], 'warn', '2 routers alive; b is 1001 events behind'],
])('of routers %#', (routers, status, found) => {
  expect(routersCheck({ routers })).toMatchObject({ name: 'routers', status, found });
});
