import type { PlacementDecision } from '../../domain/replica/events.ts';
import type { Reservation } from '../../domain/template.ts';
import { take } from './candidate.ts';
import {
  bestOf,
  firstOf,
  nextRegion,
  regionsOf,
  settle,
  totalOf,
  type Ranking,
  type RegionRanking,
} from './ranking.ts';
import { partialScores, UNIT } from './scorers.ts';

const BEST_SHOWN = 5;

export type Placement =
  | { readonly reservation: Reservation; readonly decision: PlacementDecision }
  | { readonly reservation: undefined; readonly decision: PlacementDecision };

/** Chooses a node for one replica: the region that is due, then the best score. Takes what it needs. */
export function place(ranking: Ranking): Placement {
  const region = nextRegion(ranking);
  const first = region && firstOf(region);
  const decision = decisionOf(ranking, region);
  if (region === undefined || first === undefined) return { reservation: undefined, decision };
  const reservation = take(first.node.candidate, ranking.demand);
  settle(ranking, region);
  return { reservation, decision };
}

function decisionOf(ranking: Ranking, region: RegionRanking | undefined): PlacementDecision {
  const { considered, demand, exclusions } = ranking;
  const regions = regionsOf(ranking);
  const shown = region === undefined ? [] : bestOf(region, BEST_SHOWN);
  const scores = shown.map(({ zone, node }) => ({
    nodeId: node.candidate.view.node.id,
    total: totalOf(zone, node) / UNIT,
    parts: partialScores(node.candidate, demand, zone.siblings),
  }));
  return { considered, ...exclusions.tell(), ...(regions && { regions }), scores };
}
