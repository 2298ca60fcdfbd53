import { describeAction, type Plan } from '../plan.ts';
import { plan } from '../planner.ts';
import type { Snapshot } from '../snapshot.ts';
import { afterPlan, afterWork } from './carry-out.ts';
import { afterPause } from './good-news.ts';

/** Plans of one rehearsal at most; a deployment of so many replicas that are replaced one by one has as many. */
const MOST = 2_000;

/** What would happen if nothing went wrong. */
export interface Rehearsal {
  /** The plans that do something, in order; each begins when everything of the one before has come off. */
  readonly waves: readonly Plan[];
  /** How it stands once each of them is decided and nothing of it has come off. */
  readonly moments: readonly Snapshot[];
  /** How it stands then. */
  readonly end: Snapshot;
  /** What blocks the rest, in words and numbers; empty when there is no rest. */
  readonly blocked: readonly string[];
}

/** Plays a deployment's plans to their end, with the planner itself and the domain's own fold; pauses of a release pass at once. Pure. */
export function rehearse(snapshot: Snapshot): Rehearsal {
  const waves: Plan[] = [];
  const moments: Snapshot[] = [];
  let present = afterWork(snapshot);
  for (let pauses = 0; ;) {
    const next = plan(present);
    const later = next.actions.length === 0 && pauses < MOST ? afterPause(present, next) : undefined;
    if (later !== undefined) {
      pauses += 1;
      present = later;
      continue;
    }
    if (next.actions.length === 0 || waves.length === MOST) {
      const told = new Set(next.actions.map(describeAction));
      return { waves, moments, end: present, blocked: next.report.filter((line) => !told.has(line)) };
    }
    waves.push(next);
    const decided = afterPlan(present, next);
    moments.push(decided);
    present = afterWork(decided);
  }
}
