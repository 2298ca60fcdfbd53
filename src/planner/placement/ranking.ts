import type { PlacementDecision } from '../../domain/replica/events.ts';
import { unitHash } from '../hash.ts';
import type { Candidate, Candidates } from './candidate.ts';
import type { Demand } from './demand.ts';
import { exclusionsOf, type Exclusions } from './exclusions.ts';
import { fits } from './filters.ts';
import { best, heapOf, removeFirst, settleFirst, type Heap } from './heap.ts';
import { regionIndexOf, regionName } from './region.ts';
import { nodeScore, zoneScore, ZONE_WEIGHT } from './scorers.ts';

/** A node that will do, with what counts of it by itself. */
export interface Ranked {
  readonly candidate: Candidate;
  /** Its place among the candidates. */
  readonly index: number;
  /** In units. */
  score: number;
  readonly tie: number;
}

/** The nodes of one zone of one cluster that will do, best first. */
export interface Zone {
  /** Replicas of the deployment in it, on any of its nodes. */
  siblings: number;
  readonly nodes: Heap<Ranked>;
}

/** The zones that belong to one entry of targetRegions, best first. */
export interface RegionRanking {
  readonly name: string;
  siblings: number;
  /** Nodes that will do. */
  fitting: number;
  readonly zones: Heap<Zone>;
}

/** The nodes in the order in which identical replicas take them. */
export interface Ranking {
  readonly demand: Demand;
  readonly considered: number;
  readonly regions: readonly RegionRanking[];
  readonly exclusions: Exclusions;
}

/**
 * Filters and scores every node once. Taking one changes only its own score and that of its zone as a whole, so nodes are
 * kept in a heap per zone and zones in a heap per region: the next replica costs O(log n), and is placed exactly as if
 * everything were scored again. `salt` breaks ties. `eligible`: the others are passed over, but what they hold of the
 * deployment counts for their zones and regions all the same.
 */
export function rank(
  { all }: Candidates,
  demand: Demand,
  salt: string,
  eligible: (candidate: Candidate) => boolean = () => true,
): Ranking {
  const regions = (demand.regions.length === 0 ? [{}] : demand.regions).map((region) => {
    return { name: regionName(region), siblings: 0, fitting: 0, zones: new Map<string, Draft>() };
  });
  const exclusions = exclusionsOf(demand, all.length);
  for (const [index, candidate] of all.entries()) {
    const { node } = candidate.view;
    const region = regions[regionIndexOf(node, demand.regions) ?? -1];
    const zone = region && zoneOf(region.zones, node);
    if (region !== undefined && zone !== undefined) {
      region.siblings += candidate.siblings;
      zone.siblings += candidate.siblings;
    }
    if (!eligible(candidate)) continue;
    if (region === undefined || zone === undefined || !fits(candidate, demand)) {
      exclusions.add(candidate, index);
      continue;
    }
    region.fitting += 1;
    const tie = unitHash(`${salt}/${node.id}`);
    zone.nodes.push({ candidate, index, score: nodeScore(candidate, demand), tie });
  }
  return {
    demand,
    considered: all.length,
    regions: regions.map(({ zones, ...rest }) => ({ ...rest, zones: ranked([...zones.values()]) })),
    exclusions,
  };
}

interface Draft {
  siblings: number;
  readonly nodes: Ranked[];
}

function zoneOf(
  zones: Map<string, Draft>,
  { cluster, zone }: { readonly cluster: string; readonly zone: string },
): Draft {
  const name = `${cluster}/${zone}`;
  const known = zones.get(name);
  if (known !== undefined) return known;
  const fresh = { siblings: 0, nodes: [] };
  zones.set(name, fresh);
  return fresh;
}

function ranked(zones: readonly Draft[]): Heap<Zone> {
  const filled = zones.filter(({ nodes }) => nodes.length > 0);
  return heapOf(
    filled.map(({ siblings, nodes }): Zone => ({ siblings, nodes: heapOf(nodes, betterNode) })),
    betterZone,
  );
}

/** The region with the fewest replicas among those with a node that will do; the earlier of equals. */
export function nextRegion({ regions }: Ranking): RegionRanking | undefined {
  let next: RegionRanking | undefined;
  for (const region of regions) {
    if (region.fitting > 0 && (next === undefined || region.siblings < next.siblings)) next = region;
  }
  return next;
}

/** The best node of a region, with its zone. */
export function firstOf({ zones }: RegionRanking): { readonly zone: Zone; readonly node: Ranked } | undefined {
  const zone = zones.items[0];
  const node = zone?.nodes.items[0];
  return zone === undefined || node === undefined ? undefined : { zone, node };
}

/** The best node of a region has been taken once more: finds its new place, and its zone's. */
export function settle({ demand, exclusions }: Ranking, region: RegionRanking): void {
  const first = firstOf(region);
  if (first === undefined) return;
  const { zone, node } = first;
  zone.siblings += 1;
  region.siblings += 1;
  if (fits(node.candidate, demand)) {
    node.score = nodeScore(node.candidate, demand);
    settleFirst(zone.nodes);
  } else {
    exclusions.add(node.candidate, node.index);
    region.fitting -= 1;
    removeFirst(zone.nodes);
  }
  if (zone.nodes.items.length === 0) removeFirst(region.zones);
  else settleFirst(region.zones);
}

/** The best nodes of a region, best first. */
export function bestOf({ zones }: RegionRanking, count: number): readonly { zone: Zone; node: Ranked }[] {
  // The second zone's best is behind the first one's, so it can have one place less, and so on.
  return best(zones, count)
    .flatMap((zone, place) => best(zone.nodes, count - place).map((node) => ({ zone, node })))
    .sort(
      (left, right) =>
        totalOf(right.zone, right.node) - totalOf(left.zone, left.node) ||
        left.node.tie - right.node.tie ||
        left.node.index - right.node.index,
    )
    .slice(0, count);
}

/** The whole score of a node. In units. */
export function totalOf({ siblings }: Zone, { score }: Ranked): number {
  return score + ZONE_WEIGHT * zoneScore(siblings);
}

function betterNode(left: Ranked, right: Ranked): boolean {
  if (left.score !== right.score) return left.score > right.score;
  return left.tie === right.tie ? left.index < right.index : left.tie < right.tie;
}

function betterZone(left: Zone, right: Zone): boolean {
  const [one, other] = [left.nodes.items[0], right.nodes.items[0]];
  if (one === undefined || other === undefined) return other === undefined;
  const difference = totalOf(left, one) - totalOf(right, other);
  if (difference !== 0) return difference > 0;
  return one.tie === other.tie ? one.index < other.index : one.tie < other.tie;
}

/** How the region was chosen, where there were several. */
export function regionsOf({ regions }: Ranking): PlacementDecision['regions'] {
  if (regions.length < 2) return undefined;
  return regions.map(({ name, siblings, fitting }) => ({ region: name, replicas: siblings, nodes: fitting }));
}
