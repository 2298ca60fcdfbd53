import { secretsReferredTo } from '../../domain/deployment/derive-template.ts';
import type { ReplicaState } from '../../domain/replica/evolve.ts';
import { budgetOf, isUsedUp, retryAt } from '../recovery.ts';
import type { Snapshot } from '../snapshot.ts';
import { targetOf } from '../target.ts';

/** What is in the way, and the command that comes next where there is one. */
export interface Block {
  readonly what: string;
  readonly next?: string;
}

/** Replicas that are told of one by one. */
const LISTED = 5;

/** Everything in the way of a deployment but the want of room. Pure. */
export function blocksOf(snapshot: Snapshot): readonly Block[] {
  const { deployment } = snapshot;
  const { id, phase, paused, rollback } = deployment;
  if (phase !== 'live')
    return [{ what: `${id} is ${phase === 'removed' ? 'removed' : 'being removed'}`, next: 'oo deployment save FILE' }];
  const waiting = snapshot.replicas.flatMap((replica) => replicaBlock(snapshot, replica));
  const more = waiting.length - LISTED;
  return [
    ...(paused === undefined
      ? []
      : [{ what: `its rollout was paused by ${paused.by}`, next: `oo deployment resume ${id}` }]),
    ...(rollback === undefined
      ? []
      : [
          {
            what: `revision ${rollback.revision} was given up: ${rollback.reason}`,
            next: `oo deployment save FILE, or oo deployment restart ${id}`,
          },
        ]),
    ...targetBlocks(snapshot),
    ...waiting.slice(0, LISTED),
    ...(more > 0 ? [{ what: `${more} more replicas are not up`, next: `oo describe ${id}` }] : []),
  ];
}

/** What its containers are made from cannot be had, or not yet. */
function targetBlocks(snapshot: Snapshot): readonly Block[] {
  const { deployment, definition, secrets = {} } = snapshot;
  const target = targetOf(snapshot);
  if ('awaited' in target) return [{ what: target.awaited.text, next: 'oo build list' }];
  if (!('problem' in target)) return [];
  if (definition === undefined || definition.deleted)
    return [{ what: target.problem, next: 'oo definition save FILE' }];
  const missing = secretsReferredTo(deployment.spec, definition.spec).filter((name) => !Object.hasOwn(secrets, name));
  const next = missing.length === 0 ? 'oo deployment save FILE' : `oo secret save ${missing[0]} VALUE`;
  return [{ what: target.problem, next }];
}

function replicaBlock({ deployment, now }: Snapshot, replica: ReplicaState): readonly Block[] {
  const { id, status, nodeId, changedAt, unready, failure } = replica;
  switch (status) {
    case 'Ready':
    case 'Stopped':
      return [];
    case 'Stopping':
      return [{ what: `${id} is stopping on ${nodeId} since ${seconds(now - changedAt)}` }];
    case 'Failed':
      return [failedBlock(replica, budgetOf(deployment), now)];
    case 'Scheduled':
    case 'Created':
    case 'Running': {
      const why = unready?.reason ?? failure?.message;
      const what = `${id} is ${status} on ${nodeId} since ${seconds(now - changedAt)}${why === undefined ? '' : `: ${why}`}`;
      return [{ what, next: `oo why ${id}` }];
    }
    default:
      return status satisfies never;
  }
}

function failedBlock(replica: ReplicaState, budget: number, now: number): Block {
  const { id, deploymentId, failures, failure } = replica;
  const what = `${id} failed ${failures} ${failures === 1 ? 'time' : 'times'} in a row: ${failure?.message ?? 'no reason was told'}`;
  if (isUsedUp(replica, budget))
    return { what: `${what}; its budget of ${budget} is used up`, next: `oo deployment restart ${deploymentId}` };
  const at = retryAt(replica, budget);
  if (at === undefined) return { what: `${what}; trying again cannot help`, next: 'oo deployment save FILE' };
  const when =
    at <= now ? 'it is tried again now' : `tried again at ${new Date(at).toISOString()}, in ${seconds(at - now)}`;
  return { what: `${what}; ${when}`, next: failure?.kind === 'image' ? `oo why ${id}` : `oo logs ${id} --previous` };
}

function seconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1_000).toFixed(1)} s`;
}
