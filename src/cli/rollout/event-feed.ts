import { setTimeout as pause } from 'node:timers/promises';

import { ApiError, ServerUnreachable } from '../../api/client-error.ts';
import { type EventQuery, followCloudEvents, followEvents, type FollowOptions } from '../../api/client-events.ts';
import type { Client } from '../../api/client.ts';
import type { EventView } from '../../api/contract/deploy-schemas.ts';
import type { CloudEvent } from '../../domain/cloud-event.ts';

const FIRST_RETRY = 250;
const LAST_RETRY = 5000;

export interface FeedOptions {
  /** Undefined: from where the server's log begins. */
  readonly after: number | undefined;
  readonly deploymentId?: string | undefined;
  readonly query?: EventQuery | undefined;
  readonly signal: AbortSignal;
  /** Told when the connection breaks; the feed itself goes on. */
  readonly onBreak?: (error: ServerUnreachable) => void;
}

/**
 * Every event after a position, live, until the signal. A broken connection is made again and goes on behind the last
 * event that came. Throws ApiError when the server refuses.
 */
export function eventFeed(client: Client, options: FeedOptions): AsyncGenerator<EventView, void> {
  return feed(
    options,
    (from) => followEvents(client, from),
    ({ position }) => position,
  );
}

/** As `eventFeed`, each as a CloudEvent. */
export function cloudEventFeed(client: Client, options: FeedOptions): AsyncGenerator<CloudEvent, void> {
  return feed(
    options,
    (from) => followCloudEvents(client, from),
    ({ position }) => Number(position),
  );
}

async function* feed<Event>(
  options: FeedOptions,
  follow: (from: FollowOptions) => AsyncGenerator<Event, void>,
  positionOf: (event: Event) => number,
): AsyncGenerator<Event, void> {
  const { deploymentId, query, signal, onBreak } = options;
  let { after } = options;
  let retry = FIRST_RETRY;
  while (!signal.aborted) {
    try {
      for await (const event of follow({ after, deploymentId, query, signal })) {
        yield event;
        after = positionOf(event);
        retry = FIRST_RETRY;
      }
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) throw error;
      if (!(error instanceof ServerUnreachable) && !(error instanceof ApiError)) throw error;
      if (error instanceof ServerUnreachable) onBreak?.(error);
    }
    // An ended stream is as much of a break as an error: the server restarts, or a proxy closed it.
    await pause(retry, undefined, { signal }).catch(() => {});
    retry = Math.min(retry * 2, LAST_RETRY);
  }
}
