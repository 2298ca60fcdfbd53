import type { PlacementDecision } from '../../domain/replica/events.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import type { Reservation } from '../../domain/template.ts';
import { candidatesOf } from '../placement/candidate.ts';
import type { Demand } from '../placement/demand.ts';
import { place } from '../placement/place.ts';
import { rank } from '../placement/ranking.ts';
import { siblingsOf } from '../siblings.ts';
import type { NodeView } from '../snapshot.ts';
import { book } from '../outcome.ts';

type Score = PlacementDecision['scores'][number];

/** What placement thinks of the home that a replica has, and of the best that it could have instead. */
export interface Homes {
  /** Undefined when it would not be placed there today; `lacks` says why. */
  readonly present: Score | undefined;
  readonly lacks: PlacementDecision['excluded'];
  /** The best of the others that hold no more siblings than its home would keep beside it. */
  readonly best: { readonly score: Score; readonly reservation: Reservation } | undefined;
}

/** Ties go the same way every time: nothing may move because a seed has changed. */
const SEED = 0;

/** Judges both by placement's own filters and scorers, as if the replica were about to be placed anew. */
export function homesOf(
  replica: ReplicaState,
  peers: readonly ReplicaState[],
  nodes: ReadonlyMap<string, NodeView>,
  demand: Demand,
): Homes {
  const without = new Map(nodes);
  const { id: replicaId, deploymentId, generation, nodeId, reservation } = replica;
  if (reservation !== undefined) {
    book(without, { type: 'ReplicaStopped', data: { replicaId, deploymentId, generation, released: reservation } });
  }
  const siblings = siblingsOf(peers.filter(({ id }) => id !== replicaId));
  const beside = siblings.get(nodeId) ?? 0;
  const candidates = candidatesOf([...without.values()], siblings);
  const salt = `${SEED}/${replicaId}`;
  // Never more siblings than it has now: a node that is lost must not take more replicas with it than before.
  const elsewhere = rank(
    candidates,
    demand,
    salt,
    ({ view }) => view.node.id !== nodeId && (siblings.get(view.node.id) ?? 0) <= beside,
  );
  const { decision } = place(rank(candidates, demand, salt, ({ view }) => view.node.id === nodeId));
  const { decision: other, reservation: there } = place(elsewhere);
  const [score] = other.scores;
  return {
    present: decision.scores[0],
    lacks: decision.excluded,
    best: score === undefined || there === undefined ? undefined : { score, reservation: there },
  };
}
