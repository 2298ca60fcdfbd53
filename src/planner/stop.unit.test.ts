import { expect, test } from 'vitest';

import type { ReplicaState } from '../domain/replica/evolve.ts';
import type { PartingSpec } from '../domain/replica/parting.ts';
import { stopOf } from './stop.ts';

type Given = Parameters<typeof stopOf>[0];

const RESERVED = { nodeId: 'n', cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };

function replica(more: Partial<ReplicaState> = {}): ReplicaState {
  const ports = [{ internal: 80, host: 30_000 }];
  const slot = { id: 'r', deploymentId: 'd', ordinal: 0, revision: 1, generation: 2, nodeId: 'n' };
  const rest = { status: 'Ready', containerId: 'c', failures: 0, failure: undefined, failedAt: undefined } as const;
  return { ...slot, ...rest, ports, reservation: RESERVED, scheduledAt: 0, changedAt: 0, readyAt: 1, ...more };
}

function given(deployment?: PartingSpec, definition?: PartingSpec): Given {
  const spec = { id: 'd', definitionId: 'x', replicas: 1, ...(deployment && { strategy: deployment }) };
  const defined = { id: 'x', ...(definition && { strategy: definition }) };
  // What is read of either.
  return { deployment: { spec }, definition: { spec: defined } } as unknown as Given;
}

const stopped = (from: Given, of: ReplicaState = replica()): Readonly<Record<string, unknown>> => {
  return { ...stopOf(from, of, 'test') };
};

test.each<[PartingSpec | undefined, PartingSpec | undefined, number, number]>([
  [undefined, undefined, 10, 10],
  [undefined, { drainSeconds: 60, graceSeconds: 2 }, 60, 2],
  [{ drainSeconds: 0 }, { drainSeconds: 60, graceSeconds: 2 }, 0, 2],
  [{ drainSeconds: 5, graceSeconds: 30 }, { drainSeconds: 60 }, 5, 30],
])('a deployment that says %j, of a definition that says %j', (deployment, definition, drainSeconds, graceSeconds) => {
  expect(stopped(given(deployment, definition))).toMatchObject({ type: 'stop', drainSeconds, graceSeconds });
});

test.each<[string, Partial<ReplicaState>, boolean]>([
  ['is ready', {}, true],
  [
    'was ready, and is out of service',
    { status: 'Running', readyAt: undefined, unready: { reason: '', silent: false } },
    true,
  ],
  ['was never ready', { status: 'Running', readyAt: undefined }, false],
  ['has no port', { ports: [] }, false],
  ['has failed', { status: 'Failed', ports: [], reservation: undefined }, false],
])('one that %s is given time for its requests: %#', (_, more, drains) => {
  expect('drainSeconds' in stopped(given(), replica(more))).toBe(drains);
});
