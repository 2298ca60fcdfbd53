import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { formatElapsed } from '../text/duration.ts';
import { printable } from '../text/table.ts';
import { describeDeployment, describeFailures } from './describe.ts';
import type { Outcome } from './follow.ts';

/** `depl_x OK 3/3 ready in 4.1 s (revision 2)` */
export function conclusion({ view, milliseconds }: Outcome): string {
  const { deployment, progress, targetRevision: revision } = view;
  const ready = `${progress.updated}/${progress.desired} ready`;
  return `${deployment.id} ${deployment.status} ${ready} in ${formatElapsed(milliseconds)} (revision ${revision})`;
}

/** Why a rollout did not come up, or undefined when it did. */
export function failureOf(outcome: Outcome): Failure | undefined {
  const { fate, view, milliseconds } = outcome;
  const { id, details } = view.deployment;
  switch (fate) {
    case 'ok':
      return undefined;
    case 'failed':
      return new Failure(`${conclusion(outcome)}${details ? `: ${printable(details)}` : ''}`, {
        exitCode: EXIT.rolloutFailed,
        details: failuresOf(outcome),
        next: [`oo events --of ${id}`, 'mend the deployment or its definition, and save the deployment again'],
      });
    case 'deleted':
      return new Failure(`${id} was deleted while it was followed`, { exitCode: EXIT.rolloutFailed });
    case 'timeout':
      return new Failure(`not finished after ${formatElapsed(milliseconds)}: ${describeDeployment(view)}`, {
        // A rollout that is known to have failed, and has not come back in time, has failed all the same.
        exitCode: view.rollback === undefined ? EXIT.timeout : EXIT.rolloutFailed,
        details: failuresOf(outcome),
        next: [
          ...(view.paused === undefined ? [] : [`oo deployment resume ${id}`]),
          `oo deployment watch ${id}`,
          'oo node list',
          `oo events --of ${id}`,
        ],
      });
    default:
      return fate satisfies never;
  }
}

/** What fails now; else, as nothing of a revision that was given up is left, what failed while it was followed. */
function failuresOf({ view, failures }: Outcome): readonly string[] {
  const now = describeFailures(view);
  return now.length === 0 ? failures : now;
}

/** The result as programs read it. */
export function resultOf({ fate, view, milliseconds }: Outcome): Readonly<Record<string, unknown>> {
  const { id, status, details = '' } = view.deployment;
  return {
    id,
    outcome: fate,
    status,
    details,
    revision: view.revision,
    targetRevision: view.targetRevision,
    ...(view.rollback === undefined ? {} : { rollback: view.rollback }),
    progress: view.progress,
    milliseconds: Math.round(milliseconds),
    position: view.position,
    replicas: view.replicas,
  };
}
