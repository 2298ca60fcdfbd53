import assert from 'node:assert/strict';

import fc from 'fast-check';
import { test } from 'vitest';

import type { DeploymentState } from '../../../src/domain/deployment/evolve.ts';
import { wantedReplicas } from '../../../src/domain/deployment/wanted.ts';
import type { NodeState } from '../../../src/domain/node/evolve.ts';
import type { ReplicaState } from '../../../src/domain/replica/evolve.ts';
import { decideScale } from '../../../src/planner/autoscale/decide.ts';
import { observe } from '../../../src/planner/autoscale/observe.ts';
import { newDrive, settle, take } from '../simulation/drive.ts';
import { active, replicasOf } from '../simulation/laws.ts';
import { DEPLOYMENT, deploymentOf } from '../simulation/planning.ts';
import { addNode, define, save, type Fate, type Step } from '../simulation/steps.ts';
import { append, rowOf, rowsOf, type World } from '../simulation/world.ts';

const CPU_MILLIS = 500;
const AUTO = { minReplicas: 1, maxReplicas: 8, cpuThreshold: 50 };

type Move = Step | { readonly type: 'look'; readonly percent: readonly number[] };

/** The autoscaler looks: every ready replica uses so much of what it requests, and the windows are open. */
function look(world: World, percent: readonly number[], tally: Record<string, number>): void {
  const row = rowOf<DeploymentState>(world, 'deployments', DEPLOYMENT);
  if (row === undefined) return;
  const deployment = row.state;
  const replicas = rowsOf<ReplicaState>(world, 'replicas');
  const observation = observe({
    deployment,
    replicas,
    nodes: rowsOf<NodeState>(world, 'nodes').map(({ state }) => state),
    samples: replicas.map(({ id, since }, index) => ({
      replicaId: id,
      replicaSince: since,
      steps: deployment.scaled?.steps ?? 0,
      used: { cpuMillis: ((percent[index % percent.length] ?? 0) * CPU_MILLIS) / 100, memoryBytes: 0 },
    })),
    recommendations: [{ replicas: 1, ageMs: 1 }],
  });
  if (observation === undefined) return;
  const { from, to, sentence: reason, numbers } = decideScale(observation);
  const others = active(replicasOf(world)).filter(
    ({ revision, status }) =>
      revision !== (deployment.rollback?.backTo ?? deployment.revision) || status === 'Stopping',
  );
  if (to < from) assert.deepEqual(others, [], 'scaled down in the middle of a rollout');
  // What a failed rollout went back to scales as ever.
  const stands = deployment.status === 'Failed' && deployment.rollback === undefined;
  assert.ok(to === from || !stands, 'scaled what has Failed');
  const rolling = others.length > 0 ? ' during a rollout' : '';
  const way = to === from ? 'kept' : to > from ? 'up' : 'down';
  tally[way + rolling] = (tally[way + rolling] ?? 0) + 1;
  if (to === from) return;
  const data = { deploymentId: DEPLOYMENT, by: 'autoscaler' as const, from, to, reason, now: world.now, numbers };
  append(world, {
    context: { actor: 'worker/simulated', correlationId: 'autoscaler' },
    appends: [
      {
        stream: `deployment/${DEPLOYMENT}`,
        expectedVersion: row.version,
        events: [{ type: 'DeploymentScaled', data }],
      },
    ],
  });
}

const fate = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Fate>('ready') },
  { weight: 1, arbitrary: fc.constantFrom<Fate>('fails', 'fails for good') },
);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('look' as const),
      percent: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('save' as const),
      spec: fc.record({
        replicas: fc.integer({ min: 1, max: 8 }),
        strategy: fc.constantFrom(undefined, { type: 'Recreate' as const }, { maxSurge: 2 }, { maxUnavailable: 1 }),
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('define' as const), image: fc.constantFrom('web:1', 'web:2') }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'plan late' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('die' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.constantFrom(500, 5_000, 90_000) }) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('rush' as const), jobs: fc.integer({ min: 1, max: 30 }), fate }),
  },
  { weight: 12, arbitrary: fc.record({ type: fc.constant('work' as const), which: fc.nat(50), fate }) },
);

test('an autoscaler in the middle of rollouts breaks no law of theirs, and its count is what is ready in the end', async () => {
  const tally: Record<string, number> = {};
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 10, maxLength: 80, size: 'max' }), async (moves) => {
      const drive = newDrive();
      const { world } = drive;
      addNode(world, 20_000);
      define(world, 'web:1');
      save(world, { replicas: 3, resources: { cpu: `${CPU_MILLIS}m` }, autoScaling: AUTO });
      for (const each of moves) {
        if (each.type === 'look') look(world, each.percent, tally);
        else await take(drive, each);
      }
      define(world, 'web:3');
      save(world, { description: 'the last' });
      await settle(drive, 1_500, () => 'ready');
      const deployment = deploymentOf(world);
      assert.ok(deployment);
      const wanted = wantedReplicas(deployment);
      assert.ok(wanted >= AUTO.minReplicas && wanted <= AUTO.maxReplicas);
      assert.equal(deployment.status, 'OK');
      assert.deepEqual(
        active(replicasOf(world)).map(({ status, revision }) => [status, revision]),
        Array.from({ length: wanted }, () => ['Ready', deployment.revision]),
      );
    }),
    { numRuns: 120 },
  );
  for (const what of ['up', 'down', 'kept', 'up during a rollout', 'kept during a rollout']) {
    assert.ok((tally[what] ?? 0) > 10, `${what}: ${tally[what] ?? 0}`);
  }
}, 30_000);
