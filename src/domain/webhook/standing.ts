/** `failing`: for longer than a receiver needs to start again. */
export type WebhookStanding = 'delivering' | 'retrying' | 'failing' | 'disabled';

/** A receiver that is started anew is back by then. */
const RESTART_MS = 60_000;

/** How a webhook stands. `failingSince`, `now`: milliseconds since the epoch. */
export function standingOf(
  { enabled, failingSince }: { readonly enabled: boolean; readonly failingSince: number | undefined },
  now: number,
): WebhookStanding {
  if (!enabled) return 'disabled';
  if (failingSince === undefined) return 'delivering';
  return now - failingSince < RESTART_MS ? 'retrying' : 'failing';
}
