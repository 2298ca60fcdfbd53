import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { decideScale } from '../../../src/planner/autoscale/decide.ts';
import type { Observation } from '../../../src/planner/autoscale/observation.ts';
import { stabilise } from '../../../src/planner/autoscale/stabilise.ts';
import { observation, POLICY, REQUESTED, using } from './load-model.ts';

/** Somebody looked a moment ago, and wanted so many. */
const before = (replicas: number, ageMs = 1_000): Partial<Observation> => ({ recommendations: [{ replicas, ageMs }] });

describe('windows', () => {
  const windows = { upWindowMs: 30_000, downWindowMs: 300_000 };
  const ago = (seconds: number, replicas: number) => ({ replicas, ageMs: seconds * 1_000 });

  test.each([
    ['down waits for the highest of its window', 5, 2, [ago(299, 4), ago(10, 3)], 4],
    ['what is older than the window is forgotten', 5, 2, [ago(300, 5), ago(299, 3)], 3],
    ['up waits for the lowest of its window', 2, 6, [ago(29, 3), ago(5, 9)], 3],
    ['nothing goes up while any of the window was content', 2, 6, [ago(29, 2)], 2],
    ['up by what all of the window asked for', 2, 6, [ago(31, 2), ago(29, 5)], 5],
    ['a spike in the past does not raise', 2, 2, [ago(20, 9)], 2],
    ['a dip in the past does not lower', 5, 5, [ago(20, 1)], 5],
    ['wanted lower now, but more a while ago: it stays', 3, 1, [ago(100, 8)], 3],
  ])('%s', (_, current, recommended, recommendations, count) => {
    expect(stabilise(current, recommended, recommendations, windows).afterWindow).toBe(count);
  });

  test('without a window the latest counts alone', () => {
    const none = { upWindowMs: 0, downWindowMs: 0 };
    expect(stabilise(4, 9, [ago(0, 1)], none).afterWindow).toBe(9);
    expect(stabilise(4, 1, [ago(0, 9)], none).afterWindow).toBe(1);
  });

  test('the result lies between what there is and what is recommended, whatever was before', () => {
    const count = fc.integer({ min: 1, max: 40 });
    const history = fc.array(fc.record({ replicas: count, ageMs: fc.integer({ min: 0, max: 600_000 }) }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(count, count, history, (current, recommended, recommendations) => {
        const { afterWindow } = stabilise(current, recommended, recommendations, windows);
        expect(afterWindow).toBeGreaterThanOrEqual(Math.min(current, recommended));
        expect(afterWindow).toBeLessThanOrEqual(Math.max(current, recommended));
      }),
    );
  });
});

describe('a decision', () => {
  test('goes up at once, and says so with every number', () => {
    const decision = decideScale(using({ ...POLICY, cpuPercent: 70 }, [400, 420, 425], before(3)));
    expect(decision).toMatchObject({
      from: 3,
      to: 4,
      sentence: 'CPU 83 % of 500m over 3 replicas, target 70 %: 4 wanted',
      remember: [4],
      numbers: { current: 3, recommended: 4, afterWindow: 4, stepLimit: 7, min: 1, max: 50, wanted: 4 },
    });
  });

  test('goes down when the window allows, and says what it waits for until then', () => {
    const idle = [10, 10, 10, 10];
    expect(decideScale(using(POLICY, idle, before(4)))).toMatchObject({
      to: 4,
      remember: [1],
      sentence: 'CPU 2 % of 500m over 4 replicas, target 80 %: 1 wanted; 4 for now: 4 were wanted within the last 60 s',
    });
    expect(decideScale(using(POLICY, idle, before(1)))).toMatchObject({ to: 1 });
    expect(decideScale(using({ ...POLICY, min: 2 }, idle, before(1)))).toMatchObject({
      to: 2,
      sentence: expect.stringMatching(/: 1 wanted; at least 2 \(minReplicas\)$/),
    });
  });

  test('at first looks on: what there is counts as what was wanted until now', () => {
    const first = decideScale(using(POLICY, [10, 10, 10]));
    expect(first).toMatchObject({ to: 3, remember: [3, 1], numbers: { highestInDownWindow: 3 } });
    const patient = decideScale(using({ ...POLICY, upWindowMs: 30_000 }, [500, 500]));
    expect(patient).toMatchObject({ to: 2, remember: [2, 3], numbers: { lowestInUpWindow: 2 } });
  });

  test('takes at most twice as many or four more in one step, and no more than allowed', () => {
    const busy = (count: number): readonly number[] => Array.from({ length: count }, () => 500);
    const greedy = { ...POLICY, cpuPercent: 5 };
    expect(decideScale(using(greedy, busy(1), before(1)))).toMatchObject({
      to: 5,
      sentence: expect.stringMatching(/: 20 wanted; at most 5 in one step from 1$/),
    });
    expect(decideScale(using(greedy, busy(6), before(6))).to).toBe(12);
    expect(decideScale(using({ ...greedy, max: 8 }, busy(6), before(6)))).toMatchObject({
      to: 8,
      sentence: expect.stringMatching(/: 120 wanted; at most 8 \(maxReplicas\)$/),
    });
  });

  test('the larger of CPU and memory wins', () => {
    const policy = { ...POLICY, memoryPercent: 50 };
    const used = { cpuMillis: 10, memoryBytes: REQUESTED.memoryBytes * 0.75 };
    const ready = [1, 2].map(() => ({ requested: REQUESTED, used }));
    const decision = decideScale({ ...observation(policy, 2), ready, ...before(2) });
    expect(decision).toMatchObject({ to: 3, numbers: { signals: [{ desired: 1 }, { desired: 3 }] } });
    expect(decision.sentence).toBe(
      'CPU 2 % of 500m over 2 replicas, target 80 %; memory 75 % of 256Mi over 2 replicas, target 50 %: 3 wanted',
    );
  });

  test('without a requested CPU memory decides alone, and that is said', () => {
    const requested = { ...REQUESTED, cpuMillis: 0 };
    const used = { cpuMillis: 400, memoryBytes: 0 };
    const given = { ...observation({ ...POLICY, memoryPercent: 50 }, 2), requested, ...before(1) };
    const decision = decideScale({ ...given, ready: [1, 2].map(() => ({ requested, used })) });
    expect(decision.to).toBe(1);
    expect(decision.sentence).toMatch(/^CPU is not looked at, resources.cpu is not set; memory 0 % of 256Mi/);
  });

  test('with one of the signals blind it goes up and not down', () => {
    // Memory is requested by the deployment as it stands, and no replica that is ready has any of it yet.
    const policy = { ...POLICY, memoryPercent: 50 };
    const requested = { ...REQUESTED, memoryBytes: 0 };
    const ready = (cpuMillis: number) => [1, 2].map(() => ({ requested, used: { cpuMillis, memoryBytes: 0 } }));
    const given = { ...observation(policy, 2), recommendations: [{ replicas: 1, ageMs: 1_000 }] };
    expect(decideScale({ ...given, ready: ready(10) }).to).toBe(2);
    expect(decideScale({ ...given, ready: ready(500) }).to).toBe(3);
  });

  test('does not go down while a rollout is under way, and up all the same', () => {
    const unsettled = '2 still stopping';
    expect(decideScale(using(POLICY, [10, 10], { ...before(1), unsettled }))).toMatchObject({
      to: 2,
      sentence: expect.stringMatching(/: 1 wanted; not down: 2 still stopping$/),
    });
    expect(decideScale(using(POLICY, [500, 500], { ...before(1), unsettled })).to).toBe(3);
  });

  test('leaves a deployment that has Failed as it is', () => {
    const halted = 'the deployment is Failed';
    expect(decideScale(using(POLICY, [500, 500], { ...before(9), halted }))).toMatchObject({
      to: 2,
      remember: [2],
      sentence: '2 kept: the deployment is Failed',
    });
  });

  test('names what is starting and what was not measured', () => {
    const { sentence } = decideScale({ ...using(POLICY, [480, undefined, 450], before(4)), current: 4, starting: 1 });
    expect(sentence).toMatch(
      /^CPU 93 % of 500m over 3 replicas \(1 starting, 1 not measured\), target 80 %: 4 wanted$/,
    );
    expect(decideScale({ ...observation(POLICY, 2), starting: 2 }).sentence).toBe(
      'CPU unknown, no replica is ready: 2 kept',
    );
  });

  test('the same observation gives the same decision', () => {
    const given = using(POLICY, [400, undefined, 500], before(2));
    expect(decideScale(structuredClone(given))).toEqual(decideScale(given));
  });
});
