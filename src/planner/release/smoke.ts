import type { Course, Smoke } from '../../domain/deployment/course.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { isSame } from '../../domain/same.ts';
import type { Action } from '../plan.ts';
import { isReady, type Census } from '../strategy/census.ts';

/** How far the replicas of a second set have been asked whether they answer as they should. */
export interface SmokeStanding {
  /** Those to ask now. */
  readonly ask: readonly Action[];
  /** So many of those that are wanted have not answered as they should; 0 where nothing is asked. */
  readonly open: number;
  /** The last of those that were asked and have not answered: since when, milliseconds since the epoch. */
  readonly askedAt: number | undefined;
  /** What one of them answered instead. */
  readonly failure: string | undefined;
}

/** Nothing is asked. */
export const NOT_ASKED: SmokeStanding = { ask: [], open: 0, askedAt: undefined, failure: undefined };

export function smokeOf(course: Course, { current }: Census, wanted: number): SmokeStanding {
  if (course.type !== 'BlueGreen' || course.smoke === undefined) return NOT_ASKED;
  const question = questionOf(course.smoke);
  const ready = current.filter(isReady);
  const known = ready.map((replica) => ({ replica, smoke: answerOf(replica, question) }));
  const passed = known.filter(({ smoke }) => smoke?.passed === true).length;
  const waiting = known.flatMap(({ smoke }) =>
    smoke !== undefined && smoke.passed === undefined ? [smoke.askedAt] : [],
  );
  const failed = known.find(({ smoke }) => smoke?.passed === false);
  return {
    ask: known
      .filter(({ smoke }) => smoke === undefined)
      .map(({ replica: { id, generation, nodeId } }): Action => {
        return { type: 'smoke', replicaId: id, generation, nodeId, question };
      }),
    // One that is wanted and not ready yet has not answered either.
    open: Math.max(0, Math.max(wanted, ready.length) - passed),
    askedAt: waiting.length === 0 ? undefined : Math.max(...waiting),
    failure: failed && `smoke test of ${failed.replica.id}: ${failed.smoke?.reason ?? 'no reason was told'}`,
  };
}

type Question = NonNullable<ReplicaState['smoke']>['question'];

/** What it answered to an earlier question says nothing of this one. */
function answerOf({ smoke }: ReplicaState, question: Question): ReplicaState['smoke'] {
  return smoke !== undefined && isSame(smoke.question, question) ? smoke : undefined;
}

function questionOf({ path, port, expectStatus, timeoutMs }: Smoke): Question {
  return {
    path,
    timeoutMs,
    ...(port === undefined ? {} : { port }),
    ...(expectStatus === undefined ? {} : { expectStatus }),
  };
}
