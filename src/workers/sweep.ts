import { v7 as uuidv7 } from 'uuid';

import { pause } from '../clock.ts';
import type { ReplicaState } from '../domain/replica/evolve.ts';
import type { Attempt, Job } from '../jobs/catalogue.ts';
import { forgetImages } from './build/forget-images.ts';
import { stuckBuilds } from './build/stuck-builds.ts';
import type { WorkerDeps } from './deps.ts';
import type { Membership } from './membership.ts';

const SWEEP_MS = 15_000;
/** Images that nobody uses are looked for once in so many sweeps only. */
const FORGET_EVERY = 20;
/** A replica that is on its way for so long has perhaps lost its job. */
const STUCK_MS = 60_000;

/**
 * The slow safety net: work is triggered by events, and this finds what fell through. Every worker sweeps; jobs under
 * one key and idempotent handlers make the repetition harmless.
 */
export async function sweep(deps: WorkerDeps, life: Membership): Promise<void> {
  for (let round = 0; !life.ended.aborted; round += 1) {
    if (round % FORGET_EVERY === 0) await tidy(deps);
    await pause(deps.clock, SWEEP_MS, life.ended);
    if (life.ended.aborted) return;
    try {
      const cause = { correlationId: uuidv7() };
      await deps.queue.send([{ queue: 'replan', key: 'sweep', data: { reason: 'sweep', id: 'sweep', cause } }]);
      await deps.queue.send(await stuck(deps, cause));
      await deps.queue.send(await stuckBuilds(deps, deps.clock.now().getTime() - STUCK_MS, cause));
    } catch (error) {
      deps.log.warn('the sweep failed; it comes again', { error: String(error) });
    }
  }
}

async function tidy(deps: WorkerDeps): Promise<void> {
  try {
    await forgetImages(deps, { correlationId: uuidv7() });
  } catch (error) {
    deps.log.warn('images that nobody uses could not be looked for; it comes again', { error: String(error) });
  }
}

async function stuck({ store, clock }: WorkerDeps, cause: Attempt['cause']): Promise<readonly Job[]> {
  const rows = await store.rows<ReplicaState>('replicas', {
    present: 'true',
    status: ['Scheduled', 'Created', 'Stopping'],
  });
  const before = clock.now().getTime() - STUCK_MS;
  return (
    rows
      // What is drained first is in other hands, and a container may be given longer than the usual time to end.
      .filter(({ state: { changedAt, stopping } }) => {
        return stopping?.draining !== true && changedAt + (stopping?.graceSeconds ?? 0) * 1_000 < before;
      })
      .map(({ state }): Job => {
        const { nodeId, generation, id: replicaId, status } = state;
        const queue = status === 'Stopping' ? 'stop' : 'start';
        return { queue, data: { nodeId, replicas: [{ replicaId, generation, cause }] } };
      })
  );
}
