import { foundationOf } from '../../domain/deployment/rollout-state.ts';
import { courseOf, type Course } from '../../domain/deployment/course.ts';
import type { TrafficShare, TrafficState } from '../../domain/deployment/traffic.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { isRollingOut } from '../failing.ts';
import { drainingNodes } from '../losses.ts';
import { renewedOf } from '../recovery.ts';
import type { Snapshot } from '../snapshot.ts';
import { censusOf, isReady, type Census } from '../strategy/census.ts';
import type { Target } from '../target.ts';

/** A revision that is released beside another, or the way back from that. */
export interface Release {
  readonly course: Course;
  /** The revision that the requests come from, or go back to. */
  readonly base: number;
  /** The one that is released; undefined on the way back. */
  readonly next: number | undefined;
}

/**
 * Undefined where replicas are replaced in place: by the strategy, for want of a revision that serves (there are no requests to
 * protect then), or since somebody wanted all at once. The division of traffic remembers which it is: without one nothing is released.
 */
export function releaseOf(snapshot: Snapshot, target: Target): Release | undefined {
  const { deployment, replicas } = snapshot;
  const { spec, traffic } = deployment;
  const course = courseOf(spec);
  if (course === undefined || wantedReplicas(deployment) === 0) return undefined;
  if (target.rollback !== undefined) {
    return traffic === undefined ? undefined : { course, base: target.revision, next: undefined };
  }
  if (!isRollingOut(deployment, target)) return undefined;
  const [revise] = target.revise;
  const base = revise === undefined ? deployment.stable : foundationOf(deployment);
  if (base === undefined) return undefined;
  const begins =
    revise === undefined
      ? traffic !== undefined
      : !(revise.type === 'revise' && revise.atOnce) &&
        replicas.some((each) => each.revision === base && isReady(each));
  return begins ? { course, base, next: target.revision } : undefined;
}

/** The replicas by what they are to a release. Stopped ones are in none of them. */
export interface Sets {
  readonly base: Census;
  readonly next: Census;
  /** Of neither revision, and not stopping. */
  readonly others: readonly ReplicaState[];
}

export function setsOf(snapshot: Snapshot, base: number, next: number | undefined): Sets {
  const { replicas } = snapshot;
  const draining = drainingNodes(snapshot);
  const renewed = renewedOf(snapshot);
  const of = (revision: number | undefined): Census =>
    censusOf(
      replicas.filter((each) => each.revision === revision),
      revision,
      draining,
      undefined,
      renewed,
    );
  return {
    base: of(base),
    next: of(next),
    others: replicas.filter(
      ({ revision, status }) => revision !== base && revision !== next && status !== 'Stopped' && status !== 'Stopping',
    ),
  };
}

export function readyOf({ current }: Census): number {
  return current.filter(isReady).length;
}

/** What part of the requests a revision gets, in percent. */
export function shareOf(traffic: TrafficState | undefined, revision: number | undefined): number {
  return traffic?.shares.find((share) => share.revision === revision)?.weight ?? 0;
}

/** Shares as they are written down: in the order of revisions, those of nothing left out. */
export function shares(...all: readonly TrafficShare[]): readonly TrafficShare[] {
  return all.filter(({ weight }) => weight > 0).toSorted((left, right) => left.revision - right.revision);
}

/** Shares by how many ready replicas each revision has: what every one of them gets stays the same. Empty where none is ready. */
export function sharesByCount(replicas: readonly ReplicaState[]): readonly TrafficShare[] {
  const ready = replicas.filter(isReady);
  const counts = [...Map.groupBy(ready, ({ revision }) => revision)].toSorted(([left], [right]) => left - right);
  let given = 0;
  let seen = 0;
  const divided = counts.map(([revision, { length }]): TrafficShare => {
    seen += length;
    const upTo = Math.round((seen / ready.length) * 100);
    const weight = upTo - given;
    given = upTo;
    return { revision, weight };
  });
  return shares(...divided);
}
