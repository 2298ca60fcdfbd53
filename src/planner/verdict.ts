import type { DeploymentStatus } from '../domain/deployment/events.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { isReady, type Census } from './strategy/census.ts';

/** Failures in a row from which a deployment is in Error; it is tried again all the same. */
export const ERROR_AFTER_FAILURES = 3;

export interface Verdict {
  readonly status: DeploymentStatus;
  readonly details: string;
}

/** Why trying again cannot help, when a replica of the latest revision has failed for good. */
export function hopelessOf({ current }: Census): string | undefined {
  const hopeless = current.find(({ failure, status }) => status === 'Failed' && failure?.terminal === true);
  return hopeless && failureText(hopeless);
}

/** How a deployment stands that is not hopeless. The reason comes first in `details`: tables show only its beginning. */
export function verdictOf(census: Census, replicas: number, unplaced: readonly string[]): Verdict {
  const { current, old, stopping } = census;
  const ready = current.filter(isReady).length;
  const failing = current.filter(({ status }) => status !== 'Ready').toSorted((a, b) => b.failures - a.failures)[0];
  if (failing !== undefined && failing.failures >= ERROR_AFTER_FAILURES) {
    return { status: 'Error', details: `${failureText(failing)} (failed ${failing.failures} times, tried again)` };
  }
  if (ready === replicas && current.length === replicas && old.length === 0 && stopping.length === 0) {
    return { status: 'OK', details: '' };
  }
  const others = census.revision === undefined ? [] : old.filter(({ revision }) => revision !== census.revision);
  const outdated = others.length;
  const which = others.some(({ revision }) => revision > (census.revision ?? 0)) ? 'other' : 'earlier';
  const parts = [
    ...unplaced,
    ...(failing !== undefined && failing.failures > 0 ? [failureText(failing)] : []),
    `${ready}/${replicas} ready`,
    ...(outdated > 0 ? [`${outdated} of ${which} revisions to go`] : []),
    ...(old.length > outdated ? [`${old.length - outdated} on drained nodes to go`] : []),
    ...(stopping.length > 0 ? [`${stopping.length} stopping`] : []),
  ];
  return { status: 'Deploying', details: parts.join('; ') };
}

/** `container exited with code 1: its last line (web-r2-0)` */
export function failureText({ id, failure }: ReplicaState): string {
  const lastLine = failure?.lastLogs?.at(-1);
  return `${failure?.message ?? 'failed'}${lastLine === undefined ? '' : `: ${lastLine}`} (${id})`;
}
