import { EngineError } from '../../engine/engine-error.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Membership } from '../membership.ts';
import { repeat } from '../repeat.ts';
import { sampledReplicas, type SampledReplica } from './sampled-replica.ts';
import { storeSamples, type Taken } from './samples.ts';

/** Calls in flight per engine: each waits up to a second for the engine's collector, without loading it. */
const SIDE_BY_SIDE = 32;

/**
 * Measures what the replicas of deployments that scale themselves use, on the nodes that this life watches. A node that
 * is slow to answer holds up no other one: it is left out until it has answered.
 */
export async function sampleReplicas(deps: WorkerDeps, life: Membership): Promise<void> {
  const busy = new Map<string, Promise<void>>();
  const work = { everyMs: deps.autoscaleIntervalMs, late: 'replicas could not be sampled; trying again' };
  await repeat(deps, life, work, async () => {
    for (const [nodeId, replicas] of Map.groupBy(await sampledReplicas(deps, life), (each) => each.nodeId)) {
      if (busy.has(nodeId)) continue;
      const sampling = sampleNode(deps, replicas, life.ended).finally(() => busy.delete(nodeId));
      busy.set(nodeId, sampling);
    }
  });
  await Promise.all(busy.values());
}

async function sampleNode(deps: WorkerDeps, replicas: readonly SampledReplica[], ended: AbortSignal): Promise<void> {
  try {
    const waiting = replicas.values();
    const lanes = Array.from({ length: Math.min(SIDE_BY_SIDE, replicas.length) }, async () => {
      const taken: Taken[] = [];
      for (const replica of waiting) taken.push(...(await sample(deps, replica, ended)));
      return taken;
    });
    await storeSamples(deps.database.db, (await Promise.all(lanes)).flat());
  } catch (error) {
    if (!ended.aborted) deps.log.warn('samples could not be stored; they are taken anew', { error: String(error) });
  }
}

/** Nothing when the engine does not tell: the autoscaler is told that the replica was not measured, and is careful. */
async function sample(deps: WorkerDeps, replica: SampledReplica, signal: AbortSignal): Promise<readonly Taken[]> {
  try {
    return [{ ...replica, used: await deps.engines.at(replica.nodeUrl).stats(replica.containerId, signal) }];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    deps.log.debug('replica not measured', { replicaId: replica.replicaId, error: error.message });
    return [];
  }
}
