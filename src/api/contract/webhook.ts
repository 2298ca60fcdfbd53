import { z } from 'zod';

import type { Route } from './route.ts';

const filter = z.strictObject({
  entity: z.string().optional(),
  type: z.string().optional(),
  actor: z.string().optional(),
  correlationId: z.string().optional(),
});

export const webhookView = z.strictObject({
  id: z.string(),
  url: z.string(),
  /** As `GET /deploy-svc/events` takes it; empty: every event. */
  filter,
  /** The beginning of the secret's keyed fingerprint: another one for another secret. */
  fingerprint: z.string(),
  /** RFC 3339: until then the secret before it signs too. */
  previousUntil: z.string().optional(),
  status: z.enum(['delivering', 'retrying', 'failing', 'disabled']),
  /** Why it is disabled, where its receiver wanted it so. */
  disabledFor: z.string().optional(),
  /** The last event that it has taken, or that was not for it. */
  position: z.int(),
  /** Events of the log after that position. */
  lag: z.int(),
  /** Attempts that failed since the last that did not. */
  failures: z.int(),
  failingSince: z.string().optional(),
  lastError: z.string().optional(),
  nextAttemptAt: z.string().optional(),
  deliveredAt: z.string().optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type WebhookView = z.infer<typeof webhookView>;

export const webhookAttempt = z.strictObject({
  position: z.int(),
  eventId: z.string(),
  type: z.string(),
  at: z.string(),
  milliseconds: z.int(),
  /** Absent: there was no answer. */
  status: z.int().optional(),
  /** Absent: it was taken. */
  error: z.string().optional(),
});
export type WebhookAttemptView = z.infer<typeof webhookAttempt>;

const params = z.object({ id: z.string() });
const view = { permission: 'deploy-svc:webhook:view', status: 200 } as const;
/** Whoever may say where events go to is told all of them. */
const edit = { permission: 'deploy-svc:webhook:edit', status: 200 } as const;

/** Where events are sent to, signed. */
export const webhookRoutes = {
  listWebhooks: {
    ...view,
    summary: 'All webhooks: how far each is, and what keeps it',
    response: z.strictObject({ webhooks: z.array(webhookView) }),
  },
  saveWebhook: {
    ...edit,
    summary: 'Creates the webhook, or replaces it; it is sent the events after its first save',
    params,
    body: z.object({
      url: z.string(),
      filter: filter.optional(),
      /** `whsec_…`; absent: it stays. Never answered. */
      secret: z.string().optional(),
      /** Seconds for which the secret before it signs too: a day by default; 0 ends that. */
      overlapSeconds: z.int().optional(),
      enabled: z.boolean().optional(),
    }),
    bodyJudgedBy: 'domain',
    confidential: true,
    response: webhookView,
  },
  removeWebhook: {
    ...edit,
    summary: 'Sends nothing any more, and forgets the secret; an unknown id is no error',
    params,
    response: z.strictObject({}),
  },
  testWebhook: {
    ...edit,
    summary: 'Sends one event that is not of the log, now, and says what came of it',
    params,
    response: z.strictObject({
      delivered: z.boolean(),
      /** Absent: there was no answer. */
      status: z.int().optional(),
      milliseconds: z.int(),
      error: z.string().optional(),
    }),
  },
  webhookDeliveries: {
    ...view,
    summary: 'The last attempts, newest first; a hundred are kept',
    params,
    query: z.object({ limit: z.coerce.number<number | string>().int().min(1).max(100).optional() }),
    response: z.strictObject({ attempts: z.array(webhookAttempt) }),
  },
} as const satisfies Record<string, Route>;
