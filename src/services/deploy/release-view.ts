import type { DeploymentView } from '../../api/contract/deploy-schemas.ts';
import { courseOf } from '../../domain/deployment/course.ts';
import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import { standingOf } from '../../planner/release/going.ts';
import { shareOf } from '../../planner/release/sets.ts';
import { stageOf, type Stage } from '../../planner/release/stage.ts';

/** Where the release of the latest revision is; undefined where nothing is released. `now`: milliseconds since the epoch. */
export function toReleaseView(deployment: DeploymentState, now: number): DeploymentView['release'] {
  const { spec, phase, revision, stable, rollback, traffic, paused, analysed } = deployment;
  const course = courseOf(spec);
  const over = stable === undefined || stable === revision || rollback !== undefined || phase !== 'live';
  if (course === undefined || traffic === undefined || over) return undefined;
  const stage = stageOf(course, standingOf({ deployment, now }, { revise: [] }, revision, traffic));
  const step = 'step' in stage ? { step: stage.step + 1 } : {};
  const until = 'until' in stage && stage.until !== undefined && paused === undefined ? stage.until : undefined;
  return {
    strategy: course.type,
    from: stable,
    to: revision,
    weight: shareOf(traffic, revision),
    stage: stage.type,
    ...(course.type === 'Canary' ? { ...step, steps: course.steps.length } : {}),
    waitsFor: waitsFor(stage, paused !== undefined),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    ...(analysed === undefined ? {} : { verdict: { verdict: analysed.verdict, reason: analysed.reason } }),
  };
}

function waitsFor(stage: Stage, paused: boolean): NonNullable<DeploymentView['release']>['waitsFor'] {
  if (paused) return 'resume';
  switch (stage.type) {
    case 'preparing':
      return stage.held ? 'promotion' : 'replicas';
    case 'watching':
      return stage.until === undefined ? 'promotion' : 'time and verdict';
    case 'keeping':
      return 'time';
    case 'leaving':
      return 'stops';
    default:
      return stage satisfies never;
  }
}
