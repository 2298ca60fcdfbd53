import type { DeploymentSpec } from './events.ts';
import type { AnalysisSpec, SmokeSpec } from './release-spec.ts';

/** A strategy that puts a second set of replicas beside the first, with nothing left open. Times in milliseconds. */
export type Course = BlueGreenCourse | CanaryCourse;

export interface BlueGreenCourse {
  readonly type: 'BlueGreen';
  /** False: it is switched when somebody promotes it. */
  readonly automatic: boolean;
  readonly smoke: Smoke | undefined;
  /** How long the earlier set stays for an instant switch back. */
  readonly keepMs: number;
}

export interface CanaryCourse {
  readonly type: 'Canary';
  /** Weights rise, from 1 to 99; the whole follows after the last. */
  readonly steps: readonly CanaryStep[];
  readonly analysis: Analysis;
}

export interface CanaryStep {
  /** Percent of the requests. */
  readonly weight: number;
  /** Absent: until somebody promotes it. */
  readonly pauseMs: number | undefined;
}

export interface Smoke {
  readonly path: string;
  /** Absent: the container's first. */
  readonly port: number | undefined;
  /** Absent: any from 200 to 399. */
  readonly expectStatus: number | undefined;
  readonly timeoutMs: number;
}

/** What a canary is judged by, from the beginning of each step. */
export interface Analysis {
  readonly maxErrorPercent: number;
  /** Absent: not looked at. */
  readonly maxLatencyMs: number | undefined;
  readonly percentile: number;
  /** Failures of its replicas, those with a lost node apart. */
  readonly maxRestarts: number;
  /** Errors and latency of fewer requests say nothing. */
  readonly judgedFrom: number;
  /** Fewer requests do not let a step pass. */
  readonly needed: number;
  readonly intervalMs: number;
  readonly prometheus: AnalysisSpec['prometheus'];
}

/** What stands where nothing was said. */
export const COURSE_DEFAULTS = {
  keepSeconds: 300,
  smokeTimeoutSeconds: 10,
  steps: [
    { weight: 5, pauseSeconds: 60 },
    { weight: 25, pauseSeconds: 120 },
    { weight: 50, pauseSeconds: 120 },
  ],
  maxErrorPercent: 1,
  percentile: 99,
  maxRestarts: 1,
  /** One error among fewer would be more than 1 %. */
  judgedFrom: 100,
  intervalSeconds: 5,
} as const;

/** Undefined for the strategies that replace replicas in place: RollingUpdate and Recreate. */
export function courseOf({ strategy }: Pick<DeploymentSpec, 'strategy'>): Course | undefined {
  if (strategy?.type === 'BlueGreen') {
    const { automatic = true, smoke, keepSeconds = COURSE_DEFAULTS.keepSeconds } = strategy;
    return { type: 'BlueGreen', automatic, smoke: smoke && smokeOf(smoke), keepMs: keepSeconds * 1_000 };
  }
  if (strategy?.type !== 'Canary') return undefined;
  const { automatic = true, steps = COURSE_DEFAULTS.steps, analysis } = strategy;
  return {
    type: 'Canary',
    steps: steps.map(
      ({ weight, pauseSeconds }: { readonly weight: number; readonly pauseSeconds?: number | undefined }) => ({
        weight,
        pauseMs: automatic && pauseSeconds !== undefined ? pauseSeconds * 1_000 : undefined,
      }),
    ),
    analysis: analysisOf(analysis),
  };
}

function smokeOf({ path, port, expectStatus, timeoutSeconds }: SmokeSpec): Smoke {
  const timeoutMs = (timeoutSeconds ?? COURSE_DEFAULTS.smokeTimeoutSeconds) * 1_000;
  return { path, port, expectStatus, timeoutMs };
}

function analysisOf(spec: AnalysisSpec = {}): Analysis {
  return {
    maxErrorPercent: spec.maxErrorPercent ?? COURSE_DEFAULTS.maxErrorPercent,
    maxLatencyMs: spec.maxLatencyMs,
    percentile: spec.percentile ?? COURSE_DEFAULTS.percentile,
    maxRestarts: spec.maxRestarts ?? COURSE_DEFAULTS.maxRestarts,
    judgedFrom: spec.minRequests ?? COURSE_DEFAULTS.judgedFrom,
    needed: spec.minRequests ?? 0,
    intervalMs: (spec.intervalSeconds ?? COURSE_DEFAULTS.intervalSeconds) * 1_000,
    prometheus: spec.prometheus,
  };
}
