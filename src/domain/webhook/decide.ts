import { InvalidInput } from '../problem.ts';
import { isSame } from '../same.ts';
import type { WebhookSecret } from './events.ts';
import type { WebhookEvent, WebhookState } from './evolve.ts';
import type { WebhookSave } from './parse.ts';
import { SECRET_FORM } from './secret.ts';

/** Seconds for which the secret before it signs too, unless somebody says another time. */
const OVERLAP = 24 * 60 * 60;

export interface SaveDecision {
  readonly events: readonly WebhookEvent[];
  /** The version under which the secret has to be stored; absent when it stays. */
  readonly version?: number;
}

/** `now`: milliseconds since the epoch. `fingerprintOf`: that of the given secret under a version. */
export interface SavePorts {
  readonly now: number;
  readonly fingerprintOf: (version: number) => string;
}

/** A save that changes nothing is no event. Throws InvalidInput when a new webhook comes without a secret. */
export function decideSaveWebhook(
  state: WebhookState | undefined,
  save: WebhookSave,
  { now, fingerprintOf }: SavePorts,
): SaveDecision {
  const { id, url, filter, enabled } = save;
  const before = state?.removed === false ? state : undefined;
  if (before === undefined && save.secret === undefined) {
    throw new InvalidInput([{ field: 'secret', message: 'is required: the webhook is new', hint: SECRET_FORM }]);
  }
  const kept =
    before !== undefined &&
    (save.secret === undefined || fingerprintOf(before.secret.version) === before.secret.fingerprint);
  const version = kept ? before.secret.version : (state?.secret.version ?? 0) + 1;
  const secret = kept
    ? withoutPrevious(before.secret, save.overlapSeconds === 0)
    : rotated(before?.secret, { version, fingerprint: fingerprintOf(version) }, now, save.overlapSeconds ?? OVERLAP);
  const same =
    before !== undefined &&
    isSame([before.url, before.filter, before.enabled, before.secret], [url, filter, enabled, secret]);
  if (same) return { events: [] };
  const data = { webhookId: id, url, filter, secret, enabled };
  return { events: [{ type: 'WebhookSaved', data }], ...(kept ? {} : { version }) };
}

/** What does not exist is removed already. */
export function decideRemoveWebhook(state: WebhookState | undefined): readonly WebhookEvent[] {
  return state === undefined || state.removed ? [] : [{ type: 'WebhookRemoved', data: { webhookId: state.id } }];
}

/** An overlap of 0 s, said without a new secret, ends the one that there is. */
function withoutPrevious(secret: WebhookSecret, ends: boolean): WebhookSecret {
  const { version, fingerprint } = secret;
  return ends ? { version, fingerprint } : secret;
}

function rotated(
  before: WebhookSecret | undefined,
  secret: WebhookSecret,
  now: number,
  overlapSeconds: number,
): WebhookSecret {
  if (before === undefined || overlapSeconds === 0) return secret;
  const until = new Date(now + overlapSeconds * 1_000).toISOString();
  return { ...secret, previous: { fingerprint: before.fingerprint, until } };
}
