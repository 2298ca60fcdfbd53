import type { DrainPlanView } from '../../api/contract/fleet-schemas.ts';
import type { NodeStanding } from '../../api/contract/registry-schemas.ts';
import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { confirmed } from '../fleet/confirm.ts';
import { drainText, isIncomplete } from '../fleet/drain-text.ts';
import { plural } from '../fleet/plural.ts';
import { poll } from '../fleet/poll.ts';
import { printValue } from '../output.ts';
import { formatElapsed } from '../text/duration.ts';
import type { ListOptions } from './options.ts';

export interface DrainOptions extends ListOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Shows what a drain would do, asks, begins it, and waits until the node is drained. */
export async function drainNode(asked: string, options: DrainOptions): Promise<void> {
  const context = await openContext(options);
  const plan = await planOf(context, asked);
  if (options.dryRun === true && options.output !== 'table') return printValue(context.terminal, options.output, plan);
  context.terminal.stderr.write(drainText(plan));
  if (options.dryRun === true) return;
  const question = isIncomplete(plan) ? 'Drain it all the same?' : 'Drain it?';
  if (!(await confirmed(context.terminal, question, options.yes === true))) {
    throw new Failure('not drained: nothing was changed', { next: [`oo node drain ${asked} --yes`] });
  }
  const startedAt = performance.now();
  const { id } = plan.node;
  await context.call(`drain node ${id}`, 'scheduleNode', { params: { id }, body: { scheduling: 'draining' } });
  if (!options.wait) {
    return report(context, options, { id, outcome: 'draining' }, `${id} draining; follow it with: oo node list`);
  }
  const fate = await untilDrained(context, id, options.timeout);
  if (fate === 'timeout') throw await lateFailure(context, id, options.timeout);
  if (fate !== 'drained') throw new Failure(fate.why, { exitCode: fate.exitCode, next: ['oo node list'] });
  const milliseconds = Math.round(performance.now() - startedAt);
  await report(
    context,
    options,
    { id, outcome: 'drained', milliseconds },
    `${id} drained in ${formatElapsed(milliseconds)}`,
  );
}

async function planOf(context: Context, asked: string): Promise<DrainPlanView> {
  const { body } = await context.call(
    `plan the drain of node ${asked}`,
    'drainPlan',
    { params: { id: asked } },
    { lookUp: 'oo node list' },
  );
  return body;
}

type Ended = 'drained' | { readonly why: string; readonly exitCode: typeof EXIT.conflict | typeof EXIT.notFound };

async function untilDrained(context: Context, id: string, timeout: number): Promise<Ended | 'timeout'> {
  let told: number | undefined;
  return poll<Ended>({
    timeout,
    async look() {
      const { body } = await context.client.call('listNodes', { body: { ids: [id] } });
      const standing = body.states?.find((each) => each.id === id);
      if (standing?.scheduling === 'draining' && standing.replicas !== told) {
        told = standing.replicas;
        context.terminal.stderr.write(`${plural(told, 'replica')} left on ${id}\n`);
      }
      return endOf(id, standing);
    },
    onInterrupt: () => `The drain of ${id} goes on without you. Undo it with: oo node uncordon ${id}`,
  });
}

function endOf(id: string, standing: NodeStanding | undefined): Ended | undefined {
  if (standing === undefined) return { why: `node ${id} was removed meanwhile`, exitCode: EXIT.notFound };
  if (standing.scheduling === 'drained') return 'drained';
  if (standing.scheduling === 'draining') return undefined;
  return { why: `the drain of ${id} was given up by somebody: it is ${standing.scheduling}`, exitCode: EXIT.conflict };
}

/** What is still there, and why, as the planner sees it now. */
async function lateFailure(context: Context, id: string, timeout: number): Promise<Failure> {
  const plan = await planOf(context, id);
  return new Failure(
    `${id} is not drained after ${formatElapsed(timeout)}: ${plural(plan.node.replicas, 'replica')} left; the drain goes on`,
    {
      exitCode: EXIT.timeout,
      details: drainText(plan).trimEnd().split('\n'),
      next: [`oo node drain ${id}   (waits on)`, `oo node uncordon ${id}   (gives it up)`],
    },
  );
}

async function report(
  { terminal }: Context,
  { output }: DrainOptions,
  value: Readonly<Record<string, unknown>>,
  text: string,
): Promise<void> {
  if (output !== 'table') return printValue(terminal, output, value);
  terminal.stdout.write(`${text}\n`);
}
