import type { PlacementDecision } from '../../domain/replica/events.ts';
import type { Reservation } from '../../domain/template.ts';
import { unitHash } from '../hash.ts';
import { take, type Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';
import { lacksOf } from './filters.ts';
import { SCORERS } from './scorers.ts';

const BEST_SHOWN = 5;

export type Placement =
  | { readonly reservation: Reservation; readonly decision: PlacementDecision }
  | { readonly reservation: undefined; readonly decision: PlacementDecision };

/** Chooses a node for one replica: filters, then the weighted sum of the scores; the seed breaks ties. Takes what it needs. */
export function place(candidates: readonly Candidate[], demand: Demand, replicaId: string, seed: number): Placement {
  const excluded: PlacementDecision['excluded'] = [];
  const scored: { candidate: Candidate; score: PlacementDecision['scores'][number]; tie: number }[] = [];
  for (const candidate of candidates) {
    const nodeId = candidate.view.node.id;
    const lacks = lacksOf(candidate, demand);
    if (lacks.length === 0) {
      scored.push({ candidate, score: scoreOf(candidate, demand), tie: unitHash(`${seed}/${replicaId}/${nodeId}`) });
    } else {
      excluded.push(...lacks.map((lack) => ({ nodeId, ...lack })));
    }
  }
  scored.sort((left, right) => right.score.total - left.score.total || left.tie - right.tie);
  const scores = scored.slice(0, BEST_SHOWN).map(({ score }) => score);
  const decision = { considered: candidates.length, excluded, scores };
  const [best] = scored;
  if (best === undefined) return { reservation: undefined, decision };
  take(best.candidate, demand);
  const { cpuMillis, memoryBytes, vramBytes, hostPorts } = demand;
  const nodeId = best.candidate.view.node.id;
  return { reservation: { nodeId, cpuMillis, memoryBytes, vramBytes, hostPorts: [...hostPorts] }, decision };
}

function scoreOf(candidate: Candidate, demand: Demand): PlacementDecision['scores'][number] {
  const parts: Record<string, number> = {};
  let total = 0;
  for (const [name, { weight, score }] of Object.entries(SCORERS)) {
    const part = rounded(score(candidate, demand));
    parts[name] = part;
    total += weight * part;
  }
  return { nodeId: candidate.view.node.id, total: rounded(total), parts };
}

/** Four decimals: what is compared is what is recorded. */
function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
