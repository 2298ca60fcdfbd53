import type { ScalingNumbers, SignalReading } from '../../domain/deployment/scaling.ts';
import { formatBytes, formatCpu } from '../../domain/quantity.ts';
import type { Looked } from './looked.ts';
import type { Observation } from './observation.ts';

const NAME = { cpu: 'CPU', memory: 'memory' } as const;

/** `CPU 83 % of 500m over 3 replicas, target 70 %: 4 wanted; at most 3 (maxReplicas)`. */
export function sentenceOf(observation: Observation, looked: readonly Looked[], numbers: ScalingNumbers): string {
  if (observation.halted !== undefined) return `${numbers.current} kept: ${observation.halted}`;
  const seen = looked.map((each) => describeSignal(each, observation.ready.length)).join('; ');
  if (numbers.signals.length === 0) return `${seen}: ${numbers.current} kept`;
  const outcome = [`${numbers.recommended} wanted`, ...limits(observation, numbers)].join('; ');
  return `${seen}: ${outcome}`;
}

function describeSignal({ signal, requested, reading }: Looked, ready: number): string {
  if (!requested) return `${NAME[signal]} is not looked at, resources.${signal} is not set`;
  if (reading === undefined) {
    return ready === 0
      ? `${NAME[signal]} unknown, no replica is ready`
      : `${NAME[signal]} of ${ready} ready not measured yet`;
  }
  return describeReading(reading);
}

/** `CPU 83 % of 500m over 3 replicas (1 starting, 1 not measured), target 70 %`. */
export function describeReading(reading: SignalReading): string {
  const { signal, usagePercent, targetPercent, requested, ready, starting, missing } = reading;
  const quantity = signal === 'cpu' ? formatCpu(requested) : formatBytes(requested);
  const asides = [
    ...(starting > 0 ? [`${starting} starting`] : []),
    ...(missing > 0 ? [`${missing} not measured`] : []),
  ];
  const aside = asides.length === 0 ? '' : ` (${asides.join(', ')})`;
  const over = `${ready} ${ready === 1 ? 'replica' : 'replicas'}${aside}`;
  return `${NAME[signal]} ${Math.round(usagePercent)} % of ${quantity} over ${over}, target ${targetPercent} %`;
}

/** What made the wanted count another one than the recommended. */
function limits({ policy, unsettled }: Observation, numbers: ScalingNumbers): readonly string[] {
  const { current, recommended, afterWindow, stepLimit, min, max, wanted } = numbers;
  const held = recommended !== afterWindow;
  const seconds = (recommended > current ? policy.upWindowMs : policy.downWindowMs) / 1_000;
  const extreme = recommended > current ? numbers.lowestInUpWindow : numbers.highestInDownWindow;
  return [
    ...(held
      ? [`${afterWindow} for now: ${extreme} ${extreme === 1 ? 'was' : 'were'} wanted within the last ${seconds} s`]
      : []),
    ...(afterWindow > stepLimit && stepLimit < max ? [`at most ${stepLimit} in one step from ${current}`] : []),
    ...(Math.min(afterWindow, stepLimit) > max ? [`at most ${max} (maxReplicas)`] : []),
    ...(afterWindow < min ? [`at least ${min} (minReplicas)`] : []),
    ...(unsettled !== undefined && Math.max(min, afterWindow) < current && wanted === current
      ? [`not down: ${unsettled}`]
      : []),
  ];
}
