import type { EventOf } from '../event.ts';

export type RouteEvent = EventOf<'RouteSaved' | 'RouteRemoved'>;

/** Where the requests of a host, or of a path of a host, go to. */
export interface RouteState {
  /** `shop.example` or `shop.example/admin`. */
  readonly id: string;
  readonly target: string;
  readonly removed: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One event further. `at`: milliseconds since the epoch. */
export function evolveRoute(state: RouteState | undefined, event: RouteEvent, at: number): RouteState | undefined {
  switch (event.type) {
    case 'RouteSaved': {
      const { routeId, target } = event.data;
      return { id: routeId, target, removed: false, createdAt: state?.createdAt ?? at, updatedAt: at };
    }
    case 'RouteRemoved':
      return state && { ...state, removed: true, updatedAt: at };
    default:
      return event satisfies never;
  }
}
