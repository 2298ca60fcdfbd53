import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { drainPlanOf } from '../../../src/planner/drain/drain-plan.ts';
import { fleetOf, freeCpu, wantedFleets, type Wanted } from './fleet.ts';

/** Three replicas of one core and two of another deployment on the first of two nodes. */
const roomy: Wanted = {
  nodes: [8_000, 8_000],
  deployments: [
    { cpuMillis: 1_000, on: [0, 0, 0, 1], strategy: { maxUnavailable: 1, maxSurge: 0 } },
    { cpuMillis: 1_000, on: [0, 0], strategy: { maxUnavailable: 0, maxSurge: 2 } },
  ],
};

test('all of a node moves to where there is room, so many at a time as the strategy allows', () => {
  expect(drainPlanOf(fleetOf(roomy), 'node_0')).toEqual([
    {
      deploymentId: 'depl_0',
      replicas: ['depl_0-r1-0', 'depl_0-r1-1', 'depl_0-r1-2'],
      to: [{ nodeId: 'node_1', replicas: 3 }],
      stuck: [],
      homeless: 0,
      steps: 3,
      atATime: 1,
      strategy: { type: 'RollingUpdate', maxUnavailable: 1, maxSurge: 0 },
      why: [],
    },
    expect.objectContaining({
      deploymentId: 'depl_1',
      stuck: [],
      homeless: 0,
      to: [{ nodeId: 'node_1', replicas: 2 }],
    }),
  ]);
});

test('what fits nowhere stays, and the numbers say why; the room is given away once', () => {
  const tight: Wanted = {
    nodes: [4_000, 3_000],
    deployments: [
      { cpuMillis: 2_000, on: [0], strategy: { maxUnavailable: 0, maxSurge: 1 } },
      { cpuMillis: 2_000, on: [0], strategy: { maxUnavailable: 0, maxSurge: 1 } },
    ],
  };
  const [first, second] = drainPlanOf(fleetOf(tight), 'node_0');
  expect(first).toMatchObject({ stuck: [], homeless: 0 });
  expect(second).toMatchObject({ stuck: ['depl_1-r1-0'], homeless: 0, to: [] });
  expect(second?.why.join('\n')).toContain('node_1 cpu needs 2, has 1 free of 3');
});

test('a replica that the strategy lets go without a place is homeless, not stuck', () => {
  const alone: Wanted = {
    nodes: [4_000],
    deployments: [{ cpuMillis: 2_000, on: [0, 0], strategy: { maxUnavailable: 1, maxSurge: 0 } }],
  };
  const [only] = drainPlanOf(fleetOf(alone), 'node_0');
  expect(only).toMatchObject({ homeless: 1, steps: 1 });
  expect(only?.stuck).toHaveLength(1);
  expect(only?.why.join('\n')).toContain('node_0 cordon needs open, has draining');
});

test('under Recreate all of the deployment on the node go at once', () => {
  const recreate: Wanted = {
    nodes: [8_000, 8_000],
    deployments: [{ cpuMillis: 1_000, on: [0, 0, 1], strategy: { type: 'Recreate' } }],
  };
  expect(drainPlanOf(fleetOf(recreate), 'node_0')).toMatchObject([
    { strategy: { type: 'Recreate' }, steps: 1, atATime: 2, stuck: [], homeless: 0 },
  ]);
});

describe('for every fleet', () => {
  test('each replica of the node moves, is stuck or is homeless, and nothing is promised twice', () => {
    fc.assert(
      fc.property(wantedFleets, (wanted) => {
        const plans = drainPlanOf(fleetOf(wanted), 'node_0');
        const free = [...freeCpu(wanted)];
        for (const [index, { replicas, to, stuck, homeless, why, steps, atATime }] of plans.entries()) {
          const arrived = to.reduce((sum, each) => sum + each.replicas, 0);
          expect(arrived + stuck.length + homeless).toBe(replicas.length);
          expect(why.length > 0).toBe(stuck.length + homeless > 0);
          expect(steps * atATime).toBeGreaterThanOrEqual(replicas.length - stuck.length);
          const { cpuMillis = 0 } = wanted.deployments[index] ?? {};
          for (const { nodeId, replicas: count } of to) {
            expect(nodeId).not.toBe('node_0');
            const node = Number(nodeId.split('_')[1]);
            free[node] = (free[node] ?? 0) - count * cpuMillis;
          }
        }
        expect(Math.min(...free)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 300 },
    );
  });

  test('with a node as large as all others together beside it, nothing is stuck', () => {
    fc.assert(
      fc.property(wantedFleets, (wanted) => {
        const spare = wanted.nodes.reduce((sum, each) => sum + each, 0);
        const plans = drainPlanOf(fleetOf({ ...wanted, nodes: [...wanted.nodes, spare] }), 'node_0');
        expect(plans.filter(({ stuck, homeless }) => stuck.length + homeless > 0)).toEqual([]);
      }),
    );
  });
});
