import { expect, test } from 'vitest';

import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { evolveDeployment } from '../../domain/deployment/evolve.ts';
import type { DomainEvent, RecordedEvent } from '../../domain/event.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { standingOf } from './standing.ts';

const AT = Date.parse('2026-11-23T03:12:00.000Z');

const saved = recorded(41, {
  type: 'DeploymentSaved',
  data: {
    deploymentId: 'web',
    spec: { id: 'web', definitionId: 'def', replicas: 3, restart: { maxFailures: 4 } },
    reason: 'for the sale',
  },
});
const planned = recorded(42, {
  type: 'DeploymentPlanned',
  data: {
    deploymentId: 'web',
    snapshotPosition: 41,
    seed: 1,
    now: AT,
    actions: ['start web-r1-0'],
    report: ['1 replica fits no node: a cpu needs 2, has 0.5 free of 4'],
  },
});

function recorded(position: number, event: DomainEvent): RecordedEvent {
  const place = { position, id: `e${position}`, stream: 'deployment/web', version: position, at: new Date(AT) };
  return { ...event, ...place, actor: 'user/ada', correlationId: 'c' };
}

function deployment(): DeploymentState {
  const changed = { deploymentId: 'web', status: 'Deploying', details: '1/3 ready' } as const;
  const events = [saved, recorded(43, { type: 'DeploymentStatusChanged', data: changed })];
  const state = events.reduce<DeploymentState | undefined>(
    (before, event) => evolveDeployment(before, event as Parameters<typeof evolveDeployment>[1], AT),
    undefined,
  );
  if (state === undefined) throw new Error('nothing was saved');
  return state;
}

function replica(ordinal: number, more: Partial<ReplicaState>): ReplicaState {
  return {
    id: `web-r1-${ordinal}`,
    deploymentId: 'web',
    ordinal,
    revision: 1,
    generation: 1,
    status: 'Ready',
    nodeId: 'a',
    reservation: undefined,
    containerId: undefined,
    ports: [],
    failures: 0,
    failure: undefined,
    scheduledAt: AT,
    changedAt: AT,
    readyAt: undefined,
    failedAt: undefined,
    ...more,
  };
}

const stands = (replicas: readonly ReplicaState[]): readonly string[] =>
  standingOf({ deployment: deployment(), replicas, saved, planned });

test('from its status to the last save, the last plan and what is ready, each with its numbers', () => {
  expect(stands([replica(0, {}), replica(1, { nodeId: 'b' }), replica(2, { status: 'Stopped' })])).toEqual([
    'web is Deploying: 1/3 ready.',
    'ada saved it last, at 2026-11-23T03:12:00.000Z [41]: for the sale; it wants 3 of def, no revision yet.',
    'The last plan, at 2026-11-23T03:12:00.000Z [42], had 1 action: 1 replica fits no node: a cpu needs 2, has 0.5 free of 4.',
    '2 ready of 3 wanted: 2 of revision 1 (1 on a, 1 on b).',
  ]);
});

const failure = { kind: 'exit', message: 'container exited with code 1', terminal: false } as const;

test.each<readonly [Partial<ReplicaState>, RegExp]>([
  [
    { status: 'Scheduled' },
    /is Scheduled since 2026-11-23T03:12:00\.000Z: it waits for its image and its container\.$/,
  ],
  [{ status: 'Created' }, /is Created .*: its container waits to be started\.$/],
  [{ status: 'Running' }, /is Running .*: it waits to be ready\.$/],
  [
    { status: 'Running', unready: { reason: 'GET / said 503', silent: false } },
    /waits to be ready: GET \/ said 503\.$/,
  ],
  [{ status: 'Stopping' }, /is Stopping .*: it waits for its container to end\.$/],
  [
    { status: 'Failed', failures: 2, failure, failedAt: AT },
    /it failed 2 times in a row: container exited with code 1; it is tried again from 2026-11-23T03:1\d:.* on\.$/,
  ],
  [{ status: 'Failed', failures: 4, failure, failedAt: AT }, /; its budget of 4 is used up\.$/],
  [
    { status: 'Failed', failures: 1, failure: { ...failure, terminal: true }, failedAt: AT },
    /it failed 1 time in a row: .*; trying again cannot help\.$/,
  ],
])('what a replica waits for: %j', (more, said) => {
  expect(stands([replica(0, more)]).at(-1)).toMatch(said);
});

test('of many that are not ready the first are told, and how many more there are', () => {
  const told = stands(Array.from({ length: 13 }, (_, ordinal) => replica(ordinal, { status: 'Created' })));
  expect(told.at(-1)).toBe('3 more replicas are not ready; see: oo describe web');
  expect(told.filter((line) => line.startsWith('web-r1-'))).toHaveLength(10);
});
