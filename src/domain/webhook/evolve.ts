import type { EventOf } from '../event.ts';
import type { WebhookFilter, WebhookSecret } from './events.ts';

export type WebhookEvent = EventOf<'WebhookSaved' | 'WebhookDisabled' | 'WebhookRemoved'>;

/** Where events are sent to, as its stream tells it. */
export interface WebhookState {
  readonly id: string;
  readonly url: string;
  readonly filter: WebhookFilter;
  readonly secret: WebhookSecret;
  readonly enabled: boolean;
  /** Why it was disabled, where nobody did so. */
  readonly disabledFor: string | undefined;
  /** Id of the event that made it: what is after that is sent. Another one after a removal. */
  readonly born: string;
  readonly removed: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One event further. `at`: milliseconds since the epoch. */
export function evolveWebhook(
  state: WebhookState | undefined,
  event: WebhookEvent & { readonly id: string },
  at: number,
): WebhookState | undefined {
  switch (event.type) {
    case 'WebhookSaved': {
      const { webhookId, url, filter, secret, enabled } = event.data;
      const before = state?.removed === false ? state : { born: event.id, createdAt: at };
      const { born, createdAt } = before;
      return {
        id: webhookId,
        url,
        filter,
        secret,
        enabled,
        disabledFor: undefined,
        born,
        removed: false,
        createdAt,
        updatedAt: at,
      };
    }
    case 'WebhookDisabled':
      return state && { ...state, enabled: false, disabledFor: event.data.reason, updatedAt: at };
    case 'WebhookRemoved':
      return state && { ...state, removed: true, updatedAt: at };
    default:
      return event satisfies never;
  }
}
