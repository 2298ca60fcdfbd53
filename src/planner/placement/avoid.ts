import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';
import { lacksOf } from './filters.ts';
import { place, type Placement } from './place.ts';

/** Failures of one replica on one node, since its count began anew, from which another node is tried first. */
const TOO_OFTEN = 2;

/** The nodes on which a replica has failed so often, with how often. */
export function avoidOf({ failedOn = {} }: Pick<ReplicaState, 'failedOn'>): ReadonlyMap<string, number> {
  return new Map(Object.entries(failedOn).filter(([, failures]) => failures >= TOO_OFTEN));
}

/** As `place`, but a node to avoid is only taken when no other will do; the decision says of each why it was passed over. */
export function placeAvoiding(
  candidates: readonly Candidate[],
  demand: Demand,
  replicaId: string,
  seed: number,
  avoid: ReadonlyMap<string, number> = new Map(),
): Placement {
  const others = candidates.filter(({ view }) => !avoid.has(view.node.id));
  const yields = others.length === candidates.length || !others.some((each) => lacksOf(each, demand).length === 0);
  if (yields) return place(candidates, demand, replicaId, seed);
  const placement = place(others, demand, replicaId, seed);
  const avoided = candidates
    .filter(({ view }) => avoid.has(view.node.id))
    .map(({ view: { node } }) => ({
      nodeId: node.id,
      filter: 'failures',
      need: `fewer than ${TOO_OFTEN} of this replica`,
      have: String(avoid.get(node.id)),
    }));
  const decision = {
    ...placement.decision,
    considered: candidates.length,
    excluded: [...placement.decision.excluded, ...avoided],
  };
  return { ...placement, decision };
}
