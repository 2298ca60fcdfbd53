import { isSame } from '../same.ts';
import type { DefinitionSpec } from './events.ts';
import type { DefinitionEvent, DefinitionState } from './evolve.ts';

/** A save that changes nothing is no event. */
export function decideSaveDefinition(state: DefinitionState | undefined, spec: DefinitionSpec): DefinitionEvent[] {
  if (state !== undefined && !state.deleted && isSame(state.spec, spec)) return [];
  return [{ type: 'DefinitionSaved', data: { definitionId: spec.id, spec } }];
}

/**
 * Deleting what does not exist is no event. Deployments may still refer to it: what runs keeps running from its
 * recorded template and may be scaled; a save that would change its containers fails with the reason.
 */
export function decideDeleteDefinition(state: DefinitionState | undefined): DefinitionEvent[] {
  if (state === undefined || state.deleted) return [];
  return [{ type: 'DefinitionDeleted', data: { definitionId: state.id } }];
}
