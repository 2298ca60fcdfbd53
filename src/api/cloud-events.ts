import type { RequestHandler } from 'express';

import { CLOUD_EVENTS, type CloudEvent, toCloudEvent } from '../domain/cloud-event.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { eventPage } from '../services/deploy/events-query.ts';
import { type Caller, callerOf } from '../services/handler.ts';
import type { Sight } from '../services/sight/sight.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import type { EventStore } from '../store/event-store.ts';
import { schemaVersionOf, UPCASTS } from '../store/upcast.ts';
import { authorize } from './authorize.ts';
import { ROUTES } from './contract/routes.ts';
import { checked, queryOf } from './input.ts';
import { type PastStore, pastOf } from './past.ts';

/** An event of this installation's log as a CloudEvent. */
export type Render = (event: RecordedEvent) => CloudEvent;

export function cloudEventsOf(installationId: string): Render {
  return (event) => toCloudEvent(event, { installationId, schemaVersion: schemaVersionOf(event.type, UPCASTS) });
}

export interface CloudEventDeps {
  readonly store: EventStore & PastStore;
  readonly authenticator: Authenticator;
  readonly sightOf: (caller: Caller) => Promise<Sight>;
  readonly render: Render;
}

/**
 * A page of the log as a batch of CloudEvents, for whoever asks for it by `format=cloudevents` or by `Accept`; everybody else
 * goes on to the next handler. `X-Log-Position` says after which position to read on.
 */
export function cloudEventPage({ store, authenticator, sightOf, render }: CloudEventDeps): RequestHandler {
  return async (request, response, next) => {
    const wanted = (request.get('accept') ?? '').includes(CLOUD_EVENTS);
    if (!wanted && queryOf(request)['format'] === undefined) return next();
    const caller = callerOf({ caller: await authorize(request, ROUTES.listEvents, authenticator) });
    const query = checked(ROUTES.listEvents.query, queryOf(request));
    const past = await pastOf('listEvents', queryOf(request)['at'], store);
    const { within } = await sightOf(caller);
    const { events, position } = await eventPage(store, query, { within, head: past?.position });
    response.set('Content-Type', CLOUD_EVENTS).set('X-Log-Position', String(position));
    response.status(200).end(JSON.stringify(events.map(render)));
  };
}
