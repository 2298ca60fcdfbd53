import assert from 'node:assert/strict';

import fc from 'fast-check';
import { test } from 'vitest';

import type { DeploymentSpec } from '../../src/domain/deployment/events.ts';
import { DEFAULT_APP } from '../../src/domain/secret/name.ts';
import { describeAction } from '../../src/planner/plan.ts';
import { foresee } from '../../src/planner/what-if/foresee.ts';
import { imagine } from '../../src/services/plan/imagine.ts';
import { carryOut, decide, DEFINITION, DEPLOYMENT, deploymentOf, readerOf } from './simulation/planning.ts';
import { newDrive, take } from './simulation/drive.ts';
import { addNode, define, save, type Step } from './simulation/steps.ts';
import type { Command } from './simulation/commands.ts';

const spec: fc.Arbitrary<Partial<DeploymentSpec>> = fc.record(
  {
    replicas: fc.nat(7),
    strategy: fc.constantFrom<DeploymentSpec['strategy'][]>(
      undefined,
      { type: 'Recreate' },
      { type: 'RollingUpdate', maxUnavailable: 1, maxSurge: 0 },
    ),
    envars: fc.constantFrom<Record<string, string>[]>({}, { MODE: 'a' }, { MODE: 'b' }, { KEY: '{{secret:key}}' }),
    resources: fc.constantFrom({}, { cpu: '250m' }, { cpu: '500m' }, { cpu: '900' }),
    targetRegions: fc.constantFrom<DeploymentSpec['targetRegions'][]>(undefined, [{ cluster: 'nowhere' }]),
    description: fc.constantFrom('one', 'two'),
  },
  { requiredKeys: [] },
);

const fate = fc.constantFrom('ready' as const, 'ready' as const, 'ready' as const, 'fails' as const);

const step: fc.Arbitrary<Step | Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('rush' as const), jobs: fc.integer({ min: 1, max: 30 }), fate }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('work' as const), which: fc.nat(50), fate }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('save' as const), spec }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constantFrom('lose', 'return', 'drain', 'uncordon'), which: fc.nat(5) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('pause', 'resume', 'abort', 'restart') }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('define' as const), image: fc.constantFrom('web:1', 'web:2') }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom({ type: 'node' as const }, { type: 'delete' as const }, { type: 'secret' as const }),
  },
);

test('what is shown before a save is what is decided after it, whatever has happened before', async () => {
  const seen = { saved: 0, acted: 0, later: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), spec, async (steps, change) => {
      const drive = newDrive();
      const { world } = drive;
      addNode(world);
      addNode(world);
      define(world, 'web:1');
      save(world, { replicas: 3 });
      for (const each of steps) await take(drive, each);
      const base = deploymentOf(world)?.spec ?? { id: DEPLOYMENT, definitionId: DEFINITION, replicas: 1 };
      const before = JSON.stringify([world.events.length, deploymentOf(world)]);
      const subject = { spec: { ...base, ...change }, app: DEFAULT_APP };
      const imagined = await imagine({}, readerOf(world), world.now, subject);
      const shown = foresee(imagined.snapshot);
      // Nothing is stored.
      assert.equal(JSON.stringify([world.events.length, deploymentOf(world)]), before);

      save(world, change);
      const decided = await decide(world);
      assert.ok(decided);
      assert.equal(imagined.snapshot.position, decided.loaded.snapshot.position);
      assert.deepEqual(shown.first, decided.plan);
      const planned = decided.command?.appends[0]?.events.find(({ type }) => type === 'DeploymentPlanned');
      if (planned?.type === 'DeploymentPlanned') {
        assert.deepEqual(shown.first.actions.map(describeAction), planned.data.actions);
      }
      carryOut(world, decided);
      seen.saved += imagined.saves ? 1 : 0;
      seen.acted += shown.first.actions.length > 0 ? 1 : 0;
      seen.later += shown.steps.length > 1 ? 1 : 0;
    }),
    { numRuns: 150 },
  );
  // The runs were worth their while.
  assert.ok(seen.saved > 20 && seen.acted > 20 && seen.later > 5, JSON.stringify(seen));
});
