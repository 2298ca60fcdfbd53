import { describe, expect, test } from 'vitest';

import { InvalidInput } from '../problem.ts';
import { courseOf } from './course.ts';
import { parseDeployment } from './parse.ts';

const parse = (strategy: object) => parseDeployment({ id: 'd', definitionId: 'def', strategy }, 'd');

function problems(strategy: object): readonly string[] {
  try {
    parse(strategy);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.problems.map(({ field, message, hint }) => `${field} ${message} (${hint ?? ''})`);
  }
}

test('a plain Canary has steps and is judged; a plain BlueGreen keeps the earlier set for five minutes', () => {
  expect(courseOf(parse({ type: 'Canary' }))).toEqual({
    type: 'Canary',
    steps: [
      { weight: 5, pauseMs: 60_000 },
      { weight: 25, pauseMs: 120_000 },
      { weight: 50, pauseMs: 120_000 },
    ],
    analysis: {
      maxErrorPercent: 1,
      maxLatencyMs: undefined,
      percentile: 99,
      maxRestarts: 1,
      judgedFrom: 100,
      needed: 0,
      intervalMs: 5_000,
      prometheus: undefined,
    },
  });
  expect(courseOf(parse({ type: 'BlueGreen' }))).toEqual({
    type: 'BlueGreen',
    automatic: true,
    smoke: undefined,
    keepMs: 300_000,
  });
  expect(courseOf(parse({ type: 'RollingUpdate' }))).toBeUndefined();
  expect(courseOf(parse({}))).toBeUndefined();
});

test('without automatic no pause ends by itself; a step without a pause waits in any case', () => {
  const steps = [{ weight: 10, pauseSeconds: 60 }, { weight: 50 }];
  const pauses = (automatic?: boolean) => {
    const course = courseOf(parse({ type: 'Canary', steps, automatic }));
    return course?.type === 'Canary' ? course.steps.map(({ pauseMs }) => pauseMs) : [];
  };
  expect([pauses(), pauses(false)]).toEqual([
    [60_000, undefined],
    [undefined, undefined],
  ]);
});

test('what is written is kept as it was written', () => {
  const canary = {
    type: 'Canary',
    steps: [{ weight: 10, pauseSeconds: 60 }, { weight: 50 }],
    analysis: {
      maxErrorPercent: 0.5,
      maxLatencyMs: 400,
      percentile: 99.9,
      maxRestarts: 0,
      minRequests: 1_000,
      intervalSeconds: 10,
      prometheus: { url: 'http://prometheus:9090', query: 'up', max: 0.5 },
    },
  };
  expect(parse(canary).strategy).toEqual(canary);
  const smoke = { path: '/healthz', port: 8080, expectStatus: 204, timeoutSeconds: 5 };
  const blueGreen = { type: 'BlueGreen', automatic: false, smoke, keepSeconds: 60 };
  expect(parse(blueGreen).strategy).toEqual(blueGreen);
  // Fewer requests than somebody asks for say nothing, and let nothing pass.
  expect(courseOf(parse(canary))).toMatchObject({ analysis: { judgedFrom: 1_000, needed: 1_000 } });
});

describe('what is refused says where, why, and what is near', () => {
  test.each<[object, readonly string[]]>([
    [{ type: 'Canari' }, ['strategy.type "Canari" is no strategy (did you mean Canary?)']],
    [
      { type: 'Canary', steps: [{ weight: 25 }, { weight: 10 }] },
      [
        'strategy.steps[1].weight is 10 after 25 (each is greater than the one before; 100 follows by itself after the last)',
      ],
    ],
    [
      { type: 'Canary', steps: [{ weight: 100 }] },
      ['strategy.steps[0].weight must be from 1 to 99, not 100 (nearest: 99)'],
    ],
    [
      { type: 'Canary', steps: [{ pauseSeconds: 5 }] },
      ['strategy.steps[0].weight is required ({weight: 25, pauseSeconds: 300})'],
    ],
    [
      { type: 'Canary', steps: [] },
      ['strategy.steps has 0 steps (from 1 to 50 of them: [{weight: 25, pauseSeconds: 300}]; or leave it out)'],
    ],
    [
      { type: 'Canary', smoke: { path: '/' } },
      ['strategy.smoke says nothing to Canary (leave it out, or write type: BlueGreen)'],
    ],
    [
      { steps: [{ weight: 5 }], automatic: true },
      [
        'strategy.automatic says nothing to RollingUpdate (leave it out, or write type: BlueGreen or type: Canary)',
        'strategy.steps says nothing to RollingUpdate (leave it out, or write type: Canary)',
      ],
    ],
    [
      { type: 'BlueGreen', smoke: { path: 'healthz', expectStatus: 42 } },
      [
        'strategy.smoke.path "healthz" is no path of a URL (it begins with "/" and has no spaces: "/healthz")',
        'strategy.smoke.expectStatus must be from 100 to 599, not 42 (nearest: 100)',
      ],
    ],
    [
      { type: 'Canary', analysis: { maxErrorPercent: '1', percentile: 95 } },
      [
        'strategy.analysis.percentile is of maxLatencyMs, which is not there (maxLatencyMs: 500)',
        'strategy.analysis.maxErrorPercent must be a number, not "1" (write it without quotes: 1)',
      ],
    ],
    [
      { type: 'Canary', analysis: { prometheus: { url: 'ftp://x', query: 'up' } } },
      [
        'strategy.analysis.prometheus.url "ftp://x" is no URL of http or https (url: "http://prometheus:9090")',
        'strategy.analysis.prometheus.max is required, or min (exactly one of them: max: 0.5 is passed by what is not above it, min: 0.5 by what is not below)',
      ],
    ],
    [
      { type: 'Canary', analysis: { prometheus: { url: 'http://ann:secret@p', query: 'up', min: 1 } } },
      [
        'strategy.analysis.prometheus.url holds a user or a password, which would be kept in the log (a URL without them)',
      ],
    ],
  ])('%j', (strategy, expected) => {
    expect(problems(strategy)).toEqual(expected);
  });
});
