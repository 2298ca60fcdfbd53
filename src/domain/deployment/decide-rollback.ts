import { Conflict } from '../problem.ts';
import type { Template } from '../template.ts';
import { courseOf } from './course.ts';
import type { DeploymentEvent, DeploymentState } from './evolve.ts';
import type { DeploymentSpec } from './events.ts';

/** The revision to go back to, as it was. */
export interface Earlier {
  readonly revision: number;
  readonly spec: DeploymentSpec;
  /** With its image by digest, where that is known. */
  readonly template: Template;
}

/**
 * The spec of an earlier revision is saved again, with its template for as long as nobody saves anything else. Throws
 * Conflict when that revision is what is looked after. Where it is still there whole, beside the latest that is released, the
 * requests go back to it at once, as an abort does: nothing has to be made.
 */
export function decideRollback(
  state: DeploymentState,
  earlier: Earlier,
  { by, reason }: { readonly by: string; readonly reason: string | undefined },
): DeploymentEvent[] {
  const { id, revision, rollback, saves, savedAtRevision } = state;
  if (earlier.revision === revision && rollback === undefined && saves === savedAtRevision) {
    throw new Conflict(`revision ${revision} is what is wanted of ${id} already; see: oo deployment history ${id}`);
  }
  const { spec, template } = earlier;
  const back = switchedBack(state, earlier.revision);
  if (back !== undefined) return [{ ...back, data: { ...back.data, reason: reason ?? '', by } }];
  const why = reason === undefined ? {} : { reason };
  const pinned = { revision: earlier.revision, template };
  return [{ type: 'DeploymentSaved', data: { deploymentId: id, spec, pinned, ...why } }];
}

/** The same event as an abort, where the revision is the one that a release came from. */
function switchedBack(
  { id, revision, stable, rollback, traffic, spec, saves, savedAtPlan }: DeploymentState,
  to: number,
): Extract<DeploymentEvent, { type: 'RolloutFailed' }> | undefined {
  const released = courseOf(spec) !== undefined && traffic !== undefined && rollback === undefined;
  if (!released || to !== stable || to === revision || saves !== savedAtPlan) return undefined;
  return { type: 'RolloutFailed', data: { deploymentId: id, revision, backTo: to, reason: '', by: '' } };
}
