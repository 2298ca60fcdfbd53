import type { PlacementDecision } from '../../src/domain/replica/events.ts';

/** What a placement that no planner made carries, where a test writes one: the node, as the only one that there was. */
export function inventedDecision(nodeId: string): PlacementDecision {
  return { considered: 1, excluded: [], scores: [{ nodeId, total: 1, parts: { invented: 1 } }] };
}
