import type { WebhookAttemptView, WebhookView } from '../../api/contract/webhook.ts';
import type { WebhookState } from '../../domain/webhook/evolve.ts';
import { standingOf } from '../../domain/webhook/standing.ts';
import type { RowFilter } from '../../store/row-filter.ts';
import { type Attempt, positionOf, type Progress, progressKey, readProgress } from '../../webhooks/ledger.ts';
import type { WebhookPorts } from './ports.ts';

/** So much of a fingerprint tells one secret from another. */
const FINGERPRINT_LENGTH = 16;

/** One webhook, or all of them, with how far each is. */
export async function readWebhooks({ db, store, now }: WebhookPorts, id?: string): Promise<WebhookView[]> {
  const where: RowFilter = { removed: 'false', ...(id === undefined ? {} : { id }) };
  const rows = await store.rows<WebhookState>('webhooks', where);
  const [progress, head] = [await readProgress(db), await store.head()];
  return Promise.all(
    rows.map(async ({ state }) => {
      const known = progress.get(progressKey(state));
      const position = known?.position ?? (await positionOf(db, state));
      return toView(state, { ...known, position }, { head, now: now().getTime() });
    }),
  );
}

type Known = Partial<Progress> & Pick<Progress, 'position'>;

function toView(state: WebhookState, known: Known, { head, now }: { head: number; now: number }): WebhookView {
  const { id, url, filter, secret, enabled, disabledFor, createdAt, updatedAt } = state;
  const { position, failures = 0, failingSince, lastError, nextAttemptAt, deliveredAt } = known;
  const previous =
    secret.previous !== undefined && Date.parse(secret.previous.until) > now ? secret.previous : undefined;
  return {
    id,
    url,
    filter,
    fingerprint: secret.fingerprint.slice(0, FINGERPRINT_LENGTH),
    ...(previous === undefined ? {} : { previousUntil: previous.until }),
    status: standingOf({ enabled, failingSince }, now),
    ...(disabledFor === undefined ? {} : { disabledFor }),
    position,
    lag: Math.max(0, head - position),
    failures,
    ...(lastError === undefined ? {} : { lastError }),
    ...times({ failingSince, nextAttemptAt: enabled ? nextAttemptAt : undefined, deliveredAt }),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

function times<Name extends string>(given: Readonly<Record<Name, number | undefined>>): { [N in Name]?: string } {
  const known = Object.entries<number | undefined>(given).flatMap(([name, at]) =>
    at === undefined ? [] : [[name, new Date(at).toISOString()] as const],
  );
  return Object.fromEntries(known) as { [N in Name]?: string };
}

export function toAttemptView({ at, status, error, ...attempt }: Attempt): WebhookAttemptView {
  return {
    ...attempt,
    at: at.toISOString(),
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error }),
  };
}
