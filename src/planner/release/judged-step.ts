import { courseOf, type Analysis } from '../../domain/deployment/course.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { shareOf } from './sets.ts';

/** The step of a canary that is to be judged now. Times in milliseconds since the epoch. */
export interface JudgedStep {
  readonly revision: number;
  readonly step: number;
  readonly since: number;
  /** When it has been looked at for long enough; undefined: somebody promotes it. */
  readonly until: number | undefined;
  readonly analysis: Analysis;
}

/**
 * Undefined where no part of the requests is tried: nothing is released, it is paused, it was found good or bad already, or somebody
 * who promoted the step has judged it.
 */
export function judgedStepOf(deployment: DeploymentState): JudgedStep | undefined {
  const { spec, phase, revision, stable, rollback, paused, traffic, promoted, analysed } = deployment;
  const course = courseOf(spec);
  if (course?.type !== 'Canary' || phase !== 'live' || rollback !== undefined || paused !== undefined) return undefined;
  if (stable === undefined || stable === revision || traffic?.step === undefined) return undefined;
  const { step, at } = traffic;
  const share = shareOf(traffic, revision);
  if (share === 0 || share === 100 || promoted?.full === true || promoted?.step === step) return undefined;
  if (analysed?.step === step && analysed.verdict !== 'inconclusive') return undefined;
  const pauseMs = course.steps[step]?.pauseMs;
  return {
    revision,
    step,
    since: at,
    until: pauseMs === undefined ? undefined : at + pauseMs,
    analysis: course.analysis,
  };
}
