import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import { ON_NODE } from '../../domain/replica/status.ts';
import type { Plan } from '../plan.ts';
import { plan } from '../planner.ts';
import type { Snapshot } from '../snapshot.ts';
import { afterPlan } from './carry-out.ts';
import { rehearse } from './rehearse.ts';

/** What the planner would do now, and where that leads if nothing goes wrong. */
export interface Foreseen {
  /** The very plan that would be recorded if the planner looked at the snapshot. */
  readonly first: Plan;
  /** The plans that do something, in order, the first among them; each begins when all of the one before has come off. */
  readonly steps: readonly Plan[];
  /** What the planner says once nothing is left to do; `blocked` is why the rest does not come. */
  readonly end: { readonly plan: Plan; readonly blocked: readonly string[]; readonly ready: number };
  readonly wanted: number;
  /** Replicas that serve now. */
  readonly ready: number;
  /** Of those that serve now and are still wanted: so many fewer serve at the worst moment. */
  readonly mostUnavailable: number;
  /** Replicas on nodes at the fullest moment, beyond those that are wanted or there already. */
  readonly mostSurge: number;
}

/** Plans once as things are, then plays what follows to its end. Pure. */
export function foresee(snapshot: Snapshot): Foreseen {
  const first = plan(snapshot);
  const decided = afterPlan(snapshot, first);
  const { waves, moments, end, blocked } = rehearse(decided);
  const steps = [...(first.actions.length === 0 ? [] : [first]), ...waves];
  const wanted = snapshot.deployment.phase === 'live' ? wantedReplicas(snapshot.deployment) : 0;
  const all = [decided, ...moments];
  const before = countsOf(snapshot);
  return {
    first,
    steps,
    end: { plan: plan(end), blocked, ready: countsOf(end).ready },
    wanted,
    ready: before.ready,
    mostUnavailable: Math.max(0, Math.min(wanted, before.ready) - Math.min(...all.map((each) => countsOf(each).ready))),
    mostSurge: Math.max(0, Math.max(...all.map((each) => countsOf(each).up)) - Math.max(wanted, before.up)),
  };
}

function countsOf({ replicas }: Snapshot): { readonly ready: number; readonly up: number } {
  return {
    ready: replicas.filter(({ status }) => status === 'Ready').length,
    up: replicas.filter(({ status }) => ON_NODE.includes(status)).length,
  };
}
