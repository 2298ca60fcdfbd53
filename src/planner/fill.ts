import type { PlacementDecision } from '../domain/replica/events.ts';
import type { Candidates } from './placement/candidate.ts';
import type { Demand } from './placement/demand.ts';
import { place } from './placement/place.ts';
import { rank } from './placement/ranking.ts';
import type { Action } from './plan.ts';
import type { Slot } from './slots.ts';

/** A slot that the strategy or the recovery wants filled. */
export interface Wanted {
  readonly slot: Slot;
  readonly reason: string;
}

export interface Filled {
  readonly actions: readonly Action[];
  /** Why slots stay empty, with numbers; at most one line. */
  readonly unplaced: readonly string[];
}

/** Finds a node for one slot after the other. Once one fits nowhere, the identical ones after it need not be tried. */
export function fill(
  wanted: readonly Wanted[],
  candidates: Candidates,
  demand: Demand,
  { revision, seed }: { readonly revision: number; readonly seed: number },
): Filled {
  const [first] = wanted;
  if (first === undefined) return { actions: [], unplaced: [] };
  const ranking = rank(candidates, demand, `${seed}/${first.slot.replicaId}`);
  const actions: Action[] = [];
  for (const [index, { slot, reason }] of wanted.entries()) {
    const { reservation, decision } = place(ranking);
    if (reservation === undefined) return { actions, unplaced: [refusal(wanted.length - index, decision)] };
    actions.push({ type: 'schedule', ...slot, revision, reservation, decision, reason });
  }
  return { actions, unplaced: [] };
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
