import { expect, test } from 'vitest';

import { exampleView } from '../../../test/cli/support/example-view.ts';
import { type Fate, fateOf, QUIET } from './fate.ts';

const seen = { planned: true, quiet: 0 };

test.each<['Pending' | 'Deploying' | 'OK' | 'Error' | 'Failed', Fate]>([
  ['Pending', 'pending'],
  ['Deploying', 'pending'],
  ['OK', 'ok'],
  ['Error', 'failed'],
  ['Failed', 'failed'],
])('%s is %s once the planner has seen the save', (status, fate) => {
  expect(fateOf(exampleView({ deployment: { status } }), seen)).toBe(fate);
});

test.each(['OK', 'Error', 'Failed'] as const)('a status %s from before the save is no answer to it', (status) => {
  const view = exampleView({ deployment: { status } });
  expect(fateOf(view, { planned: false, quiet: QUIET - 1 })).toBe('pending');
  expect(fateOf(view, { planned: false, quiet: QUIET })).toBe(status === 'OK' ? 'ok' : 'failed');
});

test('a rollout that went back ends when the earlier revision is whole again', () => {
  const rollback = { revision: 2, backTo: 1, reason: 'it crashes', by: 'planner' };
  const failed = { status: 'Failed' } as const;
  expect(fateOf(exampleView({ deployment: failed, rollback: { ...rollback, done: false } }), seen)).toBe('pending');
  expect(fateOf(exampleView({ deployment: failed, rollback: { ...rollback, done: true } }), seen)).toBe('failed');
});

test('OK with replicas of an earlier revision is not the end', () => {
  expect(fateOf(exampleView({ progress: { desired: 2, ready: 2, updated: 1 } }), seen)).toBe('pending');
});

test('no replicas wanted, none there: up', () => {
  expect(fateOf(exampleView({ progress: { desired: 0, ready: 0, updated: 0, total: 0 } }), seen)).toBe('ok');
});

test('a deletion by somebody else ends it at once', () => {
  expect(fateOf(exampleView({ phase: 'deleting' }), { planned: false, quiet: 0 })).toBe('deleted');
});
