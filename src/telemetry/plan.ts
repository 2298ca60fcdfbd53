import type { Action } from '../planner/plan.ts';
import type { plan } from '../planner/planner.ts';
import { secondsSince, type Telemetry } from './telemetry.ts';

type Planner = typeof plan;

/** A planner whose plans are measured: how long, what they do, and what found no node. */
export function observedPlanner(planner: Planner, { metrics }: Pick<Telemetry, 'metrics'>): Planner {
  return (snapshot) => {
    const begin = performance.now();
    const planned = planner(snapshot);
    metrics.observe('plan_duration_seconds', {}, secondsSince(begin));
    for (const [action, all] of Map.groupBy(planned.actions, nameOf)) {
      metrics.count('plan_actions_total', { action }, all.length);
    }
    for (const { replicas, filters } of planned.lacks ?? []) {
      for (const filter of filters.length === 0 ? ['no_node'] : filters) {
        metrics.count('placement_refusals_total', { filter: filter.replaceAll(' ', '_') }, replicas);
      }
    }
    return planned;
  };
}

function nameOf({ type }: Action): string {
  return type.replaceAll(' ', '_');
}
