import { openContext } from '../context.ts';
import { followRollout } from '../rollout/follow.ts';
import { createProgress } from '../rollout/progress.ts';
import { reportOutcomes } from '../rollout/report.ts';
import type { ListOptions } from './options.ts';

/** Follows a deployment until it is up or known to have failed. */
export async function watchDeployment(id: string, options: ListOptions & { readonly timeout: number }): Promise<void> {
  const context = await openContext(options);
  const progress = createProgress(context.terminal);
  const outcome = await followRollout(context, {
    deploymentId: id,
    timeout: options.timeout,
    onView: (view) => progress.update(view),
  });
  await reportOutcomes(context.terminal, options.output, [outcome]);
}
