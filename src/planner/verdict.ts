import type { DeploymentStatus } from '../domain/deployment/events.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import { backoffMs } from './backoff.ts';
import { isUsedUp } from './recovery.ts';
import { attemptKey, isReady, type Census } from './strategy/census.ts';

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
export function verdictOf(
  census: Census,
  replicas: number,
  unplaced: readonly string[],
  maxFailures = Infinity,
): Verdict {
  const { current, old, stopping } = census;
  const ready = current.filter(isReady).length;
  const givenUp = current.find((replica) => isUsedUp(replica, maxFailures));
  if (givenUp !== undefined) return { status: 'Error', details: usedUpText(givenUp, maxFailures) };
  const failing = current.filter(({ status }) => status !== 'Ready').toSorted((a, b) => b.failures - a.failures)[0];
  if (failing !== undefined && failing.failures >= ERROR_AFTER_FAILURES) {
    return { status: 'Error', details: `${failureText(failing)} (${retryText(failing)})` };
  }
  if (ready === replicas && current.length === replicas && old.length === 0 && stopping.length === 0) {
    return { status: 'OK', details: '' };
  }
  const others = census.revision === undefined ? [] : old.filter(({ revision }) => revision !== census.revision);
  const outdated = others.length;
  const which = others.some(({ revision }) => revision > (census.revision ?? 0)) ? 'other' : 'earlier';
  const moving = old.filter((replica) => !others.includes(replica) && census.moving.has(attemptKey(replica))).length;
  const parts = [
    ...unplaced,
    ...troubleOf(census),
    `${ready}/${replicas} ready`,
    ...(outdated > 0 ? [`${outdated} of ${which} revisions to go`] : []),
    ...(moving > 0 ? [`${moving} to move to better homes`] : []),
    ...(old.length > outdated + moving ? [`${old.length - outdated - moving} on drained nodes to go`] : []),
    ...(stopping.length > 0 ? [`${stopping.length} stopping`] : []),
  ];
  return { status: 'Deploying', details: parts.join('; ') };
}

/** What is wrong with one that is not ready: how it failed, or why it is out of service. */
export function troubleOf({ current }: Census): readonly string[] {
  const failing = current.filter(({ status }) => status !== 'Ready').toSorted((a, b) => b.failures - a.failures)[0];
  return [
    ...(failing !== undefined && failing.failures > 0 ? [failureText(failing)] : []),
    ...current.flatMap(({ id, unready }) => (unready === undefined ? [] : [`${unready.reason} (${id})`])).slice(0, 1),
  ];
}

/** The length of the back-off, not what is left of it: this stays true while it runs, and the view counts it down. */
function retryText({ id, failures }: ReplicaState): string {
  const seconds = Math.round(backoffMs(failures, id) / 1_000);
  return `failed ${failures} times, tried again after ${seconds} s`;
}

function usedUpText(replica: ReplicaState, maxFailures: number): string {
  return (
    `restart budget of ${maxFailures} used up: ${failureText(replica)}; ` +
    `save again, or oo deployment restart ${replica.deploymentId}`
  );
}

/** `container exited with code 1: its last line (web-r2-0)` */
export function failureText({ id, failure }: ReplicaState): string {
  const lastLine = failure?.lastLogs?.at(-1);
  return `${failure?.message ?? 'failed'}${lastLine === undefined ? '' : `: ${lastLine}`} (${id})`;
}
