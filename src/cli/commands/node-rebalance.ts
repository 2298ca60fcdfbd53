import type { RebalancePlanView } from '../../api/contract/fleet-schemas.ts';
import { type Context, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { confirmed } from '../fleet/confirm.ts';
import { plural } from '../fleet/plural.ts';
import { poll } from '../fleet/poll.ts';
import { printValue } from '../output.ts';
import { formatElapsed } from '../text/duration.ts';
import { renderTable } from '../text/table.ts';
import type { ListOptions } from './options.ts';

export interface RebalanceOptions extends ListOptions {
  readonly deployment?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly wait: boolean;
  /** Milliseconds. */
  readonly timeout: number;
}

/** Shows which replicas would get a better home, asks, has them moved, and waits until they are. */
export async function rebalanceNodes(options: RebalanceOptions): Promise<void> {
  const context = await openContext(options);
  const { deployment: deploymentId, output } = options;
  const { body: plan } = await context.call('plan a rebalancing', 'rebalancePlan', { query: { deploymentId } });
  const moves = plan.deployments.flatMap((each) => each.moves);
  if (output === 'table') writePlan(context, plan);
  else if (options.dryRun === true || moves.length === 0) return printValue(context.terminal, output, plan);
  if (moves.length === 0 || options.dryRun === true) return;
  if (!(await confirmed(context.terminal, `Move ${plural(moves.length, 'replica')}?`, options.yes === true))) {
    throw new Failure('not rebalanced: nothing was changed', { next: ['oo node rebalance --yes'] });
  }
  const startedAt = performance.now();
  const reviewed = {
    position: plan.position,
    ...(deploymentId === undefined ? {} : { deploymentId }),
    moves: moves.map(({ replicaId, generation, from, to }) => ({ replicaId, generation, from, to })),
  };
  const { body: begun } = await context.call('rebalance', 'rebalance', { body: reviewed });
  if (options.wait) await untilMoved(context, plan, options.timeout);
  if (output !== 'table') return printValue(context.terminal, output, begun);
  const done = `${plural(moves.length, 'replica')} moved in ${formatElapsed(performance.now() - startedAt)}`;
  context.terminal.stdout.write(options.wait ? `${done}\n` : `${plural(moves.length, 'replica')} on the move\n`);
}

function writePlan({ terminal }: Context, { deployments, left }: RebalancePlanView): void {
  const moves = deployments.flatMap((each) => each.moves);
  if (moves.length === 0)
    terminal.stdout.write('There is nothing to gain: every replica has the best home there is.\n');
  else {
    const rows = moves.map(({ replicaId, from, to, before, after, why }) => [
      replicaId,
      from,
      to,
      `${before} → ${after}`,
      why,
    ]);
    terminal.stdout.write(renderTable(['REPLICA', 'FROM', 'TO', 'SCORE', 'WHY'], rows));
  }
  for (const { deploymentId, why } of left) terminal.stderr.write(`${deploymentId} is left alone: ${why}\n`);
}

/** Until none of the moved generations is left where it was, and their deployments are OK. */
async function untilMoved(context: Context, plan: RebalancePlanView, timeout: number): Promise<void> {
  const moving = new Set(plan.deployments.flatMap(({ moves }) => moves.map(keyOf)));
  let told: number | undefined;
  const ended = await poll({
    timeout,
    async look() {
      const views = await Promise.all(
        plan.deployments.map(({ deploymentId }) =>
          context.client.call('showDeployment', { params: { id: deploymentId } }).then(({ body }) => body),
        ),
      );
      const left = views.flatMap(({ replicas }) =>
        replicas.filter(({ id, generation }) => moving.has(keyOf({ replicaId: id, generation }))),
      ).length;
      if (left !== told) context.terminal.stderr.write(`${plural(left, 'replica')} to move\n`);
      told = left;
      return left === 0 && views.every(({ deployment }) => deployment.status === 'OK') ? true : undefined;
    },
    onInterrupt: () => 'The replicas move on without you. See: oo deployment list',
  });
  if (ended !== 'timeout') return;
  throw new Failure(`not all replicas have moved after ${formatElapsed(timeout)}; they move on`, {
    exitCode: EXIT.timeout,
    next: plan.deployments.slice(0, 3).map(({ deploymentId }) => `oo deployment watch ${deploymentId}`),
  });
}

function keyOf({ replicaId, generation }: { readonly replicaId: string; readonly generation: number }): string {
  return `${replicaId} ${generation}`;
}
