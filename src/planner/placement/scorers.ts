import type { Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';

/** Scores are counted in whole parts of this, so that what is compared is what is recorded, and sums are exact. */
export const UNIT = 10_000;

/** 0 (worst) to 1 (best). */
type Scorer = (candidate: Candidate, demand: Demand) => number;

/** Few siblings on the node: a node that is lost takes few replicas of one deployment with it. */
const spread: Scorer = ({ siblings }) => 1 / (1 + siblings);

/** Much of the scarcer of CPU and memory left after placing: nodes fill evenly. */
const balance: Scorer = ({ cpuMillis, memoryBytes, view }, demand) => {
  const { capacity } = view.node;
  const cpu = share(cpuMillis - demand.cpuMillis, capacity.cpuMillis);
  const memory = share(memoryBytes - demand.memoryBytes, capacity.memoryBytes);
  return Math.min(cpu, memory);
};

/** The image is there already: the replica starts without a pull. */
const image: Scorer = ({ view }, { imageOn }) => (imageOn.has(view.node.id) ? 1 : 0);

/** Nodes with cards are left to those who need cards: their CPU and memory are what the cards cannot be used without. */
const cards: Scorer = ({ cards: own }, { gpus }) => (gpus > 0 || own.length === 0 ? 1 : 0);

/** What counts of a node by itself, with its weight. */
export const NODE_SCORERS: readonly { readonly name: string; readonly weight: number; readonly score: Scorer }[] = [
  { name: 'spread', weight: 4, score: spread },
  { name: 'balance', weight: 2, score: balance },
  { name: 'cards', weight: 3, score: cards },
  { name: 'image', weight: 1, score: image },
];

/** As much as a sibling on the node: the zone counts for nodes with equally many. */
export const ZONE_WEIGHT = 4;

/** Few siblings in the zone: the same for every node in it. In units. */
export function zoneScore(siblings: number): number {
  return Math.round(UNIT / (1 + siblings));
}

/** The weighted sum of what counts of the node by itself. In units. */
export function nodeScore(candidate: Candidate, demand: Demand): number {
  return NODE_SCORERS.reduce((sum, { weight, score }) => sum + weight * inUnits(score(candidate, demand)), 0);
}

/** Every partial score by its name, from 0 to 1. */
export function partialScores(candidate: Candidate, demand: Demand, zoneSiblings: number): Record<string, number> {
  const parts: Record<string, number> = {};
  for (const { name, score } of NODE_SCORERS) parts[name] = inUnits(score(candidate, demand)) / UNIT;
  parts['zones'] = zoneScore(zoneSiblings) / UNIT;
  return parts;
}

function inUnits(score: number): number {
  return Math.round(score * UNIT);
}

function share(left: number, all: number): number {
  return all <= 0 ? 0 : Math.max(0, Math.min(1, left / all));
}
