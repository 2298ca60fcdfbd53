import type { ScalingNumbers } from '../../domain/deployment/scaling.ts';
import { within } from '../../domain/deployment/scaling-bounds.ts';
import type { Looked } from './looked.ts';
import type { Observation, Quantities, Recommendation } from './observation.ts';
import { sentenceOf } from './sentence.ts';
import { readSignal, type Signal } from './signal.ts';
import { stabilise } from './stabilise.ts';
import { stepLimit } from './step-limit.ts';

/** How many replicas a deployment should have, and why. It is a change when `to` is another number than `from`. */
export interface ScalingDecision {
  readonly from: number;
  readonly to: number;
  readonly numbers: ScalingNumbers;
  /** The decision in words and numbers. */
  readonly sentence: string;
  /** What the windows of later decisions look back at. */
  readonly remember: readonly number[];
}

/**
 * How many replicas there should be: the larger of the signals, then the windows, the largest step, and the bounds, in
 * Kubernetes' order (horizontal.go, normalizeDesiredReplicasWithBehaviors). Pure: the same observation gives the same decision.
 */
export function decideScale(observation: Observation): ScalingDecision {
  const { policy, current, halted, unsettled } = observation;
  const looked = look(observation);
  const recommended = halted === undefined ? recommend(current, looked) : current;
  const seeded = seed(observation);
  const stabilised = stabilise(current, recommended, seeded, policy);
  const limit = stepLimit(current);
  const bounded = within(Math.min(stabilised.afterWindow, limit), policy);
  const wanted = halted !== undefined || (unsettled !== undefined && bounded < current) ? current : bounded;
  const { min, max } = policy;
  const signals = looked.flatMap(({ reading }) => reading ?? []);
  const numbers = { current, signals, recommended, ...stabilised, stepLimit: limit, min, max, wanted };
  return {
    from: current,
    to: wanted,
    numbers,
    sentence: sentenceOf(observation, looked, numbers),
    remember: [...(seeded === observation.recommendations ? [] : [current]), recommended],
  };
}

function look(observation: Observation): readonly Looked[] {
  const { policy, requested, ready } = observation;
  const signals: readonly (readonly [Signal, keyof Quantities, number | undefined])[] = [
    ['cpu', 'cpuMillis', policy.cpuPercent],
    ['memory', 'memoryBytes', policy.memoryPercent],
  ];
  return signals.flatMap(([signal, quantity, percent]): Looked[] => {
    if (percent === undefined) return [];
    const anyRequest = requested[quantity] > 0 || ready.some((replica) => replica.requested[quantity] > 0);
    return [{ signal, requested: anyRequest, reading: readSignal(signal, percent, observation) }];
  });
}

/** The larger of the signals wins. One that is blind can forbid to go down, and nothing else (horizontal.go, computeReplicasForMetrics). */
function recommend(current: number, looked: readonly Looked[]): number {
  const wanted = looked.filter(({ requested }) => requested);
  const desired = wanted.flatMap(({ reading }) => (reading === undefined ? [] : [reading.desired]));
  const blind = desired.length < wanted.length || wanted.length === 0;
  return Math.max(...desired, ...(blind ? [current] : []));
}

/** Who looks for the first time, or again after a long while, takes what there is for what was asked for until now. */
function seed({ current, recommendations }: Observation): readonly Recommendation[] {
  return recommendations.length === 0 ? [{ replicas: current, ageMs: 0 }] : recommendations;
}
