import type { WebhookAttemptView, WebhookView } from '../../api/contract/webhook.ts';
import type { ListKind } from '../list/column.ts';
import { formatHeartbeat, formatSeconds } from '../text/duration.ts';

/** Where events are sent to. */
export const webhookKind: ListKind<WebhookView> = {
  columns: [
    { name: 'WEBHOOK ID', cell: ({ id }) => id },
    { name: 'URL', cell: ({ url }) => url },
    { name: 'EVENTS', cell: ({ filter }) => filterText(filter) },
    { name: 'STATUS', cell: ({ status }) => status },
    { name: 'LAG', cell: ({ lag }) => String(lag), value: ({ lag }) => lag },
    {
      name: 'FAILING FOR',
      ages: true,
      cell: ({ failingSince }, now) =>
        failingSince === undefined ? '' : formatSeconds(now - Date.parse(failingSince)),
      value: ({ failingSince }) => failingSince,
    },
    { name: 'LAST ERROR', cell: ({ lastError, disabledFor }) => disabledFor ?? lastError ?? '' },
    {
      name: 'LAST DELIVERY',
      ages: true,
      cell: ({ deliveredAt }, now) => formatHeartbeat(deliveredAt, now),
      value: ({ deliveredAt }) => deliveredAt,
    },
    { name: 'SECRET', wide: true, cell: ({ fingerprint }) => fingerprint },
    { name: 'OLD SECRET UNTIL', wide: true, cell: ({ previousUntil = '' }) => previousUntil },
    { name: 'POSITION', wide: true, cell: ({ position }) => String(position), value: ({ position }) => position },
    { name: 'NEXT ATTEMPT AT', wide: true, cell: ({ nextAttemptAt = '' }) => nextAttemptAt },
    { name: 'CREATED AT', wide: true, cell: ({ createdAt }) => createdAt },
    { name: 'UPDATED AT', wide: true, cell: ({ updatedAt }) => updatedAt },
  ],
  id: ({ id }) => id,
  whenEmpty: 'No webhooks. Save one with: oo webhook save <id> --url <url> --new-secret',
};

/** Attempts to deliver to one webhook. */
export const webhookAttemptKind: ListKind<WebhookAttemptView> = {
  columns: [
    { name: 'TIME', cell: ({ at }) => at },
    { name: 'POSITION', cell: ({ position }) => String(position), value: ({ position }) => position },
    { name: 'TYPE', cell: ({ type }) => type },
    { name: 'ANSWER', cell: ({ status }) => (status === undefined ? 'none' : `HTTP ${status}`) },
    {
      name: 'TOOK',
      cell: ({ milliseconds }) => `${milliseconds} ms`,
      value: ({ milliseconds }) => milliseconds,
    },
    { name: 'ERROR', cell: ({ error = '' }) => error },
    { name: 'EVENT ID', wide: true, cell: ({ eventId }) => eventId },
  ],
  id: ({ eventId }) => eventId,
  key: ({ eventId, at }) => `${eventId} ${at}`,
  whenEmpty: 'Nothing was sent yet.',
};

function filterText({ type, entity, actor, correlationId }: WebhookView['filter']): string {
  const parts = [
    type ?? 'all',
    ...(entity === undefined ? [] : [`of ${entity}`]),
    ...(actor === undefined ? [] : [`by ${actor}`]),
    ...(correlationId === undefined ? [] : [`in ${correlationId}`]),
  ];
  return parts.join(' ');
}
