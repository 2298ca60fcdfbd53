import { shown, type Input } from '../input.ts';
import type { Bounds } from '../input-value.ts';
import { PORT, urlPathOf } from '../probe/parse.ts';
import type { DeploymentSpec } from './events.ts';
import { flagOf } from './parse-flag.ts';
import type { AnalysisSpec, SmokeSpec } from './release-spec.ts';

/** Bounds of what a second set is released by; the schema that editors see has the same. */
export const RELEASE_BOUNDS = {
  keepSeconds: { min: 0, max: 604_800 },
  pauseSeconds: { min: 1, max: 604_800 },
  weight: { min: 1, max: 99 },
  steps: { min: 1, max: 50 },
  expectStatus: { min: 100, max: 599 },
  timeoutSeconds: { min: 1, max: 300 },
  maxErrorPercent: { min: 0, max: 100 },
  maxLatencyMs: { min: 1, max: 3_600_000 },
  percentile: { min: 1, max: 100 },
  maxRestarts: { min: 0, max: 10_000 },
  minRequests: { min: 1, max: 1_000_000_000 },
  intervalSeconds: { min: 1, max: 3_600 },
  query: { min: 1, max: 10_000 },
} as const satisfies Record<string, Bounds>;

type Strategy = NonNullable<DeploymentSpec['strategy']>;
export type Release = Pick<Strategy, 'automatic' | 'smoke' | 'keepSeconds' | 'steps' | 'analysis'>;

/** Which strategies each of the fields says something to. */
const FIELDS: Readonly<Record<keyof Release, readonly NonNullable<Strategy['type']>[]>> = {
  automatic: ['BlueGreen', 'Canary'],
  smoke: ['BlueGreen'],
  keepSeconds: ['BlueGreen'],
  steps: ['Canary'],
  analysis: ['Canary'],
};

/** How a second set takes over: the fields of BlueGreen and Canary. `type` undefined: one that there is not. */
export function releaseOf(input: Input, type: Strategy['type']): Release {
  for (const [field, types] of Object.entries(FIELDS)) {
    if (type === undefined || types.includes(type) || !input.has(field)) continue;
    input.problem(field, `says nothing to ${type}`, `leave it out, or write type: ${types.join(' or type: ')}`);
  }
  return {
    automatic: flagOf(input, 'automatic'),
    smoke: smokeOf(input.object('smoke')),
    keepSeconds: input.integer('keepSeconds', RELEASE_BOUNDS.keepSeconds),
    steps: stepsOf(input),
    analysis: analysisOf(input.object('analysis')),
  };
}

function smokeOf(input: Input | undefined): SmokeSpec | undefined {
  if (input === undefined) return undefined;
  return {
    path: urlPathOf(input),
    port: input.integer('port', PORT),
    expectStatus: input.integer('expectStatus', RELEASE_BOUNDS.expectStatus),
    timeoutSeconds: input.integer('timeoutSeconds', RELEASE_BOUNDS.timeoutSeconds),
  };
}

const STEP_FORM = '{weight: 25, pauseSeconds: 300}';

function stepsOf(input: Input): Release['steps'] {
  const steps = input.list('steps', (step) => {
    if (!step.has('weight')) step.problem('weight', 'is required', STEP_FORM);
    return {
      weight: step.integer('weight', RELEASE_BOUNDS.weight) ?? 0,
      pauseSeconds: step.integer('pauseSeconds', RELEASE_BOUNDS.pauseSeconds),
    };
  });
  if (steps === undefined) return undefined;
  const { min, max } = RELEASE_BOUNDS.steps;
  if (steps.length < min || steps.length > max) {
    input.problem(
      'steps',
      `has ${steps.length} steps`,
      `from ${min} to ${max} of them: [${STEP_FORM}]; or leave it out`,
    );
  }
  for (const [index, { weight }] of steps.entries()) {
    const before = steps[index - 1]?.weight ?? 0;
    if (weight > 0 && weight <= before) {
      const hint = `each is greater than the one before; 100 follows by itself after the last`;
      input.problem(`steps[${index}].weight`, `is ${weight} after ${before}`, hint);
    }
  }
  return steps;
}

function analysisOf(input: Input | undefined): AnalysisSpec | undefined {
  if (input === undefined) return undefined;
  const maxLatencyMs = input.integer('maxLatencyMs', RELEASE_BOUNDS.maxLatencyMs);
  const percentile = input.number('percentile', RELEASE_BOUNDS.percentile);
  if (percentile !== undefined && maxLatencyMs === undefined && !input.has('maxLatencyMs')) {
    input.problem('percentile', 'is of maxLatencyMs, which is not there', 'maxLatencyMs: 500');
  }
  return {
    maxErrorPercent: input.number('maxErrorPercent', RELEASE_BOUNDS.maxErrorPercent),
    maxLatencyMs,
    percentile,
    maxRestarts: input.integer('maxRestarts', RELEASE_BOUNDS.maxRestarts),
    minRequests: input.integer('minRequests', RELEASE_BOUNDS.minRequests),
    intervalSeconds: input.integer('intervalSeconds', RELEASE_BOUNDS.intervalSeconds),
    prometheus: prometheusOf(input.object('prometheus')),
  };
}

const URL_FORM = 'url: "http://prometheus:9090"';
const ANY_NUMBER: Bounds = { min: -1e15, max: 1e15 };

function prometheusOf(input: Input | undefined): AnalysisSpec['prometheus'] {
  if (input === undefined) return undefined;
  const url = input.requiredText('url', URL_FORM);
  if (url !== '') checkUrl(input, url);
  const query = input.requiredText('query', 'query: "sum(rate(errors_total[1m]))"');
  if (query.length > RELEASE_BOUNDS.query.max) {
    input.problem('query', `has ${query.length} characters`, `at most ${RELEASE_BOUNDS.query.max}`);
  }
  const max = input.number('max', ANY_NUMBER);
  const min = input.number('min', ANY_NUMBER);
  if (input.has('max') === input.has('min')) {
    const what = input.has('max') ? 'stands beside min' : 'is required, or min';
    input.problem(
      'max',
      what,
      'exactly one of them: max: 0.5 is passed by what is not above it, min: 0.5 by what is not below',
    );
  }
  return { url, query, max, min };
}

/** A password in it would be in the log. */
function checkUrl(input: Input, given: string): void {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || /\s/.test(given)) {
    return input.problem('url', `${shown(given)} is no URL of http or https`, URL_FORM);
  }
  if (url.username !== '' || url.password !== '') {
    input.problem('url', 'holds a user or a password, which would be kept in the log', 'a URL without them');
  }
}
