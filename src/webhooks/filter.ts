import type { WebhookFilter } from '../domain/webhook/events.ts';
import type { EventFilter } from '../store/event-store.ts';

/** A webhook's filter as the store takes it; it says what the query of `GET /deploy-svc/events` says. */
export function eventFilterOf({ type, ...filter }: WebhookFilter): EventFilter {
  return { ...filter, types: type?.split(',') };
}
