import { expect, test } from 'vitest';

import { replica } from '../../../test/support/replica.ts';
import { snapshotOf } from '../../../test/support/snapshot.ts';
import type { Action, Plan } from '../plan.ts';
import { afterPlan } from './carry-out.ts';

const planned = (...actions: readonly Action[]): Plan => {
  return { actions, report: [], status: 'Deploying', details: '', wakeAt: undefined };
};

test('a revision that is rehearsed begins at the time of the snapshot, so that its deadline is still to come', () => {
  const snapshot = { ...snapshotOf([replica(0)], { revision: 1, stable: 1 }), now: 5_000_000 };
  const template = { definitionId: 'def', image: 'web:2', ports: [], env: {} };
  const revise: Action = { type: 'revise', revision: 2, template, fingerprint: 'f', atOnce: false };
  const { deployment } = afterPlan(snapshot, planned(revise));
  expect(deployment).toMatchObject({ revision: 2, progress: { ready: 0, at: 5_000_000 } });
});

test('a rollout that goes back in a rehearsal has gone back', () => {
  const snapshot = snapshotOf([replica(0)], { revision: 2, stable: 1 });
  const back: Action = { type: 'roll back', revision: 2, backTo: 1, reason: 'it crashes' };
  expect(afterPlan(snapshot, planned(back)).deployment.rollback).toMatchObject({ revision: 2, backTo: 1 });
});
