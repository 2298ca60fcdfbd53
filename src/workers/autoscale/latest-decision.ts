import { scalingNumbers, type ScalingNumbers } from '../../domain/deployment/scaling.ts';
import { sql, type Db } from '../../postgres/database.ts';

/** What the autoscaler thought when it last looked: telemetry, also when it changed nothing. */
export interface LatestDecision {
  readonly at: Date;
  readonly sentence: string;
  readonly numbers: ScalingNumbers;
}

/** Undefined for a deployment that nobody has looked at. */
export async function latestDecision(db: Db, deploymentId: string): Promise<LatestDecision | undefined> {
  const { rows } = await sql<{ at: Date; decision: { sentence: string; numbers: unknown } }>`
    select at, decision from scale_decisions where deployment_id = ${deploymentId}
  `.execute(db);
  const [row] = rows;
  if (row === undefined) return undefined;
  return { at: row.at, sentence: row.decision.sentence, numbers: scalingNumbers.parse(row.decision.numbers) };
}
