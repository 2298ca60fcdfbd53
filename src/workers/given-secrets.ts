import type { Attempt } from '../jobs/catalogue.ts';
import type { WorkerDeps } from './deps.ts';
import type { Known } from './redact.ts';
import { presentReplica } from './replica-log.ts';

/** The secrets that a container was given; `complete`: the value of each is still kept, so that it can be recognised. */
export interface GivenSecrets {
  readonly known: readonly Known[];
  readonly complete: boolean;
}

/** What must not be told of what the container of this generation says. */
export async function givenSecrets(
  deps: Pick<WorkerDeps, 'store' | 'templates' | 'vault'>,
  attempt: Attempt,
): Promise<GivenSecrets> {
  const row = await presentReplica(deps, attempt);
  if (row === undefined) return { known: [], complete: true };
  const { deploymentId, revision } = row.state;
  const template = await deps.templates(deploymentId, revision);
  const given = Object.entries(template?.secrets ?? {});
  if (given.length === 0) return { known: [], complete: true };
  const values = await deps.vault.values(given.map(([, fingerprint]) => fingerprint));
  const known = given.flatMap(([name, fingerprint]) => {
    const value = values.get(fingerprint);
    return value === undefined ? [] : [{ name, value }];
  });
  return { known, complete: known.length === given.length };
}
