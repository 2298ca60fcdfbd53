import { Conflict } from '../problem.ts';
import type { Template } from '../template.ts';
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
 * Conflict when that revision is what is looked after.
 */
export function decideRollback(
  { id, revision, rollback, saves, savedAtRevision }: DeploymentState,
  earlier: Earlier,
  reason: string | undefined,
): DeploymentEvent[] {
  if (earlier.revision === revision && rollback === undefined && saves === savedAtRevision) {
    throw new Conflict(`revision ${revision} is what is wanted of ${id} already; see: oo deployment history ${id}`);
  }
  const { spec, template } = earlier;
  const why = reason === undefined ? {} : { reason };
  const pinned = { revision: earlier.revision, template };
  return [{ type: 'DeploymentSaved', data: { deploymentId: id, spec, pinned, ...why } }];
}
