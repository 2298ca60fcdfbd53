import { describe, expect, test } from 'vitest';

import { replica } from '../../../test/support/replica.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { byExpendability, censusOf } from './census.ts';
import { recreate } from './recreate.ts';
import { rollingUpdate } from './rolling-update.ts';
import type { Steps } from './steps.ts';

const stopped = ({ stop }: Steps): readonly string[] => stop.map(({ replica: { id } }) => id);

test('the census parts replicas by what they mean to a rollout', () => {
  const census = censusOf(
    [
      replica(0),
      replica(1, { status: 'Stopping' }),
      replica(2, { status: 'Stopped' }),
      replica(0, { revision: 2, status: 'Failed' }),
      replica(1, { revision: 2, status: 'Stopping' }),
    ],
    2,
  );
  const ids = (replicas: readonly ReplicaState[]): readonly string[] => replicas.map(({ id }) => id);
  expect(ids(census.current)).toEqual(['web-r2-0']);
  expect(ids(census.old)).toEqual(['web-r1-0']);
  expect(ids(census.stopping)).toEqual(['web-r1-1', 'web-r2-1']);
  expect(census.total).toBe(4);
});

test('cheapest to lose: not ready, then of earlier revisions, then of high ordinals', () => {
  const all = [replica(0, { revision: 2 }), replica(0), replica(3, { revision: 2 }), replica(1, { status: 'Created' })];
  const sorted = all.toSorted(byExpendability);
  expect(sorted.map(({ id }) => id)).toEqual(['web-r1-1', 'web-r1-0', 'web-r2-3', 'web-r2-0']);
});

describe('rolling update', () => {
  const limits = { maxUnavailable: 1, maxSurge: 1 };

  test('goes down by maxUnavailable and up by maxSurge at once', () => {
    const steps = rollingUpdate(
      censusOf(
        [0, 1, 2, 3].map((ordinal) => replica(ordinal)),
        2,
      ),
      4,
      limits,
    );
    expect(stopped(steps)).toEqual(['web-r1-3']);
    expect(steps.start).toBe(1);
    expect(steps.report).toEqual([
      '3 ready replicas stay until others are ready: at least 3 of 4 must be',
      '3 more replicas wait for room: 4 exist, at most 5 may',
    ]);
  });

  test('old replicas that are not ready go first, whatever they are at, and count for nothing', () => {
    const broken = (['Scheduled', 'Created', 'Running', 'Failed'] as const).map((status, n) => replica(n, { status }));
    expect(stopped(rollingUpdate(censusOf(broken, 2), 4, limits))).toEqual(broken.map(({ id }) => id));
  });

  test('a stopping replica takes its place until it has stopped', () => {
    const all = [replica(0, { status: 'Stopping' }), replica(0, { revision: 2 })];
    expect(rollingUpdate(censusOf(all, 2), 2, { maxUnavailable: 1, maxSurge: 0 }).start).toBe(0);
  });

  test('scaling down takes what is not ready before what is', () => {
    const all = [replica(0), replica(1, { status: 'Failed' }), replica(2), replica(3)];
    expect(stopped(rollingUpdate(censusOf(all, 1), 2, limits))).toEqual(['web-r1-1', 'web-r1-3']);
  });

  test('scaling to none stops all, and says nothing of a negative number', () => {
    const steps = rollingUpdate(censusOf([replica(0), replica(1)], 1), 0, { maxUnavailable: 1, maxSurge: 0 });
    expect(stopped(steps)).toHaveLength(2);
    expect(steps).toMatchObject({ start: 0, report: [] });
  });
});

describe('recreate', () => {
  test('stops all old replicas and starts none beside them', () => {
    const steps = recreate(censusOf([replica(0), replica(1)], 2), 2);
    expect(stopped(steps)).toEqual(['web-r1-0', 'web-r1-1']);
    expect(steps).toMatchObject({ start: 0, retry: false });
    expect(steps.report).toEqual(['2 replicas start when 2 earlier ones have stopped (Recreate)']);
  });

  test('waits for the last of them, with retries, too', () => {
    const failed = replica(0, { revision: 2, status: 'Failed' });
    const steps = recreate(censusOf([replica(0, { status: 'Stopping' }), failed], 2), 1);
    expect(steps).toMatchObject({ stop: [], start: 0, retry: false });
    expect(recreate(censusOf([replica(0, { status: 'Stopped' }), failed], 2), 1)).toMatchObject({ retry: true });
  });
});
