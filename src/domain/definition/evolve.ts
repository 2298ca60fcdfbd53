import type { EventOf } from '../event.ts';
import type { DefinitionSpec } from './events.ts';

export type DefinitionEvent = EventOf<'DefinitionSaved' | 'DefinitionDeleted'>;

export interface DefinitionState {
  readonly id: string;
  readonly spec: DefinitionSpec;
  readonly deleted: boolean;
}

/** One event further. */
export function evolveDefinition(
  state: DefinitionState | undefined,
  event: DefinitionEvent,
): DefinitionState | undefined {
  switch (event.type) {
    case 'DefinitionSaved':
      return { id: event.data.definitionId, spec: event.data.spec, deleted: false };
    case 'DefinitionDeleted':
      return state && { ...state, deleted: true };
    default:
      return event satisfies never;
  }
}
