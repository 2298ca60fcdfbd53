import { evolveAllotment } from '../../domain/node/allotment.ts';
import { evolveNode } from '../../domain/node/evolve.ts';
import type { HypotheticalNode } from '../../domain/node/parse-hypothetical.ts';
import type { EventOf } from '../../domain/event.ts';
import { InvalidInput, type Problem } from '../../domain/problem.ts';
import type { NodeView } from '../snapshot.ts';

/** What is supposed of the nodes. */
export interface Hypothesis {
  /** Ids or URLs: as if their engines had not answered for so long that they are given up. */
  readonly withoutNodes: readonly string[];
  readonly withNodes: readonly HypotheticalNode[];
}

/** The nodes as the hypothesis has them. Throws InvalidInput for a node that there is not, or one that there is already. */
export function nodesUnder(nodes: readonly NodeView[], { withoutNodes, withNodes }: Hypothesis): readonly NodeView[] {
  const problems: Problem[] = [];
  const gone = new Set(withoutNodes.map((asked, index) => idOf(nodes, asked, `withoutNodes[${index}]`, problems)));
  const taken = new Set(nodes.map(({ node }) => node.id));
  const added = withNodes.flatMap((one, index) => {
    if (taken.has(one.name)) {
      problems.push({
        field: `withNodes[${index}].name`,
        message: `there is a node ${one.name} already`,
        hint: 'choose another name',
      });
    }
    taken.add(one.name);
    return viewOf(one);
  });
  if (problems.length > 0) throw new InvalidInput(problems);
  return [...nodes.map((view) => (gone.has(view.node.id) ? lost(view) : view)), ...added].toSorted((left, right) =>
    left.node.id < right.node.id ? -1 : 1,
  );
}

function idOf(nodes: readonly NodeView[], asked: string, field: string, problems: Problem[]): string {
  const found = nodes.find(({ node }) => node.id === asked || node.url === asked);
  if (found === undefined) {
    problems.push({ field, message: `there is no node ${asked}`, hint: 'oo node list shows those that there are' });
  }
  return found?.node.id ?? asked;
}

function lost({ node, allotment }: NodeView): NodeView {
  return { node: { ...node, liveness: 'lost' }, allotment };
}

/** As if it had just been registered: by the domain's own fold. */
function viewOf({ name, ...rest }: HypotheticalNode): readonly NodeView[] {
  const event: EventOf<'NodeRegistered'> = {
    type: 'NodeRegistered',
    data: { nodeId: name, url: `hypothetical://${name}`, ...rest },
  };
  const node = evolveNode(undefined, event);
  const allotment = evolveAllotment(undefined, event);
  return node === undefined || allotment === undefined ? [] : [{ node, allotment }];
}
