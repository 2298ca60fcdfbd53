import type { Recommendation } from './observation.ts';
import type { ScalingPolicy } from './policy.ts';

export interface Stabilised {
  readonly lowestInUpWindow: number;
  readonly highestInDownWindow: number;
  readonly afterWindow: number;
}

/**
 * The safest recommendation of the window wins: up only as far as every one of the last `upWindowMs` asked for, down only
 * as far as every one of the last `downWindowMs` allowed (Kubernetes, horizontal.go,
 * stabilizeRecommendationWithBehaviors). A recommendation counts while it is younger than the window.
 */
export function stabilise(
  current: number,
  recommended: number,
  recommendations: readonly Recommendation[],
  { upWindowMs, downWindowMs }: Pick<ScalingPolicy, 'upWindowMs' | 'downWindowMs'>,
): Stabilised {
  const during = (windowMs: number): readonly number[] => [
    recommended,
    ...recommendations.filter(({ ageMs }) => ageMs < windowMs).map(({ replicas }) => replicas),
  ];
  const lowestInUpWindow = Math.min(...during(upWindowMs));
  const highestInDownWindow = Math.max(...during(downWindowMs));
  const raised = Math.max(current, lowestInUpWindow);
  return { lowestInUpWindow, highestInDownWindow, afterWindow: Math.min(raised, highestInDownWindow) };
}
