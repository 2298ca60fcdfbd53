import type { z } from 'zod';

import { archiveEvents } from './archive/events.ts';
import { buildEvents } from './build/events.ts';
import { configEvents } from './config/events.ts';
import { containerEvents } from './container/events.ts';
import { definitionEvents } from './definition/events.ts';
import { deploymentEvents } from './deployment/events.ts';
import { enrollEvents } from './enroll/events.ts';
import { execEvents } from './exec/events.ts';
import { instanceEvents } from './instance/events.ts';
import { nodeEvents } from './node/events.ts';
import { permitEvents } from './permit/events.ts';
import { replicaEvents } from './replica/events.ts';
import { routeEvents } from './route/events.ts';
import { secretEvents } from './secret/events.ts';
import { userEvents } from './user/events.ts';
import { webhookEvents } from './webhook/events.ts';

/** Every type of event that the log may hold, with the schema of its present version. */
export const EVENT_SCHEMAS = {
  ...archiveEvents,
  ...buildEvents,
  ...configEvents,
  ...containerEvents,
  ...definitionEvents,
  ...deploymentEvents,
  ...enrollEvents,
  ...execEvents,
  ...instanceEvents,
  ...nodeEvents,
  ...permitEvents,
  ...replicaEvents,
  ...routeEvents,
  ...secretEvents,
  ...userEvents,
  ...webhookEvents,
} as const;

type Schemas = typeof EVENT_SCHEMAS;

export type EventType = keyof Schemas;

/** An event as decided, before the log gave it a place. */
export type DomainEvent = {
  readonly [T in EventType]: { readonly type: T; readonly data: z.infer<Schemas[T]> };
}[EventType];

/** The events of some types. */
export type EventOf<T extends EventType> = Extract<DomainEvent, { type: T }>;

/** Who did it, in whose name and because of what. */
export interface EventContext {
  /** `user/<slug>`, `worker/<id>`, `operator/<account>@<host>` or `system`. */
  readonly actor: string;
  /** One per request of a user; everything that it causes carries it. */
  readonly correlationId: string;
  /** The id of the event that led to this one. */
  readonly causationId?: string | undefined;
  /** W3C `traceparent` of the work that decided it: goes on to the jobs that it causes; kept beside the log, and no part of it. */
  readonly traceparent?: string | undefined;
}

/** Where and when the log put an event. */
export interface EventPlace {
  /** 1, 2, 3 … over the whole log, without gaps, in the order of commits. */
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  /** 1, 2, 3 … within the stream. */
  readonly version: number;
  readonly at: Date;
}

/** An event as the log holds it. */
export type RecordedEvent = DomainEvent & EventContext & EventPlace;
