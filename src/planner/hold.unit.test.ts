import { describe, expect, test } from 'vitest';

import { replica } from '../../test/support/replica.ts';
import type { ReplicaFailure } from '../domain/replica/events.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { deadlineOf } from './failing.ts';
import { holdOf } from './hold.ts';
import { snapshotOf } from '../../test/support/snapshot.ts';
import { censusOf } from './strategy/census.ts';

const old = (ordinal: number, more: Partial<ReplicaState> = {}): ReplicaState => replica(ordinal, more);
const next = (ordinal: number, more: Partial<ReplicaState> = {}): ReplicaState =>
  replica(ordinal, { revision: 2, ...more });
const hopeless: ReplicaFailure = { kind: 'image', message: 'image web:9 does not exist', terminal: true };

/** What is stopped, how many are started, and of which revision. */
function held(replicas: readonly ReplicaState[], more: Parameters<typeof snapshotOf>[1] = {}): readonly unknown[] {
  const { steps, base } = holdOf(snapshotOf(replicas, { revision: 2, stable: 1, ...more }), more.hopeless === true);
  return [steps.stop.map(({ replica: { id } }) => id), steps.start, base?.revision];
}

describe('what stands still', () => {
  test('keeps what a rollout had added, up to its limit', () => {
    const five = [old(0), old(1), old(2), old(3), next(0)];
    expect(held(five, { replicas: 4 })).toEqual([[], 0, 1]);
    expect(held(five, { replicas: 3 })).toEqual([['web-r1-3'], 0, 1]);
  });

  test('fills what is missing with the last revision that was OK, never with the one that is rolled out', () => {
    expect(held([old(0), next(0)], { replicas: 4 })).toEqual([[], 2, 1]);
    expect(held([next(0)], { replicas: 2, stable: undefined })).toEqual([[], 0, undefined]);
    expect(held([next(0)], { replicas: 2, stable: 2, hopeless: true })).toEqual([[], 0, undefined]);
  });

  test('moves what is on drained nodes, one for one', () => {
    const draining = { draining: ['node_9'] };
    const there = next(1, { nodeId: 'node_9' });
    expect(held([old(0), old(1), next(0), there], { replicas: 4, ...draining })).toEqual([['web-r2-1'], 1, 1]);
    expect(held([old(0), old(1), next(0), there], { replicas: 4, ...draining, stable: undefined })).toEqual([
      [],
      0,
      undefined,
    ]);
  });

  test('never stops what failed for good: it is why nothing goes on', () => {
    const evidence = next(0, { status: 'Failed', failure: hopeless });
    expect(held([old(0), old(1), evidence], { replicas: 1, strategy: { maxSurge: 0, maxUnavailable: 1 } })).toEqual([
      ['web-r1-1'],
      0,
      1,
    ]);
  });

  test('Recreate never mixes: nothing happens beside another revision', () => {
    const strategy = { type: 'Recreate' as const };
    expect(held([old(0), next(0)], { replicas: 3, strategy })).toEqual([[], 0, undefined]);
    expect(held([old(0)], { replicas: 3, strategy })).toEqual([[], 2, 1]);
    expect(held([next(0)], { replicas: 3, strategy })).toEqual([[], 0, undefined]);
  });
});

describe('the deadline of a rollout', () => {
  const target = { revision: 2, template: snapshotOf([]).deployment.template, revise: [] };
  const deadline = (
    replicas: readonly ReplicaState[],
    more: Parameters<typeof snapshotOf>[1] = {},
  ): number | undefined => {
    const snapshot = snapshotOf(replicas, { revision: 2, stable: 1, replicas: 3, ...more });
    if (target.template === undefined) throw new Error('no template');
    const { template } = target;
    return deadlineOf(snapshot, { ...target, template }, censusOf(replicas, 2), 3);
  };

  test('counts from the last replica that was one more than ever before', () => {
    const progress = { ready: 1, at: 50_000 };
    expect(deadline([next(0)], { progress })).toBe(650_000);
    expect(deadline([next(0)], { progress, strategy: { progressDeadlineSeconds: 5 } })).toBe(55_000);
    expect(deadline([next(0), next(1)], { progress, now: 70_000 })).toBe(670_000);
  });

  test('is none where nothing rolls out, as many were ready as are wanted, or nothing is known', () => {
    const progress = { ready: 0, at: 0 };
    expect(deadline([next(0)], { progress, stable: 2 })).toBeUndefined();
    expect(deadline([next(0), next(1), next(2)], { progress })).toBeUndefined();
    expect(deadline([next(0)], { progress: { ready: 3, at: 0 } })).toBeUndefined();
    expect(deadline([next(0, { status: 'Running' })])).toBeUndefined();
  });
});
