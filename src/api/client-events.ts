import { EventSourceParserStream } from 'eventsource-parser/stream';

import { errorOf, ServerUnreachable } from './client-error.ts';
import type { Client } from './client.ts';
import type { EventView } from './contract/deploy-schemas.ts';

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
export async function* followEvents(client: Client, options: FollowOptions): AsyncGenerator<EventView, void> {
  const { after, deploymentId, query, signal } = options;
  const request = client.request('listEvents', { query: { ...query, after, deploymentId } });
  request.headers.set('accept', 'text/event-stream');
  try {
    const response = await fetch(request, { signal });
    if (!response.ok) throw await errorOf(response);
    if (response.body === null) return;
    const messages = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
    for await (const message of messages) {
      if (message.id !== undefined) yield JSON.parse(message.data) as EventView;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw error instanceof TypeError ? new ServerUnreachable(client.baseUrl, error) : error;
  }
}
