import type { ReplicaFailure } from '../domain/replica/events.ts';
import type { Attempt } from '../jobs/catalogue.ts';
import type { WorkerDeps } from './deps.ts';
import { record } from './replica-log.ts';

/** Records that this generation has failed; what it held on its node is free again. No effect once the generation has passed. */
export async function failAttempt(
  deps: Pick<WorkerDeps, 'store' | 'membership'>,
  attempt: Attempt,
  failure: ReplicaFailure,
): Promise<void> {
  const { replicaId, generation } = attempt;
  await record(deps, attempt, ({ deploymentId, reservation, nodeId }) => {
    const nothing = { nodeId, cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
    const released = reservation ?? nothing;
    return [{ type: 'ReplicaFailed', data: { replicaId, deploymentId, generation, failure, released } }];
  });
}
