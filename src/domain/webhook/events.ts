import { z } from 'zod';

/** Which events; as `GET /deploy-svc/events` takes it. */
export const webhookFilter = z.object({
  /** An id of anything. */
  entity: z.string().optional(),
  /** Types or globs of them, with commas between. */
  type: z.string().optional(),
  actor: z.string().optional(),
  correlationId: z.string().optional(),
});
export type WebhookFilter = z.infer<typeof webhookFilter>;

/** Which value signs, by its keyed fingerprint; the value itself lies sealed beside the log. */
export const webhookSecret = z.object({
  version: z.number().int(),
  fingerprint: z.string(),
  /** The one before it signs too, until then (RFC 3339). */
  previous: z.object({ fingerprint: z.string(), until: z.string() }).optional(),
});
export type WebhookSecret = z.infer<typeof webhookSecret>;

const webhook = { webhookId: z.string() };

export const webhookEvents = {
  WebhookSaved: z.object({
    ...webhook,
    url: z.string(),
    filter: webhookFilter,
    secret: webhookSecret,
    enabled: z.boolean(),
  }),
  /** Its receiver has said that it is gone for good: nothing is sent any more until somebody saves it again. */
  WebhookDisabled: z.object({ ...webhook, reason: z.string() }),
  WebhookRemoved: z.object(webhook),
} as const;
