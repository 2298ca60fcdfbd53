import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { courseOf, type Analysis } from '../../domain/deployment/course.ts';
import type { AnalysisSpec } from '../../domain/deployment/release-spec.ts';
import { judge, type Observation } from './judge.ts';

function analysis(spec: AnalysisSpec = {}): Analysis {
  const course = courseOf({ strategy: { type: 'Canary', analysis: spec } });
  if (course?.type !== 'Canary') throw new Error('no canary');
  return course.analysis;
}

const quiet: Observation = {
  requests: 0,
  errors: 0,
  latencyMs: undefined,
  restarts: 0,
  metric: undefined,
  over: false,
};
const prometheus = { url: 'http://p', query: 'up' };

describe('a step is judged', () => {
  test.each<[string, AnalysisSpec, Partial<Observation>, string | undefined]>([
    ['not before its time', {}, { requests: 1_204, errors: 2 }, undefined],
    ['good at its end', {}, { requests: 1_204, errors: 2, over: true }, 'passed: 0.17 % errors (2 of 1,204 requests)'],
    ['good without a request, where none is asked for', {}, { over: true }, 'passed: no requests'],
    [
      'bad at once, by its errors',
      {},
      { requests: 1_204, errors: 60 },
      'failed: 4.98 % errors (60 of 1,204 requests), more than 1 %',
    ],
    ['by no error among few', {}, { requests: 99, errors: 1 }, undefined],
    [
      'by few, where somebody says so',
      { minRequests: 10 },
      { requests: 10, errors: 1 },
      'failed: 10 % errors (1 of 10 requests), more than 1 %',
    ],
    [
      'by the counts, and not by what is shown',
      { maxErrorPercent: 0.5 },
      { requests: 199_999, errors: 1_000 },
      'failed: 0.5 % errors (1,000 of 199,999 requests), more than 0.5 %',
    ],
    [
      'bad by its latency',
      { maxLatencyMs: 500, percentile: 95 },
      { requests: 200, latencyMs: 724.1 },
      'failed: 724.1 ms at the 95th percentile of 200 requests, more than 500 ms',
    ],
    [
      'bad by a latency beyond all',
      { maxLatencyMs: 500 },
      { requests: 200, latencyMs: Infinity },
      'failed: more than a minute at the 99th percentile of 200 requests, more than 500 ms',
    ],
    ['bad by restarts', { maxRestarts: 0 }, { restarts: 1 }, 'failed: 1 failure of its replicas, more than 0'],
    [
      'bad by the number of somebody else, above',
      { prometheus: { ...prometheus, max: 0.5 } },
      { metric: { value: 0.7 } },
      'failed: Prometheus says 0.7, more than 0.5',
    ],
    [
      'and below',
      { prometheus: { ...prometheus, min: 0.99 } },
      { metric: { value: 0.7 } },
      'failed: Prometheus says 0.7, less than 0.99',
    ],
    [
      'not at all, for want of requests',
      { minRequests: 1_000 },
      { requests: 12, over: true },
      'inconclusive: 12 of 1,000 requests',
    ],
    [
      'not at all, for want of an answer',
      { prometheus: { ...prometheus, max: 1 } },
      { metric: { problem: 'it answered 503' }, over: true },
      'inconclusive: Prometheus: it answered 503',
    ],
  ])('%s', (_, spec, observed, expected) => {
    const judgement = judge(analysis(spec), { ...quiet, ...observed });
    expect(judgement && `${judgement.verdict}: ${judgement.reason}`).toBe(expected);
  });
});

test('more errors never help, and what failed before the end fails at the end', () => {
  const counts = fc.record({ requests: fc.nat(5_000), errors: fc.nat(5_000), more: fc.nat(100) });
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 100 }), ({ requests, errors, more }, maxErrorPercent) => {
      const spec = analysis({ maxErrorPercent });
      const few = judge(spec, { ...quiet, requests, errors: Math.min(errors, requests), over: true });
      const many = judge(spec, { ...quiet, requests, errors: Math.min(errors + more, requests), over: true });
      expect(few?.verdict !== 'failed' || many?.verdict === 'failed').toBe(true);
      const early = judge(spec, { ...quiet, requests, errors: Math.min(errors, requests) });
      expect(early?.verdict === 'failed').toBe(few?.verdict === 'failed');
    }),
  );
});
