import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import { converge, type Intent } from '../converge.ts';
import { replicasAfter } from '../outcome.ts';
import { describeAction, type Action, type Plan } from '../plan.ts';
import type { Snapshot } from '../snapshot.ts';
import { isReady } from '../strategy/census.ts';
import { limitsOf } from '../strategy/limits.ts';
import { rollingUpdate } from '../strategy/rolling-update.ts';
import type { Steps } from '../strategy/steps.ts';
import type { Target } from '../target.ts';
import { templateOf } from '../template-of.ts';
import { roomText } from './room.ts';
import { goingOf, type Going } from './going.ts';
import { readyOf, setsOf, type Release, type Sets } from './sets.ts';
import { lateOf, type Late } from './late.ts';
import { NOT_ASKED, smokeOf } from './smoke.ts';
import { failureOf, releaseVerdict, stageText } from './verdict.ts';

/** A release as it is planned, with when it has failed for want of progress. */
export interface ReleasePlan {
  readonly plan: Plan;
  /** Undefined while nothing has to happen by itself. */
  readonly late: Late | undefined;
  /** Why it has failed, by what somebody, or something, has looked at. */
  readonly failure: string | undefined;
}

/**
 * A second set beside the first: what is new gets requests once it is ready, what gets none any more is stopped, and the
 * first set stays whole until then. The shift stands before the stops that it allows, in one plan.
 */
export function planRelease(snapshot: Snapshot, target: Target, release: Release): ReleasePlan {
  const sets = setsOf(snapshot, release.base, release.next);
  const going = goingOf(snapshot, target, release, sets);
  const failure = failureOf(release, going);
  const converged = converge(snapshot, intentOf(snapshot, target, { release, sets, going }));
  const smokes = going.stage.type === 'preparing' && failure === undefined ? going.smoke.ask : [];
  const actions: readonly Action[] = [...target.revise, ...going.shifts, ...smokes, ...converged.actions];
  const after = { ...snapshot, replicas: replicasAfter(snapshot, actions) };
  const setsAfter = setsOf(after, release.base, release.next);
  const { unplaced } = converged;
  // What the plan stops has nothing to answer any more: the words have to hold once it is carried out.
  const told =
    going.smoke === NOT_ASKED
      ? going
      : { ...going, smoke: smokeOf(release.course, setsAfter.next, wantedReplicas(snapshot.deployment)) };
  const verdict = releaseVerdict(snapshot, { release, going: told, after, sets: setsAfter, unplaced, failure });
  const late = lateOf(snapshot, target, { release, going, sets });
  const goesOnAt = goesOn(going);
  return {
    late,
    failure,
    plan: {
      actions,
      report: [
        ...actions.map(describeAction),
        ...stageText(snapshot.deployment.id, release, told, setsAfter),
        ...converged.report,
        ...unplaced,
        ...roomText(snapshot, release, { unplaced, going }),
      ],
      ...verdict,
      // A pause that is over waits for a verdict, which comes as an event.
      wakeAt: earliest(converged.wakeAt, goesOnAt !== undefined && goesOnAt > snapshot.now ? goesOnAt : undefined),
      goesOnAt,
      ...(converged.lacks && { lacks: converged.lacks }),
      ...(release.next === undefined || target.revise.length > 0 ? {} : { ready: readyOf(sets.next) }),
    },
  };
}

function goesOn({ stage }: Going): number | undefined {
  return stage.type === 'watching' || stage.type === 'keeping' ? stage.until : undefined;
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

interface Given {
  readonly release: Release;
  readonly sets: Sets;
  readonly going: Going;
}

/** Each set is kept at its size as a rolling update would, by itself; what belongs to neither goes once it gets no requests. */
function intentOf(snapshot: Snapshot, target: Target, { release, sets, going }: Given): Intent {
  const { deployment } = snapshot;
  const limits = limitsOf(deployment);
  const { base, next, leaves } = sizesOf(snapshot, going, sets);
  const ofBase = leaves ? leaving(sets) : rollingUpdate(sets.base, base, limits);
  // One that is on its way is not stopped for another before that is ready.
  const ofNext = rollingUpdate(sets.next, next, { maxUnavailable: 0, maxSurge: Math.max(1, limits.maxSurge) });
  const restored = going.stage.type !== 'restoring';
  const others = restored || isBack(release, going) ? given(sets, release) : [];
  const reason = `${next} wanted beside revision ${release.base}`;
  const wanted = wantedReplicas(deployment);
  return {
    steps: {
      stop: [...others, ...ofNext.stop, ...ofBase.stop],
      start: release.next === undefined ? ofBase.start : ofNext.start,
      retry: true,
      report: [...ofNext.report, ...ofBase.report],
    },
    kept: [...(leaves ? [] : sets.base.current), ...sets.next.current],
    base: { revision: target.revision, template: target.template },
    also:
      release.next === undefined || leaves || ofBase.start === 0
        ? []
        : [
            {
              revision: release.base,
              template: templateOf(snapshot, release.base),
              start: ofBase.start,
              reason: `${wanted} wanted`,
            },
          ],
    reason: release.next === undefined ? `${wanted} wanted` : reason,
    beside: [...(leaves ? [] : sets.base.current), ...sets.next.current],
  };
}

/** On the way back, once the base gets all requests: nothing else is needed any more. */
function isBack({ base, next }: Release, { traffic }: Going): boolean {
  return next === undefined && traffic?.shares.length === 1 && traffic.shares[0]?.revision === base;
}

function sizesOf(
  snapshot: Snapshot,
  { stage }: Going,
  sets: Sets,
): { readonly base: number; readonly next: number; readonly leaves: boolean } {
  const wanted = wantedReplicas(snapshot.deployment);
  switch (stage.type) {
    case 'restoring':
      return { base: wanted, next: 0, leaves: false };
    case 'preparing':
    case 'watching':
      return { base: wanted, next: stage.needed, leaves: false };
    case 'keeping':
      return { base: wanted, next: wanted, leaves: false };
    case 'leaving': {
      // What has just lost too many of its own is better with something to go back to.
      const { maxUnavailable } = limitsOf(snapshot.deployment);
      return { base: wanted, next: wanted, leaves: readyOf(sets.next) >= Math.max(1, wanted - maxUnavailable) };
    }
    default:
      return stage satisfies never;
  }
}

function leaving({ base }: Sets): Steps {
  const all = [...base.current, ...base.old];
  return {
    stop: all.map((replica) => ({ replica, reason: 'gets no requests any more' })),
    start: 0,
    retry: true,
    report: [],
  };
}

function given({ others }: Sets, { base }: Release): Steps['stop'] {
  return others
    .toSorted((left, right) => Number(isReady(left)) - Number(isReady(right)) || left.ordinal - right.ordinal)
    .map((replica) => ({
      replica,
      reason: replica.revision < base ? 'of an earlier revision' : `of revision ${replica.revision}, which is given up`,
    }));
}
