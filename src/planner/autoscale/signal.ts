import type { SignalReading } from '../../domain/deployment/scaling.ts';
import type { Observation, Quantities, ReplicaUse } from './observation.ts';

export type Signal = SignalReading['signal'];

/** Usage this close to its target changes nothing: `--horizontal-pod-autoscaler-tolerance` of Kubernetes. */
const TOLERANCE = 0.1;

/** Binary fractions: 1.2 * 5 is a little more than 6, and still 6. */
const ROUNDING = 1e-9;

const QUANTITY = { cpu: 'cpuMillis', memory: 'memoryBytes' } as const satisfies Record<Signal, keyof Quantities>;

/**
 * What one signal asks for: `desired = ceil(current * usage / target)`, by the rules of Kubernetes' horizontal pod
 * autoscaler (pkg/controller/podautoscaler/replica_calculator.go, GetResourceReplicas): within the tolerance nothing
 * changes; on the way down an unmeasured replica counts as using all that it requests, on the way up as using nothing,
 * and so does one that is starting; what these assumptions would turn into the other direction changes nothing.
 * Undefined when no replica was measured.
 */
export function readSignal(signal: Signal, targetPercent: number, observation: Observation): SignalReading | undefined {
  const { ready, current } = observation;
  const quantity = QUANTITY[signal];
  // A replica that requests nothing, as one of an earlier revision may, has no percentage.
  const counted = ready.filter(({ requested }) => requested[quantity] > 0);
  const known = counted.filter(isMeasured);
  if (known.length === 0) return undefined;
  const sums = {
    used: total(known.map(({ used }) => used[quantity])),
    requested: total(known.map(({ requested }) => requested[quantity])),
  };
  const usagePercent = (sums.used / sums.requested) * 100;
  const { ratio, replicas } = countedIn(observation, quantity, { ...sums, known: known.length, targetPercent });
  const raw = ceil(ratio * replicas);
  return {
    signal,
    usagePercent,
    targetPercent,
    requested: observation.requested[quantity],
    ready: counted.length,
    starting: observation.starting,
    missing: counted.length - known.length,
    ratio,
    raw,
    desired: tolerated({ first: usagePercent / targetPercent, ratio, raw, current, targetPercent }),
  };
}

interface Measured {
  readonly used: number;
  readonly requested: number;
  readonly known: number;
  readonly targetPercent: number;
}

/** The ratio over all replicas, with what is assumed of those that were not measured. */
function countedIn(
  { ready, starting, requested }: Observation,
  quantity: keyof Quantities,
  { known, targetPercent, ...sums }: Measured,
): { ratio: number; replicas: number } {
  const unmeasured = ready.filter((replica) => replica.requested[quantity] > 0 && !isMeasured(replica));
  const direction = Math.sign(sums.used * 100 - sums.requested * targetPercent);
  const assumed = total(unmeasured.map((replica) => replica.requested[quantity]));
  const arriving = direction > 0 ? starting : 0;
  const used = sums.used + (direction < 0 ? assumed : 0);
  const all = sums.requested + (direction === 0 ? 0 : assumed) + arriving * requested[quantity];
  const replicas = known + (direction === 0 ? 0 : unmeasured.length) + arriving;
  return { ratio: (used * 100) / (all * targetPercent), replicas };
}

function tolerated({
  first,
  ratio,
  raw,
  current,
  targetPercent,
}: {
  first: number;
  ratio: number;
  raw: number;
  current: number;
  targetPercent: number;
}): number {
  const turned = (first < 1 && ratio > 1) || (first > 1 && ratio < 1);
  if (turned || Math.abs(ratio - 1) <= toleranceOf(targetPercent) + ROUNDING) return current;
  return ratio > 1 ? Math.max(current, raw) : Math.min(current, raw);
}

/**
 * A request is a limit here, so usage ends at 100 %: a target above 90 % could never be exceeded by a tenth. There the
 * tolerance is half of what is left.
 */
function toleranceOf(targetPercent: number): number {
  return Math.min(TOLERANCE, (100 / targetPercent - 1) / 2);
}

function isMeasured(replica: ReplicaUse): replica is ReplicaUse & { readonly used: Quantities } {
  return replica.used !== undefined;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}

function ceil(value: number): number {
  return Math.ceil(value - ROUNDING);
}
