import { EventSourceParserStream } from 'eventsource-parser/stream';

import { errorOf, ServerUnreachable } from './client-error.ts';
import type { Client } from './client.ts';
import type { EventView } from './contract/deploy-schemas.ts';
import type { CloudEvent } from '../domain/cloud-event.ts';

const PAGE_MS = 30_000;

/** Which events, as `listEvents` takes it. */
export type EventQuery = Partial<
  Record<'entity' | 'type' | 'actor' | 'correlationId' | 'since' | 'until', string | undefined>
>;

export interface FollowOptions {
  /** Events after this position; undefined: all that the server has. */
  readonly after: number | undefined;
  readonly deploymentId?: string | undefined;
  readonly query?: EventQuery | undefined;
  /** Ends the sequence without error. */
  readonly signal: AbortSignal;
}

/**
 * Every event after a position, in order, as it happens. Throws ApiError when the server refuses, ServerUnreachable when
 * the connection breaks; the caller goes on with the last position that it has seen.
 */
export function followEvents(client: Client, options: FollowOptions): AsyncGenerator<EventView, void> {
  return follow<EventView>(client, options, undefined);
}

/** As `followEvents`, each as a CloudEvent. */
export function followCloudEvents(client: Client, options: FollowOptions): AsyncGenerator<CloudEvent, void> {
  return follow<CloudEvent>(client, options, 'cloudevents');
}

/** A page of events as CloudEvents. `position`: read on after this. Throws as `followEvents` does. */
export async function cloudEventPage(
  client: Client,
  query: EventQuery & { readonly after?: number | undefined; readonly limit: number },
): Promise<{ readonly events: readonly CloudEvent[]; readonly position: number }> {
  const request = client.request('listEvents', { query: { ...query, format: 'cloudevents' } });
  const response = await fetch(request, { signal: AbortSignal.timeout(PAGE_MS) }).catch((cause: unknown) => {
    throw new ServerUnreachable(client.baseUrl, cause);
  });
  if (!response.ok) throw await errorOf(response);
  const events = (await response.json()) as readonly CloudEvent[];
  return { events, position: Number(response.headers.get('x-log-position')) };
}

async function* follow<Event>(
  client: Client,
  options: FollowOptions,
  format: 'cloudevents' | undefined,
): AsyncGenerator<Event, void> {
  const { after, deploymentId, query, signal } = options;
  const request = client.request('listEvents', { query: { ...query, after, deploymentId, format } });
  request.headers.set('accept', 'text/event-stream');
  try {
    const response = await fetch(request, { signal });
    if (!response.ok) throw await errorOf(response);
    if (response.body === null) return;
    const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const message of messages) {
      if (message.id !== undefined) yield JSON.parse(message.data) as Event;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof TypeError ? new ServerUnreachable(client.baseUrl, error) : error;
  }
}
