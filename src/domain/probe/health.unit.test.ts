import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { beginHealth, judge, type Health, type Result, type Turn } from './health.ts';
import { probePlanOf, type Probe, type ProbePlan } from './plan.ts';
import { PROBE_KINDS } from './spec.ts';

const probe = (failureThreshold: number, successThreshold = 1): Probe => ({
  check: { type: 'tcp', port: 80 },
  periodMs: 10_000,
  timeoutMs: 1_000,
  failureThreshold,
  successThreshold,
});

const FRESH = { started: false, inService: false, told: false };

function run(plan: ProbePlan, results: readonly Result[], known = FRESH): { health: Health; turns: Turn[] } {
  const begun = beginHealth(plan, known);
  const turns: Turn[] = [begun.turn];
  let { health } = begun;
  for (const result of results) {
    const next = judge(health, plan, result);
    turns.push(next.turn);
    ({ health } = next);
  }
  return { health, turns: turns.filter((turn) => turn !== undefined) };
}

const anyProbe = fc.option(
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
    .map(([fails, passes]) => probe(fails, passes)),
  { nil: undefined },
);
const anyPlan: fc.Arbitrary<ProbePlan> = fc.record({
  start: anyProbe.map((start) => start && { ...start, successThreshold: 1 }),
  ready: anyProbe,
  live: anyProbe.map((live) => live && { ...live, successThreshold: 1 }),
});
const anyResults = fc
  .array(fc.record({ kind: fc.constantFrom(...PROBE_KINDS), passed: fc.boolean(), step: fc.nat(8_000) }), {
    maxLength: 60,
  })
  .map((steps) => {
    let elapsedMs = 0;
    return steps.map(({ kind, passed, step }): Result => ({ kind, passed, elapsedMs: (elapsedMs += step) }));
  });

describe('whatever the results are,', () => {
  test('turns alternate: in service, out of service, in service …, and nothing after a failure', () => {
    fc.assert(
      fc.property(anyPlan, anyResults, (plan, results) => {
        const { turns } = run(plan, results);
        // One that has not come into service yet may be told to be out of it.
        const served = turns[0] === 'unready' ? turns.slice(1) : turns;
        const expected = served.map((turn, index): Turn => {
          if (turn === 'failed' && index === served.length - 1) return 'failed';
          return index % 2 === 0 ? 'ready' : 'unready';
        });
        expect(served).toEqual(expected);
      }),
    );
  });

  test('a turn has as many equal results behind it as its threshold says, and no fewer', () => {
    fc.assert(
      fc.property(anyPlan, anyResults, (plan, results) => {
        let { health } = beginHealth(plan, FRESH);
        const unfounded = results.filter((result, index) => {
          const { health: next, turn } = judge(health, plan, result);
          health = next;
          const probe = plan[result.kind];
          // What has started without a ready probe is ready by its start.
          const passes = turn === 'ready';
          const wanted = (passes ? probe?.successThreshold : probe?.failureThreshold) ?? 0;
          const own = results.slice(0, index + 1).filter(({ kind }) => kind === result.kind);
          const last = own.slice(-wanted);
          return turn !== undefined && (last.length < wanted || last.some(({ passed }) => passed !== passes));
        });
        expect(unfounded).toEqual([]);
      }),
    );
  });

  test('what never comes into service is told once, when failureThreshold periods are over, and also after a change of watchers', () => {
    const failing = Array.from({ length: 8 }, (_, index): Result => {
      return { kind: 'ready', passed: false, elapsedMs: index * 5_000 };
    });
    const plan = { start: undefined, ready: probe(3), live: undefined };
    expect(run(plan, failing).turns).toEqual(['unready']);
    expect(run(plan, failing.slice(0, 6)).turns).toEqual([]);
    expect(run(plan, failing, { ...FRESH, told: true }).turns).toEqual([]);
    expect(run(plan, [...failing, { kind: 'ready', passed: true, elapsedMs: 40_000 }]).turns).toEqual([
      'unready',
      'ready',
    ]);
  });

  test('neither ready nor live count before the start has passed', () => {
    fc.assert(
      fc.property(anyPlan, anyResults, (plan, results) => {
        const start = plan.start ?? probe(3);
        const others = results.filter(({ kind }) => kind !== 'start');
        expect(run({ ...plan, start }, others).turns).toEqual([]);
      }),
    );
  });

  test('the start fails only when its budget of failureThreshold periods is used up, and never later than the next result', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), anyResults, (threshold, results) => {
        const plan = { start: probe(threshold), ready: undefined, live: undefined };
        const failing = results.map((result): Result => ({ ...result, kind: 'start', passed: false }));
        const due = failing.some(({ elapsedMs }, index) => index + 1 >= threshold && elapsedMs >= threshold * 10_000);
        expect(run(plan, failing).turns).toEqual(due ? ['failed'] : []);
      }),
    );
  });

  test('a turn comes with the very result that makes as many in a row, whatever was before', () => {
    const count = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(count, count, fc.array(fc.boolean(), { maxLength: 40 }), (fails, passes, outcomes) => {
        const plan = { start: undefined, ready: probe(fails, passes), live: undefined };
        const expected: [number, Turn][] = [];
        for (const index of outcomes.keys()) {
          const inService = expected.at(-1)?.[1] === 'ready';
          const last = outcomes.slice(0, index + 1).slice(-(inService ? fails : passes));
          const turns = last.length === (inService ? fails : passes) && last.every((passed) => passed !== inService);
          if (turns) expected.push([index, inService ? 'unready' : 'ready']);
        }
        let { health } = beginHealth(plan, FRESH);
        const found = outcomes.flatMap((passed, index): [number, Turn][] => {
          const next = judge(health, plan, { kind: 'ready', passed, elapsedMs: 0 });
          health = next.health;
          return next.turn === undefined ? [] : [[index, next.turn]];
        });
        expect(found).toEqual(expected);
      }),
    );
  });

  test('one pass in between starts the count of failures anew', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 5 }), fc.nat(20), (threshold, rounds) => {
        const plan = { start: undefined, ready: undefined, live: probe(threshold) };
        const live = (passed: boolean): Result => ({ kind: 'live', passed, elapsedMs: 0 });
        const round = [...Array.from({ length: threshold - 1 }, () => live(false)), live(true)];
        expect(run(plan, Array.from({ length: rounds }, () => round).flat()).turns).toEqual(['ready']);
      }),
    );
  });
});

describe('a watch that is taken over', () => {
  const plan = { start: probe(3), ready: probe(2), live: probe(3) };
  const ready = (passed: boolean): Result => ({ kind: 'ready', passed, elapsedMs: 0 });

  test('goes on with a replica in service, and takes it out by the full count', () => {
    expect(run(plan, [ready(false)], { ...FRESH, started: true, inService: true }).turns).toEqual([]);
    expect(
      run(plan, [ready(false), ready(false), ready(true)], { ...FRESH, started: true, inService: true }).turns,
    ).toEqual(['unready', 'ready']);
  });

  test('does not ask one that has started to start again', () => {
    expect(run(plan, [ready(true)], { ...FRESH, started: true }).turns).toEqual(['ready']);
    expect(run(plan, [ready(true)], FRESH).turns).toEqual([]);
  });
});

describe('probes that nobody wrote', () => {
  const started = { ports: [8080, 9090], healthcheck: false, answered: false };

  test('ask the first port, where it answered once; replacing takes longer than taking out of service', () => {
    const { start, ready, live } = probePlanOf(undefined, { ...started, answered: true });
    expect(start).toBeUndefined();
    expect(ready).toMatchObject({
      check: { type: 'tcp', port: 8080 },
      periodMs: 10_000,
      timeoutMs: 1_000,
      failureThreshold: 3,
    });
    expect(live).toMatchObject({ check: ready?.check, failureThreshold: 6 });
  });

  test('ask nothing where nothing answered', () => {
    expect(probePlanOf(undefined, started)).toEqual({ start: undefined, ready: undefined, live: undefined });
  });

  test('are the HEALTHCHECK where the image has one, at its word', () => {
    const { ready, live } = probePlanOf(undefined, { ...started, healthcheck: true, answered: true });
    expect([ready, live]).toMatchObject([
      { check: { type: 'healthcheck' }, failureThreshold: 1 },
      { check: { type: 'healthcheck' }, failureThreshold: 1 },
    ]);
  });

  test('stand in for each kind by itself', () => {
    const { ready, live } = probePlanOf(
      { ready: { http: { path: '/ready' }, periodSeconds: 2 } },
      { ...started, healthcheck: true },
    );
    expect(ready).toMatchObject({ check: { type: 'http', path: '/ready', port: 8080 }, periodMs: 2_000 });
    expect(live).toMatchObject({ check: { type: 'healthcheck' } });
  });
});
