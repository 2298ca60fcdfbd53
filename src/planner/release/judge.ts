import type { Analysis } from '../../domain/deployment/course.ts';
import type { Verdict } from '../../domain/deployment/rollout-events.ts';

/** What was measured of a canary since its step began. */
export interface Observation {
  readonly requests: number;
  readonly errors: number;
  /** At the percentile that the analysis names; undefined where there was no request. */
  readonly latencyMs: number | undefined;
  /** Failures of its replicas, those with a lost node apart. */
  readonly restarts: number;
  /** What Prometheus answered, or why there is no number; undefined where it was not asked. */
  readonly metric: { readonly value: number } | { readonly problem: string } | undefined;
  /** It has been looked at for as long as the step asks for. */
  readonly over: boolean;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** The number that decided, with its bound; of what passed the numbers that there are. */
  readonly reason: string;
}

/**
 * Fails on the first number that is beyond its bound. Passes, or is inconclusive, only once the step was looked at for long enough:
 * undefined before that.
 */
export function judge(analysis: Analysis, observation: Observation): Judgement | undefined {
  const failure = failureOf(analysis, observation);
  if (failure !== undefined) return { verdict: 'failed', reason: failure };
  if (!observation.over) return undefined;
  const missing = missingOf(analysis, observation);
  if (missing !== undefined) return { verdict: 'inconclusive', reason: missing };
  return { verdict: 'passed', reason: requestsText(observation) };
}

function failureOf(
  analysis: Analysis,
  { requests, errors, latencyMs, restarts, metric }: Observation,
): string | undefined {
  const { maxErrorPercent, maxLatencyMs, percentile, maxRestarts, judgedFrom, prometheus } = analysis;
  if (restarts > maxRestarts) {
    return `${restarts} ${restarts === 1 ? 'failure' : 'failures'} of its replicas, more than ${maxRestarts}`;
  }
  const judged = requests > 0 && requests >= judgedFrom;
  // By the counts: what is shown is rounded.
  if (judged && errors * 100 > maxErrorPercent * requests) {
    return `${requestsText({ requests, errors })}, more than ${maxErrorPercent} %`;
  }
  if (judged && maxLatencyMs !== undefined && latencyMs !== undefined && latencyMs > maxLatencyMs) {
    return `${latencyText(latencyMs)} at the ${ordinalOf(percentile)} percentile of ${counted(requests)} requests, more than ${maxLatencyMs} ms`;
  }
  if (metric === undefined || prometheus === undefined || 'problem' in metric) return undefined;
  const { value } = metric;
  const { max, min } = prometheus;
  if (max !== undefined && value > max) return `Prometheus says ${value}, more than ${max}`;
  if (min !== undefined && value < min) return `Prometheus says ${value}, less than ${min}`;
  return undefined;
}

function missingOf({ needed }: Analysis, { requests, metric }: Observation): string | undefined {
  if (requests < needed) return `${counted(requests)} of ${counted(needed)} requests`;
  return metric !== undefined && 'problem' in metric ? `Prometheus: ${metric.problem}` : undefined;
}

/** Percent, to two places. */
export function errorPercentOf({ requests, errors }: Pick<Observation, 'requests' | 'errors'>): number | undefined {
  return requests === 0 ? undefined : Math.round((errors / requests) * 10_000) / 100;
}

/** `0.2 % errors (2 of 1,204 requests)` */
export function requestsText(counts: Pick<Observation, 'requests' | 'errors'>): string {
  const percent = errorPercentOf(counts);
  if (percent === undefined) return 'no requests';
  return `${percent} % errors (${counted(counts.errors)} of ${counted(counts.requests)} requests)`;
}

function latencyText(ms: number): string {
  return Number.isFinite(ms) ? `${ms} ms` : 'more than a minute';
}

function counted(count: number): string {
  return count.toLocaleString('en-US');
}

/** 95th, 99.9th, 1st, 92nd. */
function ordinalOf(percentile: number): string {
  const last = Number.isInteger(percentile) && Math.floor(percentile / 10) !== 1 ? percentile % 10 : 0;
  return `${percentile}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`;
}
