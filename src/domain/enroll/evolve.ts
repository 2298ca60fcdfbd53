import type { EventOf } from '../event.ts';

export type EnrollEvent = EventOf<'EnrollSaved' | 'EnrollRemoved'>;

/** A role that an account has in an app. */
export interface EnrollState {
  readonly id: string;
  readonly appId: string;
  /** The app in which it counts; `*` for all. */
  readonly appHost: string;
  readonly role: string;
  /** Who has it: an account, or whichever account has the contact. */
  readonly userId?: string | undefined;
  readonly contactId?: string | undefined;
  readonly removed: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One event further. `at`: milliseconds since the epoch. */
export function evolveEnroll(state: EnrollState | undefined, event: EnrollEvent, at: number): EnrollState | undefined {
  switch (event.type) {
    case 'EnrollSaved': {
      const { enrollId, ...saved } = event.data;
      return { id: enrollId, ...saved, removed: false, createdAt: state?.createdAt ?? at, updatedAt: at };
    }
    case 'EnrollRemoved':
      return state && { ...state, removed: true, updatedAt: at };
    default:
      return event satisfies never;
  }
}
