import type { MoveState } from '../domain/deployment/evolve.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import type { Template } from '../domain/template.ts';
import { fill, type Wanted } from './fill.ts';
import { candidatesOf } from './placement/candidate.ts';
import { demandOf } from './placement/demand.ts';
import type { Action, Lacks } from './plan.ts';
import { budgetOf, recoveryOf } from './recovery.ts';
import { siblingsOf } from './siblings.ts';
import { freeSlots, type Slot } from './slots.ts';
import type { Snapshot } from './snapshot.ts';
import { stopOf } from './stop.ts';
import type { Steps } from './strategy/steps.ts';
import { templateOf } from './template-of.ts';

/** What is to become of the replicas, before anybody has looked for nodes. */
export interface Intent {
  readonly steps: Steps;
  /** What is tried again when it fails, each from the template of its own revision. */
  readonly kept: readonly ReplicaState[];
  /** The revision of the slots that `steps.start` fills; absent where none may be filled. */
  readonly base?: { readonly revision: number; readonly template: Template } | undefined;
  /** Slots of other revisions to fill, before those. */
  readonly also?: readonly Filling[] | undefined;
  /** Why they are filled. */
  readonly reason: string;
  /** Replicas that move to better homes: the slots that are filled take their places, in this order. */
  readonly moves?: readonly MoveState[] | undefined;
  /** Which replicas count for where new ones should be. */
  readonly beside: readonly ReplicaState[];
}

/** Slots of one revision to fill. */
export interface Filling {
  readonly revision: number;
  readonly template: Template;
  readonly start: number;
  readonly reason: string;
}

export interface Convergence {
  readonly actions: readonly Action[];
  readonly report: readonly string[];
  /** Why slots stay empty. */
  readonly unplaced: readonly string[];
  readonly lacks?: readonly Lacks[];
  /** Plan again then, milliseconds since the epoch: a back-off ends. */
  readonly wakeAt: number | undefined;
}

/** The actions that an intent comes to: stops, then starts on nodes that fit. The one way for rollout, pause and failure. */
export function converge(snapshot: Snapshot, intent: Intent): Convergence {
  const { deployment, nodes, now, seed, images } = snapshot;
  const { steps, kept, base, reason, moves = [], beside, also = [] } = intent;
  const leaving = new Set(steps.stop.map(({ replica }) => replica.id));
  const staying = kept.filter(({ id }) => !leaving.has(id));
  const { due, wakeAt } = recoveryOf(steps.retry ? staying : [], now, budgetOf(deployment));
  const wanted = new Map<number, Wanted[]>(
    [...Map.groupBy(due, ({ replica }) => replica.revision)].toSorted(([left], [right]) => left - right),
  );
  const fillings = [...also, ...(base === undefined ? [] : [{ ...base, start: steps.start, reason }])];
  for (const { revision, start, reason: why } of fillings) {
    if (start === 0) continue;
    const slots = freeSlots(deployment.id, revision, snapshot.replicas, start);
    const filling = slots.map((slot, index) => wantedFor(slot, moves[index], why));
    wanted.set(revision, [...(wanted.get(revision) ?? []), ...filling]);
  }
  const candidates = candidatesOf(nodes, siblingsOf(beside));
  const filled = [...wanted].map(([revision, slots]) => {
    const template = fillings.find((each) => each.revision === revision)?.template ?? templateOf(snapshot, revision);
    return fill(slots, candidates, demandOf(template, deployment.spec, images), { revision, seed });
  });
  const stops = steps.stop.map(({ replica, reason: why }) => stopOf(snapshot, replica, why));
  const lacks = filled.flatMap((each) => each.lacks ?? []);
  return {
    actions: [...stops, ...filled.flatMap(({ actions }) => actions)],
    report: steps.report,
    unplaced: filled.flatMap(({ unplaced }) => unplaced),
    ...(lacks.length === 0 ? {} : { lacks }),
    wakeAt,
  };
}

function wantedFor(slot: Slot, move: MoveState | undefined, reason: string): Wanted {
  if (move === undefined) return { slot, reason };
  return { slot, move, reason: `takes the place of ${move.replicaId} on ${move.from}, which moves to a better home` };
}
