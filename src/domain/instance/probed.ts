import type { ReplicaState } from '../replica/evolve.ts';
import type { InstanceEvent, InstanceState } from './evolve.ts';

/** How the instance of a replica stands by its probes; undefined: it is not to be in the registry. */
export function standingByProbes({
  status,
  unready,
}: Pick<ReplicaState, 'status' | 'unready'>):
  | { readonly status: 'Healthy' | 'Error' | 'Unreachable'; readonly details?: string }
  | undefined {
  if (status === 'Ready') return { status: 'Healthy' };
  if (status !== 'Running' || unready === undefined) return undefined;
  return { status: unready.silent ? 'Unreachable' : 'Error', details: unready.reason };
}

/** Brings a registered instance in line with what the probes of its replica found. */
export function decideByProbes(
  state: InstanceState,
  replica: Pick<ReplicaState, 'status' | 'unready'>,
): InstanceEvent[] {
  const standing = standingByProbes(replica);
  if (standing === undefined) return [{ type: 'InstanceRemoved', data: { instanceId: state.id } }];
  // A service that is silent, and healthy by its probes, stays degraded until it is heard of.
  const silent = standing.status === 'Healthy' && state.by === 'heartbeat';
  if (silent || (state.status === standing.status && state.details === standing.details)) return [];
  return [{ type: 'InstanceStatusChanged', data: { instanceId: state.id, ...standing, by: 'probe' } }];
}
