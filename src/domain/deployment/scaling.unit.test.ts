import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { InvalidInput, type Problem } from '../problem.ts';
import { decideSaveDeployment } from './decide.ts';
import type { DeploymentSpec } from './events.ts';
import { evolveDeployment, type DeploymentEvent, type DeploymentState } from './evolve.ts';
import { parseDeployment } from './parse.ts';
import { scalingBounds } from './scaling-bounds.ts';
import { wantedReplicas } from './wanted.ts';

const AUTO = { minReplicas: 2, maxReplicas: 8 };
const BASE = { id: 'web', definitionId: 'def', replicas: 3, autoScaling: AUTO } satisfies DeploymentSpec;

function state(...events: readonly DeploymentEvent[]): DeploymentState {
  const result = events.reduce<DeploymentState | undefined>(evolveDeployment, undefined);
  if (result === undefined) throw new Error('no deployment');
  return result;
}

const saved = (change: Partial<DeploymentSpec> = {}): DeploymentEvent => ({
  type: 'DeploymentSaved',
  data: { deploymentId: 'web', spec: { ...BASE, ...change } },
});

function scaled(from: number, to: number, now = 1_000): DeploymentEvent {
  const numbers = {
    current: from,
    signals: [],
    recommended: to,
    lowestInUpWindow: to,
    highestInDownWindow: to,
    afterWindow: to,
    stepLimit: from * 2,
    min: 2,
    max: 8,
    wanted: to,
  };
  return {
    type: 'DeploymentScaled',
    data: { deploymentId: 'web', by: 'autoscaler', from, to, reason: 'because', now, numbers },
  };
}

describe('the live count', () => {
  test('is the saved one until the first step, then the autoscaler’s', () => {
    expect(wantedReplicas(state(saved()))).toBe(3);
    const after = state(saved(), scaled(3, 6), scaled(6, 5, 2_000));
    expect(wantedReplicas(after)).toBe(5);
    expect(after.scaled).toEqual({ replicas: 5, steps: 2, last: { from: 6, to: 5, reason: 'because', at: 2_000 } });
  });

  test('survives a save, within the new bounds, also when they are widened again later', () => {
    const shrunk = state(saved(), scaled(3, 6), saved({ autoScaling: { ...AUTO, maxReplicas: 4 } }));
    expect(wantedReplicas(shrunk)).toBe(4);
    expect(wantedReplicas(state(saved(), scaled(3, 6), saved({ replicas: 2 })))).toBe(6);
    const again = evolveDeployment(shrunk, saved(), 0);
    expect(again && wantedReplicas(again)).toBe(4);
    const raised = state(saved(), scaled(3, 2), saved({ autoScaling: { ...AUTO, minReplicas: 5 } }));
    expect(wantedReplicas(raised)).toBe(5);
  });

  test('goes when autoscaling goes: then the saved count counts', () => {
    const { autoScaling: _, ...without } = BASE;
    const off = state(saved(), scaled(3, 6), { type: 'DeploymentSaved', data: { deploymentId: 'web', spec: without } });
    expect([wantedReplicas(off), off.scaled]).toEqual([3, undefined]);
    expect(
      wantedReplicas(
        state(saved(), scaled(3, 6), { type: 'DeploymentDeleted', data: { deploymentId: 'web' } }, saved()),
      ),
    ).toBe(3);
  });

  test('a save of the same is no event, whatever the live count is', () => {
    expect(decideSaveDeployment(state(saved(), scaled(3, 6)), BASE)).toEqual([]);
  });

  test('is always within the bounds, whatever was saved and scaled', () => {
    const count = fc.integer({ min: 1, max: 20 });
    const save = fc
      .tuple(count, count, count)
      .map(([replicas, one, other]) =>
        saved({ replicas, autoScaling: { minReplicas: Math.min(one, other), maxReplicas: Math.max(one, other) } }),
      );
    const step = fc.tuple(count, count).map(([from, to]) => scaled(from, to));
    fc.assert(
      fc.property(save, fc.array(fc.oneof(save, step), { maxLength: 10 }), (first, rest) => {
        const after = state(first, ...rest);
        const { min, max } = scalingBounds(after.spec) ?? { min: 0, max: 0 };
        expect(wantedReplicas(after)).toBeGreaterThanOrEqual(min);
        expect(wantedReplicas(after)).toBeLessThanOrEqual(max);
      }),
    );
  });
});

test.each([
  [{ replicas: 3 }, undefined],
  [
    { replicas: 3, autoScaling: {} },
    { min: 1, max: 100 },
  ],
  [
    { replicas: 250, autoScaling: {} },
    { min: 1, max: 250 },
  ],
  [
    { replicas: 0, autoScaling: { minReplicas: 120 } },
    { min: 120, max: 120 },
  ],
  [
    { replicas: 3, autoScaling: { maxReplicas: 2 } },
    { min: 1, max: 2 },
  ],
])('bounds of %j', (spec, bounds) => {
  expect(scalingBounds(spec)).toEqual(bounds);
});

describe('what is saved', () => {
  const problemsOf = (value: object): readonly Problem[] => {
    try {
      parseDeployment({ id: 'web', definitionId: 'def', ...value }, 'x');
      return [];
    } catch (error) {
      if (error instanceof InvalidInput) return error.problems;
      throw error;
    }
  };

  test('has to request the memory that is to be measured; the bounds alone do without', () => {
    expect(problemsOf({ autoScaling: { memoryThreshold: 70 }, resources: { cpu: '1' } })).toMatchObject([
      { field: 'autoScaling.memoryThreshold', message: 'is 70 % of resources.memory, which is not set' },
    ]);
    expect(problemsOf({ autoScaling: {}, resources: { cpu: '1' } })).toEqual([]);
    expect(problemsOf({ autoScaling: { minReplicas: 2, cpuThreshold: 60 } })).toEqual([]);
    expect(problemsOf({ autoScaling: { memoryThreshold: 70 }, resources: { memory: '1Gi' } })).toEqual([]);
  });

  test('keeps the fields of its own', () => {
    const autoScaling = { memoryThreshold: 70, scaleUpWindowSeconds: 0, scaleDownWindowSeconds: 600 };
    const sent = { id: 'web', definitionId: 'def', autoScaling, resources: { memory: '1Gi' } };
    expect(parseDeployment(sent, 'x').autoScaling).toEqual(autoScaling);
    expect(problemsOf({ ...sent, autoScaling: { ...autoScaling, scaleDownWindowSeconds: 3_601 } })).toMatchObject([
      { field: 'autoScaling.scaleDownWindowSeconds', hint: 'nearest: 3600' },
    ]);
  });
});
