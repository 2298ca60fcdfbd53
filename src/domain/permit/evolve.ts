import type { EventOf } from '../event.ts';

export type PermitEvent = EventOf<'PermitSaved' | 'PermitRemoved'>;

/** Who besides the roles that hold them by themselves holds some permissions. */
export interface PermitState {
  readonly id: string;
  readonly appId: string;
  /** The app whose tokens it counts for; `*` for all. */
  readonly appHost: string;
  readonly permissions: readonly string[];
  readonly slugs: readonly string[];
  readonly roles: readonly string[];
  readonly removed: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One event further. `at`: milliseconds since the epoch. */
export function evolvePermit(state: PermitState | undefined, event: PermitEvent, at: number): PermitState | undefined {
  switch (event.type) {
    case 'PermitSaved': {
      const { permitId, ...saved } = event.data;
      return { id: permitId, ...saved, removed: false, createdAt: state?.createdAt ?? at, updatedAt: at };
    }
    case 'PermitRemoved':
      return state && { ...state, removed: true, updatedAt: at };
    default:
      return event satisfies never;
  }
}
