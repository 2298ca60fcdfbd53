import type { Course } from '../../domain/deployment/course.ts';
import { wantedReplicas } from '../../domain/deployment/wanted.ts';
import type { Snapshot } from '../snapshot.ts';
import { drainingNodes } from '../losses.ts';
import { budgetOf } from '../recovery.ts';
import { censusOf } from '../strategy/census.ts';
import { troubleOf, verdictOf, type Verdict } from '../verdict.ts';
import type { Going } from './going.ts';
import { readyOf, shareOf, type Release, type Sets } from './sets.ts';

/** Why a release has failed that somebody, or something, has looked at; undefined while nothing speaks against it. */
export function failureOf({ course, next }: Release, going: Going): string | undefined {
  const { stage, smoke, traffic, analysed, condemned } = going;
  if (next === undefined) return undefined;
  if (condemned === true && analysed !== undefined && course.type === 'Canary') {
    const share = shareOf(traffic, next);
    return `step ${analysed.step + 1} of ${course.steps.length} at ${share} % of the requests: ${analysed.reason}`;
  }
  return stage.type === 'preparing' ? smoke.failure : undefined;
}

interface Given {
  readonly release: Release;
  readonly going: Going;
  /** As they are once the plan is carried out. */
  readonly after: Snapshot;
  readonly sets: Sets;
  readonly unplaced: readonly string[];
  readonly failure: string | undefined;
}

/** How a deployment stands whose latest revision is released: OK only once nothing is left of the earlier one. */
export function releaseVerdict(
  { deployment }: Snapshot,
  { release, going, after, sets, unplaced, failure }: Given,
): Verdict {
  const { base, next } = release;
  const wanted = wantedReplicas(deployment);
  const census = censusOf(after.replicas, next ?? base, drainingNodes(after));
  const verdict = verdictOf(census, wanted, unplaced, budgetOf(deployment));
  if (next === undefined || verdict.status === 'Error') return verdict;
  if (verdict.status === 'OK' && shareOf(going.traffic, next) === 100) return verdict;
  if (failure !== undefined) {
    const on = `oo deployment promote ${deployment.id}${release.course.type === 'BlueGreen' ? ' --full' : ''}`;
    const ways = `oo deployment abort ${deployment.id} goes back, ${on} goes on all the same`;
    return { status: 'Error', details: `${failure}; ${ways}` };
  }
  const ready = readyOf(sets.base);
  const { stage } = going;
  const parts = [
    ...unplaced,
    ...troubleOf(sets.next),
    ...stageText(deployment.id, release, going, sets),
    ...(stage.type === 'leaving' || ready === wanted ? [] : [`${ready}/${wanted} of revision ${base} ready`]),
    ...(census.stopping.length > 0 ? [`${census.stopping.length} stopping`] : []),
  ];
  return { status: 'Deploying', details: parts.join('; ') };
}

/** Where a release is, in words and numbers that stay true until something happens: what is left of a time is the view's. */
export function stageText(
  id: string,
  release: Release,
  { stage, traffic, smoke, analysed }: Going,
  sets: Sets,
): readonly string[] {
  const { base, next, course } = release;
  if (next === undefined) return [];
  const share = shareOf(traffic, next);
  const gets = share > 0 ? [`revision ${next} gets ${share} % of the requests`] : [];
  switch (stage.type) {
    case 'restoring':
      return [`revision ${next} waits until revision ${base} can carry all requests`];
    case 'preparing': {
      const ready = `${readyOf(sets.next)}/${stage.needed} ready for ${forText(course, stage.step, stage.weight)}`;
      const open = smoke.open > 0 && course.type === 'BlueGreen' && course.smoke !== undefined;
      return [
        ...gets,
        ready,
        ...(open ? [`${smoke.open} of ${stage.needed} have still to answer GET ${course.smoke?.path}`] : []),
        ...(stage.held ? [`waits for: oo deployment promote ${id}`] : []),
      ];
    }
    case 'watching': {
      if (course.type !== 'Canary') return gets;
      const { pauseMs } = course.steps[stage.step] ?? {};
      const how =
        pauseMs === undefined ? `until somebody promotes it: oo deployment promote ${id}` : `for ${pauseMs / 1_000} s`;
      const open = analysed?.verdict === 'inconclusive' ? [`not found good yet: ${analysed.reason}`] : [];
      return [
        `canary: ${stage.weight} % of the requests at step ${stage.step + 1} of ${course.steps.length}, ${how}`,
        ...open,
      ];
    }
    case 'keeping':
      return [
        `all requests go to revision ${next}`,
        `revision ${base} is kept for ${course.type === 'BlueGreen' ? course.keepMs / 1_000 : 0} s (back at once: oo deployment abort ${id})`,
      ];
    case 'leaving':
      return [`all requests go to revision ${next}`, `${readyOf(sets.next)} ready`];
    default:
      return stage satisfies never;
  }
}

function forText(course: Course, step: number, weight: number): string {
  if (weight === 100) return 'all requests';
  return `${weight} % of the requests, step ${step + 1} of ${course.type === 'Canary' ? course.steps.length : 1}`;
}
