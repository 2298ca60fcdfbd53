import type { EventOf } from '../event.ts';

export type UserEvent = EventOf<'UserRegistered'>;

export interface UserState {
  readonly id: string;
  readonly slug: string;
  readonly name: string | undefined;
  readonly roles: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** One event further. `at`: milliseconds since the epoch. */
export function evolveUser(state: UserState | undefined, event: UserEvent, at: number): UserState {
  const { userId, slug, name, roles } = event.data;
  return { id: userId, slug, name, roles, createdAt: state?.createdAt ?? at };
}
