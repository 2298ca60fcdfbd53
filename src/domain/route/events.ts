import { z } from 'zod';

export const routeEvents = {
  /** `routeId`: host, or host and path. `target`: the URL that its requests go to. */
  RouteSaved: z.object({ routeId: z.string(), target: z.string() }),
  RouteRemoved: z.object({ routeId: z.string() }),
} as const;
