import type { BlueGreenCourse, CanaryCourse, Course } from '../../domain/deployment/course.ts';
import type { Analysed, Promoted } from '../../domain/deployment/rollout-state.ts';
import type { TrafficState } from '../../domain/deployment/traffic.ts';
import { shareOf } from './sets.ts';

/** What a release's stage is a function of, beside its course. Times in milliseconds since the epoch. */
export interface Standing {
  readonly next: number;
  readonly wanted: number;
  readonly now: number;
  readonly traffic: TrafficState | undefined;
  readonly promoted: Promoted | undefined;
  readonly analysed: Analysed | undefined;
}

/** Where a release is. */
export type Stage =
  /** So many of the next revision have to be ready before it gets so much. `step` is that of the shift. */
  | {
      readonly type: 'preparing';
      readonly step: number;
      readonly weight: number;
      readonly needed: number;
      /** Since when; absent: since the revision was created. */
      readonly since: number | undefined;
      /** It is ready before somebody has to promote it. */
      readonly held: boolean;
    }
  /** It gets its part, and is looked at. */
  | {
      readonly type: 'watching';
      readonly step: number;
      readonly weight: number;
      readonly needed: number;
      /** When it has been looked at for long enough; absent: somebody has to promote it. */
      readonly until: number | undefined;
    }
  /** It gets everything; the earlier one stays until then for a way back. */
  | { readonly type: 'keeping'; readonly until: number }
  /** It gets everything; the earlier one goes. */
  | { readonly type: 'leaving' };

export function stageOf(course: Course, standing: Standing): Stage {
  return course.type === 'BlueGreen' ? blueGreen(course, standing) : canary(course, standing);
}

function blueGreen({ automatic, keepMs }: BlueGreenCourse, standing: Standing): Stage {
  const { next, wanted, now, traffic, promoted } = standing;
  if (shareOf(traffic, next) < 100) {
    const held = !automatic && promoted === undefined;
    return { type: 'preparing', step: 0, weight: 100, needed: wanted, since: promoted?.at, held };
  }
  const until = (traffic?.at ?? now) + keepMs;
  const letGo = promoted?.full === true || promoted?.step !== undefined;
  return letGo || now >= until ? { type: 'leaving' } : { type: 'keeping', until };
}

function canary({ steps }: CanaryCourse, standing: Standing): Stage {
  const { next, wanted, traffic, promoted } = standing;
  const weight = shareOf(traffic, next);
  if (weight >= 100) return { type: 'leaving' };
  const preparing = (step: number, since: number | undefined): Stage => {
    const then = steps[step]?.weight ?? 100;
    return { type: 'preparing', step, weight: then, needed: replicasFor(then, wanted), since, held: false };
  };
  if (promoted?.full === true) return preparing(steps.length, promoted.at);
  if (weight === 0 || traffic?.step === undefined) return preparing(0, undefined);
  const { step, at } = traffic;
  const present = steps[step];
  // The steps were saved anew: it goes on from the last one that asks for no more than it has.
  if (present?.weight !== weight)
    return preparing(
      Math.max(
        0,
        steps.findLastIndex((each) => each.weight <= weight),
      ),
      at,
    );
  const since = letGoAt(present.pauseMs, standing, step);
  if (since !== undefined) return preparing(step + 1, since);
  const until = present.pauseMs === undefined ? undefined : at + present.pauseMs;
  return { type: 'watching', step, weight, needed: replicasFor(weight, wanted), until };
}

/** It was found bad at the present step, and nobody has let it go on all the same. */
export function isCondemned({ traffic, promoted, analysed }: Standing): boolean {
  if (analysed?.verdict !== 'failed' || analysed.step !== traffic?.step) return false;
  return promoted?.full !== true && promoted?.step !== analysed.step;
}

/** When a step was over: somebody promoted it, or it was looked at for long enough and found good. Undefined: it is not. */
function letGoAt(
  pauseMs: number | undefined,
  { now, traffic, promoted, analysed }: Standing,
  step: number,
): number | undefined {
  if (promoted?.step === step) return promoted.at;
  const until = (traffic?.at ?? now) + (pauseMs ?? Infinity);
  if (now < until || analysed?.step !== step || analysed.verdict !== 'passed') return undefined;
  return Math.max(until, analysed.at);
}

/** As many replicas as carry the part alike with those of the earlier revision, at least one. */
export function replicasFor(weight: number, wanted: number): number {
  return Math.min(wanted, Math.max(1, Math.ceil((wanted * weight) / 100)));
}
