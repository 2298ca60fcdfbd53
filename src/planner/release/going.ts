import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { Analysed } from '../../domain/deployment/rollout-state.ts';
import type { TrafficShare, TrafficState } from '../../domain/deployment/traffic.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { Action } from '../plan.ts';
import type { Snapshot } from '../snapshot.ts';
import { isReady } from '../strategy/census.ts';
import { limitsOf } from '../strategy/limits.ts';
import type { Target } from '../target.ts';
import { readyOf, shareOf, sharesByCount, type Release, type Sets } from './sets.ts';
import { NOT_ASKED, smokeOf, type SmokeStanding } from './smoke.ts';
import { isCondemned, stageOf, type Stage, type Standing } from './stage.ts';

/** How a release goes on now. */
export interface Going {
  /** In the order in which they are to be: each is right once those before it are in force. */
  readonly shifts: readonly Extract<Action, { type: 'shift' }>[];
  /** The division once they are. */
  readonly traffic: TrafficState | undefined;
  /** `restoring`: the base has to be whole, and get all requests, before anything else. */
  readonly stage: Stage | { readonly type: 'restoring' };
  readonly smoke: SmokeStanding;
  /** What was measured of the present step. */
  readonly analysed?: Analysed | undefined;
  /** It was found bad at that step. */
  readonly condemned?: boolean;
}

/** Requests are shifted as far as what is ready allows; what the rest waits for is the stage. */
export function goingOf(snapshot: Snapshot, target: Target, release: Release, sets: Sets): Going {
  // Whoever wants it at its end does not wait for an answer.
  const full = target.revise.length === 0 && snapshot.deployment.promoted?.full === true;
  const smoke = full ? NOT_ASKED : smokeOf(release.course, sets.next, wantedReplicas(snapshot.deployment));
  let going: Going = { shifts: [], traffic: snapshot.deployment.traffic, stage: { type: 'restoring' }, smoke };
  for (;;) {
    const next = further(snapshot, target, { release, sets, going });
    if (next.shifts.length === going.shifts.length) return next;
    going = next;
  }
}

interface Given {
  readonly release: Release;
  readonly sets: Sets;
  readonly going: Going;
}

/** The stage, and one shift more where that is due. */
function further(snapshot: Snapshot, target: Target, { release, sets, going }: Given): Going {
  const { base, next, course } = release;
  const { traffic } = going;
  const known = traffic?.shares.every(({ revision }) => revision === base || revision === next) === true;
  if (next === undefined ? shareOf(traffic, base) < 100 : !known) return restoring(snapshot, release, sets, going);
  if (next === undefined) return going;
  const standing = standingOf(snapshot, target, next, traffic);
  const stage = stageOf(course, standing);
  if (isCondemned(standing)) return { ...going, stage, condemned: true, analysed: standing.analysed };
  const due = stage.type === 'preparing' && !stage.held && isUp(sets, stage.needed) && going.smoke.open === 0;
  if (!due || going.smoke.failure !== undefined) return { ...going, stage, analysed: standing.analysed };
  const { step, weight } = stage;
  const divided = [
    { revision: base, weight: 100 - weight },
    { revision: next, weight },
  ];
  const steps = course.type === 'Canary' ? course.steps.length : 0;
  const reason =
    course.type === 'BlueGreen'
      ? `all ${stage.needed} of revision ${next} are ready`
      : step < steps
        ? `step ${step + 1} of ${steps} of the canary`
        : `revision ${next} went through all steps`;
  return shifted(snapshot, going, { shares: divided, step, reason, stage });
}

function isUp({ next }: Sets, needed: number): boolean {
  const ready = readyOf(next);
  return ready >= needed && ready > 0;
}

/** The base gets all requests as soon as it can carry them; until then nothing that serves is touched. */
function restoring(snapshot: Snapshot, { base, next }: Release, sets: Sets, going: Going): Going {
  const stage = { type: 'restoring' } as const;
  const ready = readyOf(sets.base);
  const others = [...sets.others, ...sets.next.current].filter(isReady).length;
  const { maxUnavailable } = limitsOf(snapshot.deployment);
  const carries = ready >= others || ready >= wantedReplicas(snapshot.deployment) - maxUnavailable;
  if (ready > 0 && carries) {
    const reason =
      next === undefined ? `back to revision ${base}` : `revision ${next} is released beside revision ${base}`;
    return shifted(snapshot, going, { shares: [{ revision: base, weight: 100 }], reason, stage });
  }
  // From here on the division is written down, as it is: nothing new gets requests by being ready.
  const asItIs = sharesByCount(snapshot.replicas);
  if (going.traffic !== undefined || asItIs.length === 0) return { ...going, stage };
  return shifted(snapshot, going, { shares: asItIs, reason: `until revision ${base} can carry all requests`, stage });
}

interface Shift {
  readonly shares: readonly TrafficShare[];
  readonly step?: number;
  readonly reason: string;
  readonly stage: Going['stage'];
}

function shifted({ now }: Snapshot, going: Going, { shares: divided, step, reason, stage }: Shift): Going {
  const present = divided.filter(({ weight }) => weight > 0).toSorted((a, b) => a.revision - b.revision);
  const shift = { type: 'shift' as const, shares: present, step, reason };
  return {
    ...going,
    stage,
    shifts: [...going.shifts, shift],
    traffic: { shares: present, step, at: now },
  };
}

/** What was said of an earlier revision, or of an earlier step, says nothing of this one. */
export function standingOf(
  { deployment, now }: { readonly deployment: DeploymentState; readonly now: number },
  { revise }: Pick<Target, 'revise'>,
  next: number,
  traffic: TrafficState | undefined,
): Standing {
  const { promoted, analysed } = deployment;
  const begins = revise.length > 0;
  const moved = traffic !== deployment.traffic;
  return {
    next,
    wanted: wantedReplicas(deployment),
    now,
    traffic,
    promoted: begins || (moved && promoted?.full !== true) ? undefined : promoted,
    analysed: begins || moved || analysed?.revision !== next ? undefined : analysed,
  };
}
