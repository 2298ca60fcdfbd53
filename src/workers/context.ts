import type { EventContext } from '../domain/event.ts';
import type { Cause } from '../jobs/catalogue.ts';
import type { Fence } from '../store/command.ts';

/** In whose name and because of what a worker appends. */
export function workerContext({ workerId }: Fence, { eventId, correlationId }: Cause): EventContext {
  return { actor: `worker/${workerId}`, correlationId, causationId: eventId };
}
