import { derivedId } from '../identifier.ts';
import { Conflict } from '../problem.ts';
import { isSame } from '../same.ts';
import type { InstanceEvent, InstanceState } from './evolve.ts';
import type { InstanceInput } from './parse.ts';

/** Who registers. */
export interface Owner {
  readonly slug: string;
  /** May change what belongs to others. */
  readonly mayEditAll: boolean;
}

/** The id that a registration goes to: the one that its URL has, its own, else one that follows from the URL. */
export function instanceIdOf(input: InstanceInput, sameUrl: InstanceState | undefined): string {
  return sameUrl?.id ?? input.id ?? derivedId('inst', input.url);
}

/**
 * Registers an instance, or updates it; the same again is no event. `state` is the row of the id. Throws Conflict when it
 * belongs to somebody else.
 */
export function decideRegisterInstance(
  state: InstanceState | undefined,
  instanceId: string,
  input: InstanceInput,
  owner: Owner,
): InstanceEvent[] {
  const before = state === undefined || state.removed ? undefined : state;
  if (before !== undefined && before.slug !== owner.slug && !owner.mayEditAll) {
    // Nothing of what is theirs: whoever knows the id must not learn the URL from it, nor the other way round.
    throw new Conflict('this URL, or this id, is registered by another account');
  }
  const { id: _, ...parts } = input;
  const after: InstanceState = {
    ...parts,
    id: instanceId,
    slug: before?.slug ?? owner.slug,
    status: before?.status ?? 'Unknown',
    details: before?.details,
    by: before?.by,
    replicaId: before?.replicaId,
    nodeUrl: before?.nodeUrl,
    deploymentId: input.deploymentId ?? before?.deploymentId,
    removed: false,
  };
  if (isSame(before, after)) return [];
  const { id: __, removed: ___, ...data } = after;
  return [{ type: 'InstanceRegistered', data: { instanceId, ...data } }];
}

/** Removing what is not there is no event. */
export function decideRemoveInstance(state: InstanceState | undefined): InstanceEvent[] {
  if (state === undefined || state.removed) return [];
  return [{ type: 'InstanceRemoved', data: { instanceId: state.id } }];
}
