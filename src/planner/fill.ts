import type { MoveState } from '../domain/deployment/evolve.ts';
import type { PlacementDecision } from '../domain/replica/events.ts';
import type { Candidates } from './placement/candidate.ts';
import type { Demand } from './placement/demand.ts';
import { placeAvoiding } from './placement/avoid.ts';
import { place, type Placement } from './placement/place.ts';
import { rank, type Ranking } from './placement/ranking.ts';
import type { Action, Lacks } from './plan.ts';
import type { Slot } from './slots.ts';

/** A slot that the strategy or the recovery wants filled. */
export interface Wanted {
  readonly slot: Slot;
  readonly reason: string;
  /** The move that it carries out: its node is taken while it fits. */
  readonly move?: MoveState;
  /** Nodes to take only when no other will do, with how often the replica has failed there. */
  readonly avoid?: ReadonlyMap<string, number>;
}

export interface Filled {
  readonly actions: readonly Action[];
  /** Why slots stay empty, with numbers; at most one line. */
  readonly unplaced: readonly string[];
  /** The same for counting. */
  readonly lacks?: Lacks;
}

/**
 * Finds a node for one slot after the other. Once one fits nowhere, the identical ones after it need not be tried. Those
 * with a wish of their own come first; the others are alike, and share one ranking of the nodes.
 */
export function fill(
  wanted: readonly Wanted[],
  candidates: Candidates,
  demand: Demand,
  { revision, seed }: { readonly revision: number; readonly seed: number },
): Filled {
  const ordered = [...wanted.filter(isSpecial), ...wanted.filter((each) => !isSpecial(each))];
  let shared: Ranking | undefined;
  const actions: Action[] = [];
  for (const [index, each] of ordered.entries()) {
    const { slot, reason, move } = each;
    const salt = `${seed}/${slot.replicaId}`;
    const { reservation, decision } = isSpecial(each)
      ? placeSpecial(each, candidates, demand, salt)
      : place((shared ??= rank(candidates, demand, salt)));
    if (reservation === undefined) {
      const count = wanted.length - index;
      return { actions, unplaced: [refusal(count, decision)], lacks: lacksOf(count, decision) };
    }
    const moves = move === undefined ? {} : { moves: move.replicaId };
    actions.push({ type: 'schedule', ...slot, revision, reservation, decision, reason, ...moves });
  }
  return { actions, unplaced: [] };
}

function isSpecial({ move, avoid }: Wanted): boolean {
  return move !== undefined || (avoid !== undefined && avoid.size > 0);
}

/** A move goes to its own node while it fits there. */
function placeSpecial({ move, avoid }: Wanted, candidates: Candidates, demand: Demand, salt: string): Placement {
  const there =
    move === undefined ? undefined : place(rank(candidates, demand, salt, ({ view }) => view.node.id === move.to));
  return there?.reservation === undefined ? placeAvoiding(candidates, demand, salt, avoid) : there;
}

/** Which filters kept the replicas off nodes; none where there is no node. */
function lacksOf(replicas: number, { excluded, excludedBy = [] }: PlacementDecision): Lacks {
  return { replicas, filters: [...new Set([...excluded, ...excludedBy].map(({ filter }) => filter))] };
}

const NODES_NAMED = 3;

function refusal(count: number, { considered, excluded, excludedBy }: PlacementDecision): string {
  const what = count === 1 ? '1 replica fits' : `${count} replicas fit`;
  if (considered === 0) return `${what} no node: there is none, add one with "oo node add URL"`;
  if (excludedBy !== undefined) return `${what} none of ${considered} nodes: ${excludedBy.map(summary).join('; ')}`;
  const byNode = [...Map.groupBy(excluded, ({ nodeId }) => nodeId)];
  const named = byNode
    .slice(0, NODES_NAMED)
    .map(
      ([nodeId, lacks]) =>
        `${nodeId} ${lacks.map(({ filter, need, have }) => `${filter} needs ${need}, has ${have}`).join(' and ')}`,
    );
  const rest = byNode.length - NODES_NAMED;
  const more = rest > 0 ? [`and ${rest} more ${rest === 1 ? 'node' : 'nodes'}`] : [];
  return `${what} no node: ${[...named, ...more].join('; ')}`;
}

function summary({ filter, need, nodes, examples }: NonNullable<PlacementDecision['excludedBy']>[number]): string {
  const named = examples.map(({ nodeId, have }) => `${nodeId} has ${have}`).join(', ');
  return `${filter} needs ${need}: ${nodes} ${nodes === 1 ? 'node lacks' : 'nodes lack'} it (${nodes > examples.length ? 'as ' : ''}${named})`;
}
