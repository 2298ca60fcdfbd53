import { expect, test } from 'vitest';

import type { DomainEvent, RecordedEvent } from '../../src/domain/event.ts';
import { walkFleet } from './fleet-laws.ts';

const spec = { id: 'web', definitionId: 'def', replicas: 1, strategy: { maxUnavailable: 0, maxSurge: 1 } };
const ids = { replicaId: 'web-r1-0', deploymentId: 'web', generation: 1 };
const reservation = { nodeId: 'n', cpuMillis: 600, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
const capacity = { cpuMillis: 1_000, memoryBytes: 0, gpus: [] };

function scheduled(replicaId: string, ordinal: number, cpuMillis = 100): DomainEvent {
  const decision = { considered: 1, excluded: [], scores: [] };
  const held = { ...reservation, cpuMillis };
  const data = { ...ids, replicaId, ordinal, revision: 1, reservation: held, decision, reason: 'test' };
  return { type: 'ReplicaScheduled', data };
}

const begun: readonly DomainEvent[] = [
  {
    type: 'NodeRegistered',
    data: { nodeId: 'n', url: 'simulated://n', cluster: 'c', zone: 'z', labels: {}, capacity },
  },
  { type: 'DeploymentSaved', data: { deploymentId: 'web', spec } },
  { type: 'DeploymentStatusChanged', data: { deploymentId: 'web', status: 'Deploying', details: '' } },
  scheduled('web-r1-0', 0, 600),
  { type: 'ContainerCreated', data: { ...ids, containerId: 'c', adopted: false } },
  { type: 'ContainerStarted', data: { ...ids, containerId: 'c', ports: [] } },
  { type: 'ReplicaReady', data: ids },
  { type: 'DeploymentStatusChanged', data: { deploymentId: 'web', status: 'OK', details: '' } },
];

function walk(...more: readonly DomainEvent[]): ReturnType<typeof walkFleet> {
  const log = [...begun, ...more].map((event, index): RecordedEvent => ({
    ...event,
    position: index + 1,
    version: index + 1,
    id: `e${index}`,
    stream: 's',
    actor: 'test',
    correlationId: 'test',
    at: new Date(index),
  }));
  return walkFleet(log, 'web');
}

test('a log that keeps the laws is walked to its end', () => {
  expect(walk()).toMatchObject({ events: begun.length, leastReady: 1, mostExisting: 1 });
});

test.each([
  ['a node that is overcommitted', [scheduled('web-r1-1', 1, 600)], /would be 1200|overcommitted|cpuMillis/],
  ['more replicas than may exist', [scheduled('web-r1-1', 1), scheduled('web-r1-2', 2)], /3 of at most 2/],
  [
    'fewer ready than must be',
    [{ type: 'ReplicaStopping', data: { ...ids, nodeId: 'n', reason: '' } }],
    /0 ready, 1 must/,
  ],
  ['an event out of order', [{ type: 'NodeDrained', data: { nodeId: 'n' } }], /NodeDrained on "open"/],
  [
    'a reservation that is not released',
    [
      {
        type: 'ReplicaFailed',
        data: {
          ...ids,
          failure: { kind: 'gone', message: '', terminal: false },
          released: { ...reservation, cpuMillis: 1 },
        },
      },
    ],
    /cpuMillis/,
  ],
  [
    'OK without its replicas',
    [
      scheduled('web-r1-1', 1),
      { type: 'DeploymentStatusChanged', data: { deploymentId: 'web', status: 'Deploying', details: '' } },
      { type: 'DeploymentStatusChanged', data: { deploymentId: 'web', status: 'OK', details: '' } },
    ],
    /OK means/,
  ],
] as const satisfies readonly (readonly [string, readonly DomainEvent[], RegExp])[])(
  '%s is found',
  (_, more, message) => {
    expect(() => walk(...more)).toThrow(message);
  },
);
