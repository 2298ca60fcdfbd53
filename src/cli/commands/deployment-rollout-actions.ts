import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { printValue } from '../output.ts';
import { followRollout, type Outcome } from '../rollout/follow.ts';
import { createProgress } from '../rollout/progress.ts';
import { reportOutcomes } from '../rollout/report.ts';
import type { ListOptions } from './options.ts';

/** What all of them take. Without `timeout` (milliseconds) there is nothing to follow. */
export interface StepOptions extends ListOptions {
  readonly message?: string;
  readonly wait?: boolean;
  readonly detach?: boolean;
  readonly timeout?: number;
}

export interface ScaleOptions extends StepOptions {
  readonly replicas: number;
}

type Verb = 'pause' | 'resume' | 'promote' | 'abort' | 'restart' | 'scale' | 'rollback';

const DONE: Readonly<Record<Verb, string>> = {
  pause: 'paused',
  resume: 'resumed',
  promote: 'promoted',
  abort: 'aborted',
  restart: 'restarted',
  scale: 'scaled',
  rollback: 'rolled back',
};

/** Pauses a rollout, goes on with it, or takes it back. */
export async function tellRollout(verb: 'pause' | 'resume' | 'abort', id: string, options: StepOptions): Promise<void> {
  const input = { params: { id }, body: { reason: options.message } };
  await carryOut(verb, id, options, (context) =>
    context.call(`${verb} deployment ${id}`, `${verb}Deployment`, input, LOOK_UP),
  );
}

/** Lets a release go a step further, or to its end. */
export async function promoteDeployment(id: string, options: StepOptions & { readonly full?: boolean }): Promise<void> {
  const input = { params: { id }, body: { reason: options.message, full: options.full === true } };
  await carryOut('promote', id, options, (context) =>
    context.call(`promote deployment ${id}`, 'promoteDeployment', input, LOOK_UP),
  );
}

/** Makes every container anew. */
export async function restartDeployment(id: string, options: StepOptions & { readonly now?: boolean }): Promise<void> {
  const input = { params: { id }, body: { reason: options.message, now: options.now === true } };
  await carryOut('restart', id, options, (context) =>
    context.call(`restart deployment ${id}`, 'restartDeployment', input, LOOK_UP),
  );
}

/** Saves the deployment with another count. */
export async function scaleDeployment(id: string, options: ScaleOptions): Promise<void> {
  const input = { params: { id }, body: { reason: options.message, replicas: options.replicas } };
  await carryOut('scale', id, options, (context) =>
    context.call(`scale deployment ${id} to ${options.replicas}`, 'scaleDeployment', input, LOOK_UP),
  );
}

/** Rolls an earlier revision out anew. */
export async function rollbackDeployment(id: string, options: StepOptions & { readonly to?: string }): Promise<void> {
  const input = { params: { id }, body: { to: options.to, reason: options.message } };
  await carryOut('rollback', id, options, async (context) => {
    const answer = await context.call(`roll ${id} back`, 'rollbackDeployment', input, {
      lookUp: `oo deployment history ${id}`,
    });
    if (options.output === 'table') {
      context.terminal.stderr.write(`rolling back to revision ${answer.body.to}: ${answer.body.image}\n`);
    }
    return answer;
  });
}

const LOOK_UP = { lookUp: 'oo deployment list' };

async function carryOut(
  verb: Verb,
  id: string,
  options: StepOptions,
  send: (context: Context) => Promise<{ readonly position: number | undefined }>,
): Promise<void> {
  if (options.wait === true && options.detach === true) {
    throw new Failure('--wait and --detach exclude each other', { exitCode: EXIT.usage });
  }
  const context = await openContext(options);
  const startedAt = performance.now();
  const { position } = await send(context);
  const { timeout, output } = options;
  const wait = options.wait ?? (options.detach !== true && context.terminal.stdout.isTTY === true);
  if (timeout !== undefined && wait) {
    return report(verb, context, output, await follow(context, id, { position, startedAt, timeout }));
  }
  const result = { id, outcome: DONE[verb], changed: position !== undefined, position };
  if (output !== 'table') return printValue(context.terminal, output, result);
  const already = verb === 'scale' ? 'has that count already' : `was ${DONE[verb]} already`;
  const text =
    position === undefined ? `${id} ${verb === 'resume' ? 'is not paused' : already}` : `${id} ${DONE[verb]}`;
  context.terminal.stdout.write(`${text}\n`);
}

interface Following {
  /** Of the event in the log; absent when nothing was changed. */
  readonly position: number | undefined;
  readonly startedAt: number;
  readonly timeout: number;
}

function follow(context: Context, id: string, { position, startedAt, timeout }: Following): Promise<Outcome> {
  const progress = createProgress(context.terminal);
  return followRollout(context, {
    deploymentId: id,
    savedAt: position,
    startedAt,
    timeout,
    onView: (view) => progress.update(view),
  });
}

/** A rollout that went back is what was asked for with `abort`, or `rollback`, and a failure otherwise. */
async function report(
  verb: Verb,
  { terminal }: Context,
  output: StepOptions['output'],
  outcome: Outcome,
): Promise<void> {
  const { rollback } = outcome.view;
  const asAsked =
    (verb === 'abort' || verb === 'rollback') &&
    outcome.fate === 'failed' &&
    rollback?.done === true &&
    rollback.by !== 'planner';
  await reportOutcomes(terminal, output, [asAsked ? { ...outcome, fate: 'ok' } : outcome]);
}
