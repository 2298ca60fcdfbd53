import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { ScalingPolicy } from '../../../src/planner/autoscale/policy.ts';
import { changes, POLICY, REQUESTED, run, type Model } from './load-model.ts';

const INTERVAL_MS = 5_000;
/** So many rounds settle any of these loads: fifty replicas, by a tenth at a time, each step after a window of a minute. */
const ROUNDS = 500;

const policy = fc
  .record({
    min: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 0, max: 45 }),
    cpuPercent: fc.integer({ min: 20, max: 90 }),
    upWindowMs: fc.constantFrom(0, 15_000, 60_000),
  })
  .map(({ min, more, ...rest }): ScalingPolicy => ({ ...POLICY, min, max: min + more, ...rest }));

const setting = fc.record({
  policy,
  startRounds: fc.integer({ min: 0, max: 5 }),
  from: fc.integer({ min: 1, max: 50 }),
  work: fc.integer({ min: 0, max: 25_000 }),
});

/** Replicas that the work needs at the target; what the bounds leave of it. */
function needed(work: number, { cpuPercent, min, max }: ScalingPolicy): number {
  const exact = (work * 100) / (REQUESTED.cpuMillis * cpuPercent);
  return Math.min(max, Math.max(min, Math.ceil(exact - 1e-9)));
}

function start(from: number, { min, max }: ScalingPolicy): number {
  return Math.min(max, Math.max(min, from));
}

/** Close enough: within the tolerance of the target, or exactly what is needed; the bounds may forbid either. */
function expectEnough(count: number, work: number, bounds: ScalingPolicy): void {
  const exact = (work * 100) / (REQUESTED.cpuMillis * bounds.cpuPercent);
  const ratio = exact / count;
  const need = needed(work, bounds);
  // Whole thousandths of a core are measured: half of one per replica is rounding.
  const rounding = 100 / (REQUESTED.cpuMillis * bounds.cpuPercent);
  const tolerated = Math.abs(ratio - 1) <= 0.1 + rounding;
  expect(tolerated || Math.abs(count - need) <= Math.ceil(rounding * count), `${count} for ${exact}`).toBe(true);
}

test('a step of load: the count goes to what is needed, up and then perhaps down, and stays there', () => {
  fc.assert(
    fc.property(setting, ({ from, work, ...rest }) => {
      const model: Model = { ...rest, intervalMs: INTERVAL_MS, work: () => work };
      const { counts } = run(model, start(from, rest.policy), ROUNDS);
      expect(changes(changes(counts)).length).toBeLessThanOrEqual(1);
      expect(new Set(counts.slice(-50)).size).toBe(1);
      expectEnough(counts.at(-1) ?? 0, work, rest.policy);
    }),
    { numRuns: 200 },
  );
});

test('a ramp: the count follows it one way only, and ends at what is needed', () => {
  fc.assert(
    fc.property(setting, fc.integer({ min: 0, max: 25_000 }), (given, begin) => {
      const { work: end, policy: bounds, startRounds } = given;
      const steps = 100;
      const work = (round: number): number =>
        round < 50 ? begin : begin + ((end - begin) * Math.min(steps, round - 50)) / steps;
      const model: Model = { policy: bounds, startRounds, intervalMs: INTERVAL_MS, work };
      const { counts } = run(model, needed(begin, bounds), 350);
      const directions = new Set(changes(counts.slice(50)));
      expect(directions.size).toBeLessThanOrEqual(1);
      expect(directions).not.toContain(-Math.sign(end - begin));
      expectEnough(counts.at(-1) ?? 0, end, bounds);
    }),
    { numRuns: 150 },
  );
});

test('a load that is noisy within 4 %: once it has gone down it does not go up again, and it comes to rest', () => {
  fc.assert(
    fc.property(setting, fc.infiniteStream(fc.double({ min: -0.04, max: 0.04, noNaN: true })), (given, noise) => {
      const { from, work, ...rest } = given;
      const values = Array.from({ length: ROUNDS }, () => noise.next().value ?? 0);
      const model: Model = { ...rest, intervalMs: INTERVAL_MS, work: (round) => work * (1 + (values[round] ?? 0)) };
      const { counts } = run(model, start(from, rest.policy), ROUNDS);
      // The highest of the window is within a tenth of whatever comes: that is what the tolerance forgives.
      const directions = changes(counts);
      const firstDown = directions.indexOf(-1);
      // Below that, whole thousandths of a core per replica are noise of their own.
      const afterDown = work <= 2_500 || firstDown === -1 ? [] : directions.slice(firstDown);
      expect(afterDown).not.toContain(1);
      expect(changes(counts.slice(-200)).length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 150 },
  );
});

test('never below the least, never above the most, and never more than twice or four more at once', () => {
  fc.assert(
    fc.property(
      setting,
      fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 40 }),
      (given, loads) => {
        const { from, policy: bounds, startRounds } = given;
        const work = (round: number): number => loads[round % loads.length] ?? 0;
        const { counts } = run({ policy: bounds, startRounds, intervalMs: INTERVAL_MS, work }, start(from, bounds), 80);
        for (const [index, count] of counts.entries()) {
          expect(count).toBeGreaterThanOrEqual(bounds.min);
          expect(count).toBeLessThanOrEqual(bounds.max);
          const before = counts[index - 1] ?? count;
          expect(count).toBeLessThanOrEqual(Math.max(before * 2, before + 4));
        }
      },
    ),
    { numRuns: 200 },
  );
});
