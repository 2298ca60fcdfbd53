import type { Snapshot } from '../snapshot.ts';

/** Why a deployment is not to be rebalanced now; undefined when it may be. */
export function stillness({ deployment, replicas }: Snapshot): string | undefined {
  const { phase, status, spec, revision } = deployment;
  if (phase !== 'live') return 'it is being deleted';
  if (spec.strategy?.type === 'Recreate')
    return 'its strategy is Recreate: moving a replica would mean to do without it meanwhile';
  const present = replicas.filter((replica) => replica.status !== 'Stopped');
  const settled = status === 'OK' && present.every((each) => each.status === 'Ready' && each.revision === revision);
  return settled ? undefined : `it is ${status}: only what is as wanted is moved`;
}
