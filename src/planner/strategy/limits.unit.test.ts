import { expect, test } from 'vitest';

import { limitsOf } from './limits.ts';

// What Kubernetes makes of 25 % and 25 % (ResolveFenceposts).
test.each([
  [0, 1, 0],
  [1, 0, 1],
  [2, 0, 1],
  [3, 0, 1],
  [4, 1, 1],
  [5, 1, 2],
  [7, 1, 2],
  [8, 2, 2],
  [10, 2, 3],
  [100, 25, 25],
])('of %i replicas %i may be unavailable and %i too many', (replicas, maxUnavailable, maxSurge) => {
  expect(limitsOf({ spec: { replicas } })).toEqual({ maxUnavailable, maxSurge });
});

test.each([
  [{ maxUnavailable: 2, maxSurge: 0 }, 4, { maxUnavailable: 2, maxSurge: 0 }],
  [{ maxUnavailable: 9, maxSurge: 0 }, 4, { maxUnavailable: 4, maxSurge: 0 }],
  [{ maxUnavailable: 0 }, 4, { maxUnavailable: 0, maxSurge: 1 }],
  [{ maxSurge: 0 }, 2, { maxUnavailable: 1, maxSurge: 0 }],
  [{ maxSurge: 0 }, 8, { maxUnavailable: 2, maxSurge: 0 }],
  [{ maxUnavailable: 3, maxSurge: 0 }, 0, { maxUnavailable: 1, maxSurge: 0 }],
])('%j of %i replicas', (strategy, replicas, limits) => {
  expect(limitsOf({ spec: { replicas, strategy } })).toEqual(limits);
});
