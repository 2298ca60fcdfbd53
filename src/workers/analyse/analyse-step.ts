import { v7 as uuidv7 } from 'uuid';

import type { DeploymentState } from '../../domain/deployment/evolve.ts';
import type { EventOf } from '../../domain/event.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { streamOf } from '../../domain/stream.ts';
import { errorPercentOf, judge, type Judgement, type Observation } from '../../planner/release/judge.ts';
import { judgedStepOf, type JudgedStep } from '../../planner/release/judged-step.ts';
import type { Row } from '../../store/projection.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import { measure } from './measure.ts';
import { askPrometheus } from './prometheus.ts';

export type AnalyseDeps = Pick<WorkerDeps, 'store' | 'database' | 'membership' | 'clock'>;

/** Measures the step of a canary, judges it, and records the verdict where it decides something. Answers with what was found. */
export async function analyseStep(
  deps: AnalyseDeps,
  row: Row<DeploymentState>,
  signal: AbortSignal,
): Promise<Judgement | undefined> {
  const judged = judgedStepOf(row.state);
  if (judged === undefined) return undefined;
  const observation = await observe(deps, row, judged, signal);
  const judgement = judge(judged.analysis, observation);
  // What is not known yet is said once; the planner knows until when it waits.
  const again = judgement?.verdict === 'inconclusive' && row.state.analysed?.verdict === 'inconclusive';
  if (judgement === undefined || again) return judgement;
  const place = {
    stream: streamOf('deployment', row.id),
    expectedVersion: row.version,
    cause: { correlationId: uuidv7() },
  };
  // Who was not first looks again at the next turn.
  await appendTo(deps, place, [eventOf(row.id, judged, observation, judgement)]);
  return judgement;
}

async function observe(
  { store, database, clock }: AnalyseDeps,
  { id }: Row<DeploymentState>,
  judged: JudgedStep,
  signal: AbortSignal,
): Promise<Observation> {
  const { revision, until, analysis } = judged;
  const rows = await store.rows<ReplicaState>('replicas', { deployment_id: id });
  const replicas = rows.map(({ state }) => state).filter((each) => each.revision === revision);
  const [measured, metric] = await Promise.all([
    measure(database.db, id, judged, replicas),
    analysis.prometheus && askPrometheus(analysis.prometheus, { deployment: id, revision }, signal),
  ]);
  return { ...measured, metric, over: until !== undefined && clock.now().getTime() >= until };
}

function eventOf(
  deploymentId: string,
  { revision, step, analysis }: JudgedStep,
  observation: Observation,
  { verdict, reason }: Judgement,
): EventOf<'RolloutAnalysed'> {
  const { requests, errors, latencyMs, restarts, metric } = observation;
  const errorPercent = errorPercentOf(observation);
  return {
    type: 'RolloutAnalysed',
    data: {
      deploymentId,
      revision,
      step,
      verdict,
      requests,
      errors,
      ...(errorPercent === undefined ? {} : { errorPercent }),
      // What took longer than the last bucket has no number.
      ...(latencyMs === undefined || !Number.isFinite(latencyMs) ? {} : { latencyMs, percentile: analysis.percentile }),
      restarts,
      ...(metric !== undefined && 'value' in metric ? { metric: metric.value } : {}),
      reason,
    },
  };
}
