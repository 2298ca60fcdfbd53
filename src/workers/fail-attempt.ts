import type { ReplicaFailure } from '../domain/replica/events.ts';
import type { Attempt } from '../jobs/catalogue.ts';
import type { WorkerDeps } from './deps.ts';
import { givenSecrets } from './given-secrets.ts';
import { redacted } from './redact.ts';
import { record } from './replica-log.ts';

/** Records that this generation has failed; what it held on its node is free again. No effect once the generation has passed. */
export async function failAttempt(
  deps: Pick<WorkerDeps, 'store' | 'membership' | 'templates' | 'vault'>,
  attempt: Attempt,
  failure: ReplicaFailure,
): Promise<void> {
  const { replicaId, generation } = attempt;
  const told = await withoutSecrets(deps, attempt, failure);
  await record(deps, attempt, ({ deploymentId, reservation, nodeId }) => {
    const nothing = { nodeId, cpuMillis: 0, memoryBytes: 0, vramBytes: 0, hostPorts: [] };
    const released = reservation ?? nothing;
    return [{ type: 'ReplicaFailed', data: { replicaId, deploymentId, generation, failure: told, released } }];
  });
}

/** The failure as the log may hold it: what the container was given is not told. */
async function withoutSecrets(
  deps: Pick<WorkerDeps, 'store' | 'templates' | 'vault'>,
  attempt: Attempt,
  failure: ReplicaFailure,
): Promise<ReplicaFailure> {
  const { known, complete } = await givenSecrets(deps, attempt);
  // A value that is not kept any more cannot be recognised, and may be in what the container said.
  return complete ? redacted(failure, known) : withheld(redacted(failure, known));
}

function withheld({ lastLogs, ...rest }: ReplicaFailure): ReplicaFailure {
  return lastLogs === undefined
    ? rest
    : { ...rest, lastLogs: ['(withheld: a secret that the container was given is not kept any more)'] };
}
