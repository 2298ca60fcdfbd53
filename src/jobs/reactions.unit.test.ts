import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { DomainEvent, RecordedEvent } from '../domain/event.ts';
import { JOB_DATA, type Job, type JobData } from './catalogue.ts';
import { jobsFor } from './reactions.ts';

function recorded(events: readonly DomainEvent[]): RecordedEvent[] {
  return events.map((event, index) => ({
    ...event,
    id: `event-${index}`,
    stream: 'any',
    version: 1,
    position: index + 1,
    actor: 'user/test',
    correlationId: 'test',
    at: new Date(0),
  }));
}

function scheduled(index: number, nodeId: string): DomainEvent {
  const ids = { replicaId: `r${index}`, deploymentId: 'd', generation: 1, ordinal: index, revision: 1 };
  const reservation = { nodeId, cpuMillis: 1, memoryBytes: 1, vramBytes: 0, hostPorts: [] };
  const decision = { considered: 0, excluded: [], scores: [] };
  return { type: 'ReplicaScheduled', data: { ...ids, reservation, decision, reason: 'wanted' } };
}

const ready = (replicaId: string, generation = 1): DomainEvent => {
  return { type: 'ReplicaReady', data: { replicaId, deploymentId: 'd', generation } };
};

const registered = (replicaId: string, generation = 1): DomainEvent => {
  const instanceId = `inst_${replicaId}-g${generation}`;
  const rest = { url: 'http://h:1', slug: 's', status: 'Healthy', replicaId } as const;
  return { type: 'InstanceRegistered', data: { instanceId, ...rest } };
};

const of = <Q extends Job['queue']>(jobs: readonly Job[], queue: Q): JobData<Q>[] =>
  jobs.filter((job) => job.queue === queue).map((job) => job.data as JobData<Q>);

test('every replica is started by one job, that of its own node; a bulk has few jobs, a deployment of some replicas small ones', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 400 }), (nodes) => {
      const jobs = of(jobsFor(recorded(nodes.map((node, index) => scheduled(index, `n${node}`)))), 'start');
      const started = jobs.flatMap(({ nodeId, replicas }) => replicas.map(({ replicaId }) => `${replicaId} ${nodeId}`));
      expect(started.toSorted()).toEqual(nodes.map((node, index) => `r${index} n${node}`).toSorted());
      const most = Math.max(4, Math.ceil(nodes.length / 32));
      for (const { replicas } of jobs) expect(replicas.length).toBeLessThanOrEqual(most);
      for (const own of Map.groupBy(jobs, ({ nodeId }) => nodeId).values()) {
        const sizes = own.map(({ replicas }) => replicas.length);
        expect(sizes).toHaveLength(Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / most));
      }
    }),
  );
});

test('no job of any bulk has more than 64 replicas', () => {
  const jobs = of(jobsFor(recorded(Array.from({ length: 10_000 }, (_, index) => scheduled(index, 'n')))), 'start');
  expect(Math.max(...jobs.map(({ replicas }) => replicas.length))).toBeLessThanOrEqual(64);
  expect(jobs.reduce((sum, { replicas }) => sum + replicas.length, 0)).toBe(10_000);
});

test('replicas that become ready together are registered by one job', () => {
  const jobs = jobsFor(recorded([ready('a'), ready('b')]));
  expect(of(jobs, 'register').map(({ replicas }) => replicas.map(({ replicaId }) => replicaId))).toEqual([['a', 'b']]);
  expect(of(jobs, 'plan')).toHaveLength(1);
});

test('what is registered in the same transaction needs no job, another generation of it does', () => {
  expect(of(jobsFor(recorded([ready('a'), registered('a')])), 'register')).toEqual([]);
  expect(of(jobsFor(recorded([ready('a', 2), registered('a', 1)])), 'register')).toHaveLength(1);
});

test('a job of an earlier release, for one replica, reads as one for several', () => {
  const one = { replicaId: 'a', generation: 1, cause: { correlationId: 'test' } };
  expect(JOB_DATA.register.parse(one)).toEqual({ replicas: [one] });
  expect(JOB_DATA.register.parse({ replicas: [one] })).toEqual({ replicas: [one] });
});

test('room that is given back has what waits for room planned, once for all that stops together', () => {
  const stopped = (id: string, released: boolean): DomainEvent => {
    const reservation = { nodeId: 'n', cpuMillis: 1, memoryBytes: 1, vramBytes: 0, hostPorts: [] };
    const data = { replicaId: id, deploymentId: 'd', generation: 1, ...(released ? { released: reservation } : {}) };
    return { type: 'ReplicaStopped', data };
  };
  const jobs = jobsFor(recorded([stopped('a', false), stopped('b', true), stopped('c', true)]));
  expect(of(jobs, 'replan')).toMatchObject([{ reason: 'capacity', id: 'freed', cause: { eventId: 'event-1' } }]);
  expect(of(jobs, 'plan')).toHaveLength(1);
  expect(of(jobsFor(recorded([stopped('a', false)])), 'replan')).toEqual([]);
});

test('a question about a repository is asked once, a build is made once, and who waits for either is planned', () => {
  const asked: DomainEvent = { type: 'SourceAsked', data: { deploymentId: 'd', ask: 2, repository: { url: 'u' } } };
  const requested: DomainEvent = { type: 'BuildRequested', data: { buildId: 'b', image: 'i', url: 'u', commit: 'c' } };
  const resolved: DomainEvent = {
    type: 'SourceResolved',
    data: { deploymentId: 'd', ask: 2, commit: 'c', buildId: 'b', image: 'i' },
  };
  const failed: DomainEvent = {
    type: 'BuildFailed',
    data: { buildId: 'b', reason: 'r', terminal: true, lastLogs: [] },
  };
  const keyed = (event: DomainEvent): readonly (readonly [string, string | undefined])[] =>
    jobsFor(recorded([event])).map(({ queue, key }) => [queue, key]);
  expect(keyed(asked)).toEqual([['resolve', 'd']]);
  expect(keyed(requested)).toEqual([['build', 'b']]);
  expect(keyed(resolved)).toEqual([['plan', 'd']]);
  expect(keyed(failed)).toEqual([['replan', 'build/b']]);
  expect(keyed({ type: 'BuildForgotten', data: { buildId: 'b' } })).toEqual([]);
});
