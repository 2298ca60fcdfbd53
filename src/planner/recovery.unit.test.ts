import fc from 'fast-check';
import { expect, test } from 'vitest';

import { replica } from '../../test/support/replica.ts';
import { snapshotOf } from '../../test/support/snapshot.ts';
import type { ReplicaFailure } from '../domain/replica/events.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { backoffMs } from './backoff.ts';
import { recoveryOf, renewedOf, retryAt } from './recovery.ts';

const failure: ReplicaFailure = { kind: 'exit', message: 'container exited with code 1', terminal: false };
const failed = (ordinal: number, failures: number, more: Partial<ReplicaState> = {}): ReplicaState =>
  replica(ordinal, { status: 'Failed', failures, failure, failedAt: 0, ...more });

const anyReplicas = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat(120_000), fc.boolean()), { maxLength: 12 })
  .map((all) =>
    all.map(([failures, failedAt, terminal], ordinal) =>
      failed(ordinal, failures, { failedAt, failure: { ...failure, terminal } }),
    ),
  );

test('each failed replica is due, waits for its own back-off, has used its budget up, or can never work', () => {
  fc.assert(
    fc.property(anyReplicas, fc.nat(200_000), fc.integer({ min: 1, max: 8 }), (replicas, now, maxFailures) => {
      const { due, wakeAt } = recoveryOf(replicas, now, maxFailures);
      const ids = due.map(({ replica: { id } }) => id);
      const expected = replicas.filter(({ id, failures, failedAt, failure: why }) => {
        const over = (failedAt ?? 0) + backoffMs(failures, id) <= now;
        return over && failures < maxFailures && why?.terminal === false;
      });
      expect(ids).toEqual(expected.map(({ id }) => id));
      const waiting = replicas.flatMap((each) => retryAt(each, maxFailures) ?? []).filter((at) => at > now);
      expect(wakeAt).toBe(waiting.length === 0 ? undefined : Math.min(...waiting));
    }),
  );
});

test('whoever wakes when it is told finds something due', () => {
  fc.assert(
    fc.property(anyReplicas, fc.nat(200_000), (replicas, now) => {
      const { wakeAt = now } = recoveryOf(replicas, now, Infinity);
      const before = recoveryOf(replicas, now, Infinity).due.length;
      expect(recoveryOf(replicas, wakeAt, Infinity).due.length).toBeGreaterThanOrEqual(before + (wakeAt > now ? 1 : 0));
    }),
  );
});

test('a replica that has used its budget up is not tried again, and makes room in the plan that answers a save', () => {
  const used = [failed(0, 3), failed(1, 2), replica(2)];
  const ids = (all: readonly ReplicaState[]): readonly string[] => all.map(({ id }) => id);
  expect(ids(recoveryOf(used, 1_000_000, 3).due.map((due) => due.replica))).toEqual(['web-r1-1']);
  const snapshot = snapshotOf(used, {});
  const spec = { ...snapshot.deployment.spec, restart: { maxFailures: 3 } };
  const saved = { ...snapshot.deployment, spec, saves: 2, savedAtPlan: 1 };
  expect([...renewedOf({ ...snapshot, deployment: saved })]).toEqual(['web-r1-0 1']);
  expect([...renewedOf({ ...snapshot, deployment: { ...saved, savedAtPlan: 2 } })]).toEqual([]);
});
