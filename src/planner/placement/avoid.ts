import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Candidate, Candidates } from './candidate.ts';
import type { Demand } from './demand.ts';
import { fits } from './filters.ts';
import { place, type Placement } from './place.ts';
import { rank } from './ranking.ts';

/** Failures of one replica on one node, since its count began anew, from which another node is tried first. */
const TOO_OFTEN = 2;

/** The nodes on which a replica has failed so often, with how often. */
export function avoidOf({ failedOn = {} }: Pick<ReplicaState, 'failedOn'>): ReadonlyMap<string, number> {
  return new Map(Object.entries(failedOn).filter(([, failures]) => failures >= TOO_OFTEN));
}

/** Places one replica; a node to avoid is only taken when no other will do. The decision says of each why it was passed over. */
export function placeAvoiding(
  candidates: Candidates,
  demand: Demand,
  salt: string,
  avoid: ReadonlyMap<string, number> = new Map(),
): Placement {
  const preferred = ({ view }: Candidate): boolean => !avoid.has(view.node.id);
  const yields = avoid.size === 0 || !candidates.all.some((each) => preferred(each) && fits(each, demand));
  if (yields) return place(rank(candidates, demand, salt));
  const placement = place(rank(candidates, demand, salt, preferred));
  const avoided = candidates.all
    .filter((each) => !preferred(each))
    .map(({ view: { node } }) => ({
      nodeId: node.id,
      filter: 'failures',
      need: `fewer than ${TOO_OFTEN} of this replica`,
      have: String(avoid.get(node.id)),
    }));
  return {
    ...placement,
    decision: { ...placement.decision, excluded: [...placement.decision.excluded, ...avoided] },
  };
}
