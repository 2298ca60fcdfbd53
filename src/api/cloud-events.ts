import type { RequestHandler } from 'express';

import { CLOUD_EVENTS, type CloudEvent, toCloudEvent } from '../domain/cloud-event.ts';
import type { RecordedEvent } from '../domain/event.ts';
import { eventPage } from '../services/deploy/events-query.ts';
import type { Authenticator } from '../services/user/authenticate.ts';
import type { EventStore } from '../store/event-store.ts';
import { schemaVersionOf, UPCASTS } from '../store/upcast.ts';
import { authorize } from './authorize.ts';
import { ROUTES } from './contract/routes.ts';
import { checked, queryOf } from './input.ts';

/** An event of this installation's log as a CloudEvent. */
export type Render = (event: RecordedEvent) => CloudEvent;

export function cloudEventsOf(installationId: string): Render {
  return (event) => toCloudEvent(event, { installationId, schemaVersion: schemaVersionOf(event.type, UPCASTS) });
}

export interface CloudEventDeps {
  readonly store: EventStore;
  readonly authenticator: Authenticator;
  readonly render: Render;
}

/**
 * A page of the log as a batch of CloudEvents, for whoever asks for it by `format=cloudevents` or by `Accept`; everybody else
 * goes on to the next handler. `X-Log-Position` says after which position to read on.
 */
export function cloudEventPage({ store, authenticator, render }: CloudEventDeps): RequestHandler {
  return async (request, response, next) => {
    const wanted = (request.get('accept') ?? '').includes(CLOUD_EVENTS);
    if (!wanted && queryOf(request)['format'] === undefined) return next();
    await authorize(request, ROUTES.listEvents, authenticator);
    const query = checked(ROUTES.listEvents.query, queryOf(request));
    const { events, position } = await eventPage(store, query);
    response.set('Content-Type', CLOUD_EVENTS).set('X-Log-Position', String(position));
    response.status(200).end(JSON.stringify(events.map(render)));
  };
}
