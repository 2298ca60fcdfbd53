import type { RouteEvent, RouteState } from './evolve.ts';
import type { RouteSave } from './parse.ts';

/** A save that changes nothing is no event. */
export function decideSaveRoute(state: RouteState | undefined, { id, target }: RouteSave): RouteEvent[] {
  if (state?.removed === false && state.target === target) return [];
  return [{ type: 'RouteSaved', data: { routeId: id, target } }];
}

/** What does not exist is removed already. */
export function decideRemoveRoute(state: RouteState | undefined): RouteEvent[] {
  return state === undefined || state.removed ? [] : [{ type: 'RouteRemoved', data: { routeId: state.id } }];
}
