import type { PlacementDecision } from '../../domain/replica/events.ts';
import type { Candidate } from './candidate.ts';
import type { Demand } from './demand.ts';
import { failing, lacksOf } from './filters.ts';

/** Up to so many nodes a decision lists what each lacks; a larger fleet is summed up, or decisions would outgrow the log. */
export const LISTED_NODES = 50;
const EXAMPLES = 3;

type Excluded = Pick<PlacementDecision, 'excluded' | 'excludedBy'>;

/** The nodes that were left out for one demand. What it tells is made anew only when a node was added. */
export interface Exclusions {
  add(candidate: Candidate, index: number): void;
  tell(): Excluded;
}

/** For a fleet of so many nodes. */
export function exclusionsOf(demand: Demand, nodes: number): Exclusions {
  const kept = nodes <= LISTED_NODES ? listed(demand) : summed(demand);
  let told: Excluded | undefined;
  return {
    add(candidate, index) {
      told = undefined;
      kept.add(candidate, index);
    },
    tell() {
      told ??= kept.tell();
      return told;
    },
  };
}

/** Everything that each node lacks, in the order of the nodes. */
function listed(demand: Demand): Exclusions {
  const byNode = new Map<number, Excluded['excluded']>();
  return {
    add(candidate, index) {
      const nodeId = candidate.view.node.id;
      byNode.set(
        index,
        lacksOf(candidate, demand).map((lack) => ({ nodeId, ...lack })),
      );
    },
    tell: () => ({ excluded: [...byNode].sort(([left], [right]) => left - right).flatMap(([, lacks]) => lacks) }),
  };
}

/** By filter and need: how many nodes, and the first few of them. */
function summed(demand: Demand): Exclusions {
  const sums = new Map<string, NonNullable<Excluded['excludedBy']>[number]>();
  return {
    add(candidate) {
      for (const filter of failing(candidate, demand)) {
        const need = filter.need(demand, candidate);
        const key = `${filter.name} ${need}`;
        const { nodes = 0, examples = [] } = sums.get(key) ?? {};
        const example = { nodeId: candidate.view.node.id, have: filter.have(candidate, demand) };
        const more = examples.length < EXAMPLES ? [...examples, example] : examples;
        sums.set(key, { filter: filter.name, need, nodes: nodes + 1, examples: more });
      }
    },
    tell: () => ({ excluded: [], excludedBy: [...sums.values()] }),
  };
}
