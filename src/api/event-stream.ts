import { once } from 'node:events';

import { createSession } from 'better-sse';
import type { Request, RequestHandler } from 'express';

import { eventRange } from '../services/deploy/events-query.ts';
import { toEventView } from '../services/deploy/view.ts';
import { type Caller, callerOf } from '../services/handler.ts';
import type { Sight } from '../services/sight/sight.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import { Archived } from '../store/archived.ts';
import { passes } from '../store/event-filter.ts';
import type { EventStore } from '../store/event-store.ts';
import { authorize } from './authorize.ts';
import type { Render } from './cloud-events.ts';
import { ROUTES } from './contract/routes.ts';
import { checked, queryOf } from './input.ts';
import { holdOpen } from './limits/admission.ts';
import { type PastStore, pastOf } from './past.ts';

const KEEP_ALIVE_MS = 15_000;

export interface StreamDeps {
  readonly store: PastStore & Pick<EventStore, 'subscribe' | 'archived'>;
  readonly authenticator: Authenticator;
  readonly render: Render;
  readonly sightOf: (caller: Caller) => Promise<Sight>;
  /** Aborts when the server closes. */
  readonly closing: AbortSignal;
}

/** The log as server-sent events, for whoever asks for them by `Accept`; everybody else goes on to the next handler. */
export function eventStream({ store, authenticator, render, closing, sightOf }: StreamDeps): RequestHandler {
  return async (request, response, next) => {
    if (!(request.get('accept') ?? '').includes('text/event-stream')) return next();
    const caller = callerOf({ caller: await authorize(request, ROUTES.listEvents, authenticator) });
    const query = checked(ROUTES.listEvents.query, queryOf(request));
    const { deploymentId, stream } = query;
    const past = await pastOf('listEvents', queryOf(request)['at'], store);
    const { after, until = Infinity, filter } = await eventRange(store, query, past?.position);
    const sight = await sightOf(caller);
    const from = lastSeen(request) ?? after;
    // Refused while it can still be said: a stream that begins where it likes would be one with a hole.
    const archived = await store.archived(from + 1);
    if (archived !== undefined && from < archived.until) throw new Archived(from + 1, archived);
    holdOpen(response);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([closing, gone.signal]);
    response.removeHeader('Content-Type');
    const session = await createSession(request, response, { keepAlive: KEEP_ALIVE_MS });
    try {
      for await (const event of store.subscribe({ from, signal, deploymentId })) {
        if (event.position > until) break;
        const wanted = (stream === undefined || event.stream === stream) && passes(event, filter);
        if (wanted && (await sight.seesLater(event))) {
          const data = query.format === undefined ? toEventView(event) : render(event);
          session.push(data, event.type, String(event.position));
        }
        if (event.position === until) break;
        // Without waiting, everything that a slow reader does not take would pile up here.
        if (response.writableNeedDrain) await once(response, 'drain', { signal });
      }
    } catch (error) {
      // It was overtaken by an archive: who comes back with the last position is told.
      if (!signal.aborted && !(error instanceof Archived)) throw error;
    } finally {
      response.end();
    }
  };
}

/** The position that the client has seen last, in the header that browsers send, or in the query where they cannot. */
function lastSeen(request: Request): number | undefined {
  const query = queryOf(request);
  const id = request.get('last-event-id') ?? query['lastEventId'] ?? query['evs_last_event_id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}
