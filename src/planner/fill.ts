import type { MoveState } from '../domain/deployment/evolve.ts';
import type { PlacementDecision } from '../domain/replica/events.ts';
import type { Candidate } from './placement/candidate.ts';
import type { Demand } from './placement/demand.ts';
import { placeAvoiding } from './placement/avoid.ts';
import { place } from './placement/place.ts';
import type { Action } from './plan.ts';
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
}

/** Finds a node for one slot after the other. Once one fits nowhere, the identical ones after it need not be tried. */
export function fill(
  wanted: readonly Wanted[],
  candidates: readonly Candidate[],
  demand: Demand,
  { revision, seed }: { readonly revision: number; readonly seed: number },
): Filled {
  const actions: Action[] = [];
  for (const [index, { slot, reason, move, avoid }] of wanted.entries()) {
    const home = move === undefined ? [] : candidates.filter(({ view }) => view.node.id === move.to);
    const there = place(home, demand, slot.replicaId, seed);
    const { reservation, decision } =
      there.reservation === undefined ? placeAvoiding(candidates, demand, slot.replicaId, seed, avoid) : there;
    if (reservation === undefined) return { actions, unplaced: [refusal(wanted.length - index, decision)] };
    const moves = move === undefined ? {} : { moves: move.replicaId };
    actions.push({ type: 'schedule', ...slot, revision, reservation, decision, reason, ...moves });
  }
  return { actions, unplaced: [] };
}

const NODES_NAMED = 3;

function refusal(count: number, { considered, excluded }: PlacementDecision): string {
  const what = count === 1 ? '1 replica fits' : `${count} replicas fit`;
  if (considered === 0) return `${what} no node: there is none, add one with "oo node add URL"`;
  const byNode = [...Map.groupBy(excluded, ({ nodeId }) => nodeId)];
  const named = byNode
    .slice(0, NODES_NAMED)
    .map(
      ([nodeId, lacks]) =>
        `${nodeId} ${lacks.map(({ filter, need, have }) => `${filter} needs ${need}, has ${have}`).join(' and ')}`,
    );
  const more = byNode.length > NODES_NAMED ? [`and ${byNode.length - NODES_NAMED} more nodes`] : [];
  return `${what} no node: ${[...named, ...more].join('; ')}`;
}
