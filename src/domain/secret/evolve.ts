import type { EventOf } from '../event.ts';
import type { SecretAccess } from './events.ts';

export type SecretEvent = EventOf<'SecretSaved' | 'SecretRemoved'>;

/** A secret as its stream tells it: everything but its value. */
export interface SecretState {
  /** Host of the app that it belongs to. */
  readonly app: string;
  readonly name: string;
  readonly fingerprint: string;
  /** 1, 2, 3 … with every new value, also after a removal. */
  readonly version: number;
  readonly access: SecretAccess;
  readonly removed: boolean;
}

/** One event further. */
export function evolveSecret(state: SecretState | undefined, event: SecretEvent): SecretState | undefined {
  switch (event.type) {
    case 'SecretSaved':
      return { ...event.data, removed: false };
    case 'SecretRemoved':
      return state && { ...state, removed: true };
    default:
      return event satisfies never;
  }
}
