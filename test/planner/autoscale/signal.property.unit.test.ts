import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Observation } from '../../../src/planner/autoscale/observation.ts';
import { readSignal } from '../../../src/planner/autoscale/signal.ts';
import { observation, POLICY, REQUESTED, using } from './load-model.ts';

const target = fc.integer({ min: 1, max: 100 });
/** Thousandths of a core: nobody uses more than what is requested, it is the limit. */
const used = fc.integer({ min: 0, max: REQUESTED.cpuMillis });
const fleet = fc.array(used, { minLength: 1, maxLength: 20 });
const starting = fc.integer({ min: 0, max: 10 });

/** Ready replicas, and others that are wanted and not there yet. */
function seen(ready: readonly (number | undefined)[], more = 0): Observation {
  return { ...using(POLICY, ready), current: ready.length + more, starting: more };
}

const desired = (percent: number, given: Observation): number | undefined => readSignal('cpu', percent, given)?.desired;

describe("Kubernetes' rules, worked out by hand", () => {
  // Thousandths of what each replica requests.
  const share = (each: number | undefined): number | undefined => each && (each * REQUESTED.cpuMillis) / 1_000;
  test.each<[string, number, (number | undefined)[], number, number]>([
    ['40 % of 25 % is 1.6, of three 4.8', 25, [300, 400, 500], 0, 5],
    ['60 % of two is 40 % of three, and 1.33 of 30 %', 30, [450, 750], 1, 4],
    ['100 % of two is 50 % of four, 1.04 of 48 %: tolerated', 48, [1_000, 1_000], 2, 4],
    ['40 % of one is 13 % of three: that would turn down, so nothing', 30, [400], 2, 3],
    ['25 % of 50 % is half, of four 2', 50, [100, 200, 300, 400], 0, 2],
    ['on the way down the starting ones do not count: 0.4 of three', 50, [100, 200, 300], 2, 2],
    ['a tenth too much is tolerated', 80, [880, 880], 0, 2],
    ['a little more is not', 80, [882, 882], 0, 3],
    ['a tenth too little is tolerated', 80, [720, 720, 720, 720, 720, 720, 720, 720, 720, 720], 0, 10],
    ['a little less is not', 80, [718, 718, 718, 718, 718, 718, 718, 718, 718, 718], 0, 9],
    ['up: what is not measured uses nothing, 1000 of two is 1.0 of 50 %', 50, [1_000, undefined], 0, 2],
    ['down: what is not measured uses all, 1600 of two is 0.8 of 100 %, of two 1.6', 100, [600, undefined], 0, 2],
    ['down: 10 % and two at 100 % are 46 % of five, 0.92 of 50 %', 50, [100, 100, 100, undefined, undefined], 0, 5],
    ['down: 10 % and one at 100 % are 28 % of five, 0.56 of 50 %', 50, [100, 100, 100, 100, undefined], 0, 3],
    ['down: assuming all may turn it up, and then nothing changes', 30, [200, undefined], 0, 2],
  ])('%s', (_, percent, ready, more, count) => {
    expect(desired(percent, seen(ready.map(share), more))).toBe(count);
  });
});

test('with no measurement at all there is no opinion', () => {
  fc.assert(
    fc.property(target, fc.integer({ min: 0, max: 9 }), starting, (percent, count, more) => {
      const ready = Array.from({ length: count }, () => undefined);
      expect(readSignal('cpu', percent, seen(ready, more))).toBeUndefined();
    }),
  );
});

test('a measurement that is missing never leads further down than it could have led', () => {
  fc.assert(
    fc.property(target, fleet, starting, fc.array(fc.boolean(), { minLength: 20 }), (percent, all, more, kept) => {
      const some = all.map((each, index) => (kept[index] === true ? each : undefined));
      const current = all.length + more;
      const without = desired(percent, seen(some, more)) ?? current;
      expect(without).toBeGreaterThanOrEqual(Math.min(current, desired(percent, seen(all, more)) ?? current));
    }),
    { numRuns: 2_000 },
  );
});

test('replicas that are not measured or not up never lead further up than what was measured asks for', () => {
  fc.assert(
    fc.property(target, fleet, starting, fc.integer({ min: 0, max: 5 }), (percent, known, more, missing) => {
      const ready = [...known, ...Array.from({ length: missing }, () => undefined)];
      const current = ready.length + more;
      const load = known.reduce((sum, each) => sum + each, 0);
      const enough = Math.ceil((load * 100) / (REQUESTED.cpuMillis * percent) - 1e-9);
      expect(desired(percent, seen(ready, more))).toBeLessThanOrEqual(Math.max(current, enough));
    }),
    { numRuns: 2_000 },
  );
});

test('more load never asks for fewer replicas', () => {
  const more = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 20, maxLength: 20 });
  const gaps = fc.array(fc.boolean(), { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(target, fleet, more, gaps, starting, (percent, low, added, gone, arriving) => {
      const high = low.map((each, index) => Math.min(REQUESTED.cpuMillis, each + (added[index] ?? 0)));
      const measured = (fleetOf: readonly number[]): (number | undefined)[] =>
        fleetOf.map((each, index) => (gone[index] === true && index > 0 ? undefined : each));
      const [less, atLeast] = [measured(low), measured(high)].map((ready) => desired(percent, seen(ready, arriving)));
      expect(atLeast).toBeGreaterThanOrEqual(less ?? 0);
    }),
    { numRuns: 2_000 },
  );
});

test('a fleet that uses all that it may is always too small, whatever the target below 100 %', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 1, max: 30 }), (percent, count) => {
      const ready = Array.from({ length: count }, () => REQUESTED.cpuMillis);
      expect(desired(percent, seen(ready))).toBeGreaterThan(count);
    }),
  );
});

test('memory is read like CPU, of what is requested of it', () => {
  const use = { cpuMillis: 0, memoryBytes: REQUESTED.memoryBytes * 0.9 };
  const given = { ...observation(POLICY, 2), ready: [1, 2].map(() => ({ requested: REQUESTED, used: use })) };
  expect(readSignal('memory', 60, given)).toMatchObject({ usagePercent: 90, raw: 3, desired: 3 });
});

test('replicas of an earlier revision count by what they request themselves', () => {
  const old = { requested: { cpuMillis: 100, memoryBytes: 0 }, used: { cpuMillis: 100, memoryBytes: 0 } };
  const idle = { requested: REQUESTED, used: { cpuMillis: 0, memoryBytes: 0 } };
  const free = { requested: { cpuMillis: 0, memoryBytes: 0 }, used: { cpuMillis: 400, memoryBytes: 0 } };
  const given = { ...observation(POLICY, 3), ready: [old, idle, free] };
  // 100m of 600m; what requests nothing has no percentage.
  expect(readSignal('cpu', 80, given)).toMatchObject({ ready: 2, usagePercent: (100 / 600) * 100, raw: 1 });
});
