import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { evolveDeployment } from '../../../src/domain/deployment/evolve.ts';
import { isReady } from '../../../src/planner/strategy/census.ts';
import { limitsOf } from '../../../src/planner/strategy/limits.ts';
import { rebalance, type Rebalancing } from '../../../src/planner/rebalance/rebalance.ts';
import type { NodeView, Snapshot } from '../../../src/planner/snapshot.ts';
import { afterPlan, afterWork } from '../../../src/planner/what-if/carry-out.ts';
import { plan } from '../../../src/planner/planner.ts';
import { fleetOf, freeCpu, wantedFleets, type Wanted } from './fleet.ts';

const indexOf = (nodeId: string): number => Number(nodeId.split('_')[1]);

/** The fleet with the moves made. */
function moved(wanted: Wanted, { deployments }: Rebalancing): Wanted {
  return {
    ...wanted,
    deployments: wanted.deployments.map((deployed, index) => {
      const moves = deployments.find(({ deploymentId }) => deploymentId === `depl_${index}`)?.moves ?? [];
      const on = deployed.on.map((before, ordinal) => {
        const move = moves.find(({ replicaId }) => replicaId === `depl_${index}-r1-${ordinal}`);
        return move === undefined ? before : indexOf(move.to);
      });
      return { ...deployed, on };
    }),
  };
}

/** Replicas of one deployment on each node that has any, most first. */
function crowds(on: readonly number[]): readonly number[] {
  return [...Map.groupBy(on, (index) => index).values()].map((each) => each.length).toSorted((a, b) => b - a);
}

describe('for every fleet', () => {
  test('a rebalanced fleet has nothing to gain by another rebalancing', () => {
    fc.assert(
      fc.property(wantedFleets, (wanted) => {
        const first = rebalance(fleetOf(wanted));
        expect(rebalance(fleetOf(moved(wanted, first))).deployments).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('no node holds more than it has, and no deployment stands closer together than before', () => {
    fc.assert(
      fc.property(wantedFleets, (wanted) => {
        const after = moved(wanted, rebalance(fleetOf(wanted)));
        expect(Math.min(...freeCpu(after))).toBeGreaterThanOrEqual(0);
        for (const [index, { on }] of after.deployments.entries()) {
          const before = crowds(wanted.deployments[index]?.on ?? []);
          expect(crowds(on)[0] ?? 0).toBeLessThanOrEqual(before[0] ?? 0);
          expect(crowds(on).length).toBeGreaterThanOrEqual(before.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('every move leads from where the replica is, gains enough and says why', () => {
    fc.assert(
      fc.property(wantedFleets, (wanted) => {
        for (const { deploymentId, moves } of rebalance(fleetOf(wanted)).deployments) {
          const { on } = wanted.deployments[indexOf(deploymentId)] ?? { on: [] };
          for (const { replicaId, from, to, why } of moves) {
            expect(indexOf(from)).toBe(on[Number(replicaId.split('-').at(-1))]);
            expect(to).not.toBe(from);
            expect(why).not.toBe('');
          }
        }
      }),
    );
  });

  test('the planner carries the moves out: never fewer ready than the strategy allows, never more than it allows', () => {
    fc.assert(
      fc.property(wantedFleets, (wanted) => {
        const snapshots = fleetOf(wanted);
        let nodes: readonly NodeView[] = snapshots[0]?.nodes ?? [];
        for (const { deploymentId, moves } of rebalance(snapshots).deployments) {
          const snapshot = snapshots.find(({ deployment }) => deployment.id === deploymentId) as Snapshot;
          const data = { deploymentId, moves: [...moves] };
          const deployment = evolveDeployment(snapshot.deployment, { type: 'DeploymentRebalanced', data }, 0);
          const { maxUnavailable, maxSurge } = limitsOf(snapshot.deployment);
          const count = snapshot.replicas.length;
          let present: Snapshot = { ...snapshot, nodes, deployment: deployment ?? snapshot.deployment };
          for (let next = plan(present); next.actions.length > 0; next = plan(present)) {
            const decided = afterPlan(present, next);
            expect(decided.replicas.filter(isReady).length).toBeGreaterThanOrEqual(count - maxUnavailable);
            const existing = decided.replicas.filter(({ status }) => status !== 'Stopped').length;
            expect(existing).toBeLessThanOrEqual(count + maxSurge);
            for (const { allotment } of decided.nodes) {
              expect(allotment.reserved.cpuMillis).toBeLessThanOrEqual(allotment.limit.cpuMillis);
            }
            present = afterWork(decided);
          }
          ({ nodes } = present);
        }
      }),
    );
  });
});

/** Ten replicas of one core each on a node of ten, then a second node. */
const full: Wanted = {
  nodes: [10_000, 10_000],
  deployments: Array.from({ length: 5 }, () => ({ cpuMillis: 1_000, on: [0, 0] })),
};

test('a node that is added to a full one takes half of it, and the log of moves says why', () => {
  const { deployments } = rebalance(fleetOf(full));
  expect(deployments.map(({ moves }) => moves.map(({ from, to }) => [from, to]))).toEqual(
    Array.from({ length: 5 }, () => [['node_0', 'node_1']]),
  );
  expect(deployments[0]?.moves[0]).toMatchObject({ why: 'spread 0.5 → 1, balance 0 → 0.9' });
});

test('a deployment that is being rolled out, or may not be doubled, is left alone and named', () => {
  const recreate: Wanted = { ...full, deployments: [{ cpuMillis: 1_000, on: [0, 0], strategy: { type: 'Recreate' } }] };
  expect(rebalance(fleetOf(recreate))).toMatchObject({ deployments: [], left: [{ deploymentId: 'depl_0' }] });
});

test('only the deployment that was asked for is moved', () => {
  expect(rebalance(fleetOf(full), 'depl_3').deployments.map(({ deploymentId }) => deploymentId)).toEqual(['depl_3']);
});

test('where there is room, each replacement goes where the reviewed plan said', () => {
  const [snapshot] = fleetOf({ ...full, deployments: [{ cpuMillis: 1_000, on: [0, 0, 0, 0] }] });
  const moves = rebalance([snapshot as Snapshot]).deployments[0]?.moves ?? [];
  const data = { deploymentId: 'depl_0', moves: [...moves] };
  const deployment = evolveDeployment(snapshot?.deployment, { type: 'DeploymentRebalanced', data }, 0);
  let present = { ...snapshot, deployment } as Snapshot;
  const reasons: string[] = [];
  for (let next = plan(present); next.actions.length > 0; next = plan(present)) {
    reasons.push(...next.actions.flatMap((action) => ('reason' in action ? action.reason : [])));
    present = afterWork(afterPlan(present, next));
  }
  const homes = present.replicas.filter(isReady).map(({ nodeId }) => nodeId);
  expect(homes.toSorted()).toEqual(['node_0', 'node_0', 'node_1', 'node_1']);
  expect(reasons).toContain('moved to a better home');
  expect(plan(present).status).toBe('OK');
  expect(present.deployment.moves?.every(({ begun }) => begun)).toBe(true);
});
