import fc from 'fast-check';
import { expect, test } from 'vitest';

import { evolveDeployment, type DeploymentEvent, type DeploymentState } from '../domain/deployment/evolve.ts';
import type { DomainEvent } from '../domain/event.ts';
import { evolveNode, type NodeEvent, type NodeState } from '../domain/node/evolve.ts';
import { evolveReplica, type ReplicaEvent, type ReplicaState } from '../domain/replica/evolve.ts';
import { mayFollow, REPLICA_TRANSITIONS } from '../domain/replica/status.ts';
import { evolveRoute, type RouteEvent, type RouteState } from '../domain/route/evolve.ts';
import { buildRouting } from './build.ts';
import { evolveRouting } from './evolve.ts';
import { EMPTY_TABLE, type RoutingTable } from './table.ts';
import { WHOLE, weightsOf } from './weights.ts';

/** The rows as the projections fold them. */
interface Rows {
  readonly deployments: Map<string, DeploymentState>;
  readonly replicas: Map<string, ReplicaState>;
  readonly nodes: Map<string, NodeState>;
  readonly routes: Map<string, RouteState>;
}

/** One wish of what should happen next; wishes that the rows do not allow are left out. */
const wish = fc.record({
  what: fc.constantFrom(
    'save',
    'delete',
    'remove',
    'shift',
    'node',
    'node gone',
    'route',
    'no route',
    ...(Object.keys(REPLICA_TRANSITIONS) as (keyof typeof REPLICA_TRANSITIONS)[]),
    ...Array.from({ length: 25 }, () => 'forward' as const),
  ),
  deployment: fc.nat(1),
  replica: fc.nat(4),
  node: fc.nat(2),
  late: fc.nat(3).map((chance) => chance === 0),
  revision: fc.integer({ min: 1, max: 3 }),
  percent: fc.nat(100),
  ports: fc.array(fc.integer({ min: 1024, max: 1030 }), { maxLength: 2 }),
});
type Wish = typeof wish extends fc.Arbitrary<infer Value> ? Value : never;

/** What leads from each status towards service, and from there out of it. */
const FORWARD = {
  Stopped: 'ReplicaScheduled',
  Failed: 'ReplicaScheduled',
  Scheduled: 'ContainerCreated',
  Created: 'ContainerStarted',
  Running: 'ReplicaReady',
  Ready: 'ReplicaStopping',
  Stopping: 'ReplicaStopped',
} as const;

/** Nodes and deployments that are there from the beginning. */
const PRELUDE: readonly DomainEvent[] = [
  ...['n0', 'n1', 'n2'].map((nodeId): DomainEvent => {
    const capacity = { cpuMillis: 1, memoryBytes: 1, gpus: [] };
    const data = { nodeId, url: 'unix:///run/x', cluster: 'c', zone: '', labels: {}, capacity };
    return { type: 'NodeRegistered', data };
  }),
  ...['d0', 'd1'].map((id): DomainEvent => {
    return { type: 'DeploymentSaved', data: { deploymentId: id, spec: { id, definitionId: 'x', replicas: 1 } } };
  }),
];

function eventOf(rows: Rows, each: Wish): DomainEvent | undefined {
  const { what, revision, percent } = each;
  const deploymentId = `d${each.deployment}`;
  const nodeId = `n${each.node}`;
  const deployment = rows.deployments.get(deploymentId);
  switch (what) {
    case 'save':
      return {
        type: 'DeploymentSaved',
        data: { deploymentId, spec: { id: deploymentId, definitionId: 'x', replicas: 1 } },
      };
    case 'delete':
      return deployment?.phase === 'live' ? { type: 'DeploymentDeleted', data: { deploymentId } } : undefined;
    case 'remove': {
      const idle = [...rows.replicas.values()].every(
        (replica) => replica.deploymentId !== deploymentId || replica.status === 'Stopped',
      );
      return deployment?.phase === 'deleting' && idle
        ? { type: 'DeploymentRemoved', data: { deploymentId } }
        : undefined;
    }
    case 'shift': {
      const two = [
        { revision, weight: percent },
        { revision: revision + 1, weight: 100 - percent },
      ];
      const data = { deploymentId, shares: each.late ? [] : two, reason: '' };
      return deployment?.phase === 'live' ? { type: 'TrafficShifted', data } : undefined;
    }
    case 'node': {
      const capacity = { cpuMillis: 1, memoryBytes: 1, gpus: [] };
      const place = { url: `tcp://h${percent}:2375`, cluster: 'c', zone: '', labels: {}, capacity };
      return { type: 'NodeRegistered', data: { nodeId, ...place } };
    }
    case 'node gone':
      return rows.nodes.has(nodeId) ? { type: 'NodeRemoved', data: { nodeId } } : undefined;
    case 'route':
      return { type: 'RouteSaved', data: { routeId: `r${each.node}`, target: `http://t${percent}` } };
    case 'no route':
      return rows.routes.has(`r${each.node}`)
        ? { type: 'RouteRemoved', data: { routeId: `r${each.node}` } }
        : undefined;
    case 'forward': {
      const status = rows.replicas.get(`d${each.replica % 2}-${each.replica}`)?.status;
      return replicaEventOf(rows, { ...each, late: false }, FORWARD[status ?? 'Stopped']);
    }
    default:
      return replicaEventOf(rows, each, what);
  }
}

function replicaEventOf(rows: Rows, each: Wish, type: keyof typeof REPLICA_TRANSITIONS): DomainEvent | undefined {
  // A replica belongs to one deployment for good.
  const deploymentId = `d${each.replica % 2}`;
  const replicaId = `${deploymentId}-${each.replica}`;
  const nodeId = `n${each.node}`;
  const state = rows.replicas.get(replicaId);
  const phase = rows.deployments.get(deploymentId)?.phase;
  if (phase === undefined || phase === 'removed' || !mayFollow(type, state?.status)) return undefined;
  const reservation = { nodeId, cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
  const generation = state?.generation ?? 0;
  // What is said of an earlier generation comes late, and changes nothing.
  const ids = { replicaId, deploymentId, generation: each.late && generation > 1 ? generation - 1 : generation };
  switch (type) {
    case 'ReplicaScheduled': {
      const decision = { considered: 1, excluded: [], scores: [] };
      const slot = { ordinal: each.replica, revision: each.revision, reservation, decision, reason: '' };
      return { type, data: { ...ids, generation: generation + 1, ...slot } };
    }
    case 'ImagePulled':
      return { type, data: { ...ids, image: 'i', milliseconds: 1 } };
    case 'ContainerCreated':
      return { type, data: { ...ids, containerId: 'c', adopted: false } };
    case 'ContainerStarted': {
      const ports = each.ports.map((host) => ({ internal: 80, host }));
      return { type, data: { ...ids, containerId: 'c', ports } };
    }
    case 'ReplicaReady':
      return { type, data: ids };
    case 'ReplicaSmokeAsked':
      return { type, data: { ...ids, nodeId, path: '/', timeoutMs: 1 } };
    case 'ReplicaSmoked':
      return { type, data: { ...ids, passed: true, milliseconds: 1 } };
    case 'ReplicaUnready':
      return { type, data: { ...ids, reason: '', silent: false } };
    case 'ReplicaFailed': {
      const failure = { kind: 'exit' as const, message: '', terminal: false };
      return { type, data: { ...ids, failure, released: reservation } };
    }
    case 'ReplicaStopping':
      return { type, data: { ...ids, nodeId, reason: '' } };
    case 'ReplicaDrained':
      return { type, data: { ...ids, nodeId, milliseconds: 1, acknowledged: [], unheard: [], cutOff: 0 } };
    case 'ReplicaStopped':
      return { type, data: ids };
    default:
      return type satisfies never;
  }
}

function fold<State, Event>(
  map: Map<string, State>,
  id: string,
  evolve: (state: State | undefined, event: Event, at: number) => State | undefined,
  event: Event,
): void {
  const after = evolve(map.get(id), event, 0);
  if (after === undefined) map.delete(id);
  else map.set(id, after);
}

function record(rows: Rows, event: DomainEvent): void {
  const { data } = event;
  if ('replicaId' in data && event.type in REPLICA_TRANSITIONS) {
    return fold(rows.replicas, String(data.replicaId), evolveReplica, event as ReplicaEvent);
  }
  if ('nodeId' in data) return fold(rows.nodes, String(data.nodeId), evolveNode, event as NodeEvent);
  if ('routeId' in data) return fold(rows.routes, data.routeId, evolveRoute, event as RouteEvent);
  fold(rows.deployments, (data as { deploymentId: string }).deploymentId, evolveDeployment, event as DeploymentEvent);
}

function built({ deployments, replicas, nodes, routes }: Rows, position: number): RoutingTable {
  return buildRouting({
    position,
    deployments: [...deployments.values()],
    replicas: [...replicas.values()],
    nodes: [...nodes.values()],
    routes: [...routes.values()],
  });
}

test('event by event the table is what the rows of that position lead to; only what is ready is in it, and weights are the whole', () => {
  let withBackends = 0;
  fc.assert(
    fc.property(fc.array(wish, { minLength: 40, maxLength: 120 }), (wishes) => {
      const rows: Rows = { deployments: new Map(), replicas: new Map(), nodes: new Map(), routes: new Map() };
      let table = EMPTY_TABLE;
      const next = [...PRELUDE.map((event) => () => event), ...wishes.map((each) => () => eventOf(rows, each))];
      for (const wished of next) {
        const event = wished();
        if (event === undefined) continue;
        record(rows, event);
        table = evolveRouting(table, { ...event, position: table.position + 1 });
        expect(table).toEqual(built(rows, table.position));
        for (const { id, backends } of table.deployments.values()) {
          const ready = [...rows.replicas.values()].filter(
            ({ deploymentId, status, ports, nodeId }) =>
              deploymentId === id &&
              status === 'Ready' &&
              ports.length > 0 &&
              rows.nodes.get(nodeId)?.removed === false,
          );
          expect(backends.map(({ replicaId }) => replicaId)).toEqual(ready.map((replica) => replica.id).toSorted());
          if (backends.length === 0) continue;
          withBackends += 1;
          expect(backends.reduce((sum, { weight }) => sum + weight, 0)).toBe(WHOLE);
        }
      }
    }),
  );
  // The histories reach what they are about.
  expect(withBackends).toBeGreaterThan(100);
});

const revisions = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 30 });
const shares = fc.uniqueArray(fc.record({ revision: fc.integer({ min: 1, max: 5 }), weight: fc.nat(100) }), {
  selector: ({ revision }) => revision,
});

test('each revision gets its share, evenly; the share of one that is not there goes to the others in proportion', () => {
  fc.assert(
    fc.property(revisions, fc.option(shares, { nil: undefined }), (ready, divided) => {
      const weights = weightsOf(ready, divided);
      const here = new Set(ready);
      const named = (divided ?? []).filter(({ revision }) => here.has(revision));
      const sum = named.reduce((total, { weight }) => total + weight, 0);
      for (const revision of here) {
        const own = weights.filter((_, index) => ready[index] === revision);
        expect(Math.max(...own) - Math.min(...own)).toBeLessThanOrEqual(1);
        const share =
          sum > 0 ? (named.find((each) => each.revision === revision)?.weight ?? 0) / sum : own.length / ready.length;
        const total = own.reduce((one, other) => one + other, 0);
        expect(Math.abs(total - share * WHOLE)).toBeLessThanOrEqual(1);
      }
      expect(weights.reduce((one, other) => one + other, 0)).toBe(WHOLE);
    }),
  );
});

test.each([
  ['nothing divides', [1, 2, 2, 2], undefined, [250_000, 250_000, 250_000, 250_000]],
  [
    'a canary of 10 %',
    [1, 1, 1, 2],
    [
      { revision: 1, weight: 90 },
      { revision: 2, weight: 10 },
    ],
    [300_000, 300_000, 300_000, 100_000],
  ],
  [
    'the canary is not ready',
    [1, 1],
    [
      { revision: 1, weight: 90 },
      { revision: 2, weight: 10 },
    ],
    [500_000, 500_000],
  ],
  ['the switch to green', [1, 2], [{ revision: 2, weight: 100 }], [0, 1_000_000]],
  ['green has died', [1, 1], [{ revision: 2, weight: 100 }], [500_000, 500_000]],
])('%s', (_, ready, divided, expected) => {
  expect(weightsOf(ready, divided)).toEqual(expected);
});
