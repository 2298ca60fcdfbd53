import type { Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';

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

/** Early in the order of targetRegions. */
const region: Scorer = ({ view: { node } }, { regions }) => {
  const index = regions.findIndex(
    ({ cluster, zone }) => (cluster ?? node.cluster) === node.cluster && (zone ?? node.zone) === node.zone,
  );
  return index < 0 ? 1 : 1 / (1 + index);
};

/** Every scorer with its weight. */
export const SCORERS: Readonly<Record<string, { readonly weight: number; readonly score: Scorer }>> = {
  spread: { weight: 4, score: spread },
  balance: { weight: 2, score: balance },
  region: { weight: 1, score: region },
};

function share(left: number, all: number): number {
  return all <= 0 ? 0 : Math.max(0, Math.min(1, left / all));
}
