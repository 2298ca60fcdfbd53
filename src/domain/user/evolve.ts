import type { EventOf } from '../event.ts';
import type { Contact } from './contact.ts';

export type UserEvent = EventOf<'UserRegistered' | 'PasswordChanged' | 'TokensRevoked'>;

export interface UserState {
  readonly id: string;
  readonly slug: string;
  readonly name: string | undefined;
  /** Those of its own; others come with enrolls. */
  readonly roles: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When its password or its tokens were dealt with last; absent before. */
  readonly updatedAt?: number;
  readonly contact?: Contact;
}

/** One event further. `at`: milliseconds since the epoch. */
export function evolveUser(state: UserState | undefined, event: UserEvent, at: number): UserState | undefined {
  switch (event.type) {
    case 'UserRegistered': {
      const { userId, slug, name, roles, contact } = event.data;
      const createdAt = state?.createdAt ?? at;
      return { id: userId, slug, name, roles, createdAt, ...(contact === undefined ? {} : { contact }) };
    }
    case 'PasswordChanged':
    case 'TokensRevoked':
      return state && { ...state, updatedAt: at };
    default:
      return event satisfies never;
  }
}
