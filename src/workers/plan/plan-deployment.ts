import { plan as planner } from '../../planner/planner.ts';
import { InvariantViolated, VersionConflict } from '../../store/command.ts';
import type { ActiveJob } from '../../jobs/queue.ts';
import { workerContext } from '../context.ts';
import type { WorkerDeps } from '../deps.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { forgetNodes } from './node-views.ts';
import { planCommand } from './plan-command.ts';

/** Plans from fresh snapshots before the job goes back to its queue. */
const TRIES = 8;

/** Looks at a deployment and commits what the planner decides. A refused version or reservation means a new plan, never a blind repeat. */
export async function planDeployment(
  deps: Pick<WorkerDeps, 'store' | 'queue' | 'clock' | 'membership' | 'log' | 'plan'>,
  { data }: ActiveJob<'plan'>,
): Promise<void> {
  const { store, queue, clock, membership, log, plan = planner } = deps;
  const { fence } = membership.present;
  for (let tries = 1; ; tries += 1) {
    const loaded = await loadSnapshot(store, data.deploymentId, clock.now().getTime());
    if (loaded === undefined) return;
    const decided = plan(loaded.snapshot);
    const command = planCommand(decided, loaded, workerContext(fence, data.cause), fence);
    try {
      if (command !== undefined) await store.append(command);
    } catch (error) {
      const stale = error instanceof VersionConflict || error instanceof InvariantViolated;
      if (!stale || tries === TRIES) throw error;
      if (error instanceof InvariantViolated) forgetNodes(store);
      log.debug('plan refused, planning anew', { deploymentId: data.deploymentId, error: error.message });
      continue;
    }
    if (decided.wakeAt !== undefined) {
      const startAfter = new Date(decided.wakeAt);
      // The time is part of the key: a later wake-up that is queued already must not swallow an earlier one.
      await queue.send([{ queue: 'wake', key: `${data.deploymentId}/${decided.wakeAt}`, data, startAfter }]);
    }
    return;
  }
}
