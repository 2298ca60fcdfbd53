import type { RouterView } from '../../api/contract/fleet-schemas.ts';
import type { RouterRow } from '../../routers/roster.ts';

export type { RouterRow };

/** A router as the API shows it. `head`: the last position of the log. */
export function toRouterView({ since, lastBeat, inFlight, position, ...rest }: RouterRow, head: number): RouterView {
  return {
    ...rest,
    position,
    lag: Math.max(0, head - position),
    inFlight: { ...inFlight },
    since: since.toISOString(),
    lastBeat: lastBeat.toISOString(),
  };
}
