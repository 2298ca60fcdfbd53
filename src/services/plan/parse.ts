import { parseDeployment } from '../../domain/deployment/parse.ts';
import { newId } from '../../domain/identifier.ts';
import { inputOf } from '../../domain/input.ts';
import { hypotheticalNodeOf } from '../../domain/node/parse-hypothetical.ts';
import { InvalidInput, type Problem } from '../../domain/problem.ts';
import type { Hypothesis } from '../../planner/what-if/hypothesis.ts';
import type { Subject } from './imagine.ts';

/** What a plan is asked for. */
export interface PlanQuestion extends Hypothesis {
  readonly subject: Subject;
  /** The state then; absent: now. */
  readonly at: number | Date | undefined;
}

/** Reads a question, the deployment as a save reads it. Throws InvalidInput with every problem. */
export function parseQuestion(body: unknown, app: string): PlanQuestion {
  const problems: Problem[] = [];
  const input = inputOf(body, problems);
  const deploymentId = input.text('deploymentId');
  const given = input.raw('deployment');
  if ((given === undefined) === (deploymentId === undefined)) {
    input.problem('deployment', 'or deploymentId is needed, and not both', 'deployment: what would be saved');
  }
  const question = {
    withoutNodes: textsOf(input.raw('withoutNodes'), 'withoutNodes', problems),
    withNodes: input.list('withNodes', hypotheticalNodeOf) ?? [],
    at: momentOf(input.raw('at'), problems),
  };
  if (problems.length > 0) throw new InvalidInput(problems);
  const subject =
    given === undefined ? { deploymentId: deploymentId ?? '' } : { spec: parseDeployment(given, newId('depl')), app };
  return { ...question, subject };
}

function textsOf(given: unknown, field: string, problems: Problem[]): readonly string[] {
  if (given === undefined) return [];
  if (Array.isArray(given) && given.every((one): one is string => typeof one === 'string')) return given;
  problems.push({ field, message: 'must be a list of ids or URLs of nodes' });
  return [];
}

function momentOf(given: unknown, problems: Problem[]): number | Date | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 0) return given;
  if (typeof given === 'string' && /^\d+$/.test(given) && Number.isSafeInteger(Number(given))) return Number(given);
  const moment = typeof given === 'string' && /^\d{4}-\d\d-\d\d/.test(given) ? new Date(given) : undefined;
  if (moment !== undefined && !Number.isNaN(moment.getTime())) return moment;
  const hint = '1234, or 2026-01-31T03:12:00Z';
  problems.push({ field: 'at', message: 'is neither a position nor a time', hint });
  return undefined;
}
