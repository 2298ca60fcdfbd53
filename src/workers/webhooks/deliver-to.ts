import { pause } from '../../clock.ts';
import { toCloudEvent } from '../../domain/cloud-event.ts';
import type { RecordedEvent } from '../../domain/event.ts';
import { streamOf } from '../../domain/stream.ts';
import { backoffMs } from '../../domain/webhook/backoff.ts';
import type { WebhookSecret } from '../../domain/webhook/events.ts';
import type { WebhookState } from '../../domain/webhook/evolve.ts';
import type { Row } from '../../store/projection.ts';
import { schemaVersionOf, UPCASTS } from '../../store/upcast.ts';
import type { Vault } from '../../vault/vault.ts';
import { eventFilterOf } from '../../webhooks/filter.ts';
import { keepAttempt, passOver, positionOf } from '../../webhooks/ledger.ts';
import { openPostman, type Outcome, type Postman } from '../../webhooks/post.ts';
import { appendTo } from '../append-to.ts';
import type { WorkerDeps } from '../deps.ts';
import type { Bell } from './bell.ts';

/** What delivering works with. */
export interface DeliveryDeps extends Pick<
  WorkerDeps,
  'store' | 'database' | 'clock' | 'log' | 'installationId' | 'membership' | 'webhooks' | 'onDelivery'
> {
  readonly vault: Pick<Vault, 'values'>;
}

const PAGE = 100;
/** So often a webhook that has nothing to send moves on over what is not for it. */
const IDLE_MS = 10_000;
const RETRY_MS = 1_000;

interface Round {
  readonly deps: DeliveryDeps;
  readonly row: Row<WebhookState>;
  readonly postman: Postman;
  /** Fingerprint -> secret. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
}

/**
 * Sends a webhook what comes after the last event that it took, one after the other, each until it is taken; until the signal
 * aborts, or the receiver says that it is gone. Never throws: what goes wrong here is tried again, and concerns nobody else.
 */
export async function deliverTo(
  deps: DeliveryDeps,
  row: Row<WebhookState>,
  bell: Bell,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, vault, webhooks } = deps;
  using postman = openPostman(webhooks);
  while (!signal.aborted) {
    try {
      const { fingerprint, previous } = row.state.secret;
      const secrets = await vault.values([fingerprint, ...(previous === undefined ? [] : [previous.fingerprint])]);
      const round: Round = { deps, row, postman, secrets, signal };
      let after = await positionOf(deps.database.db, row.state);
      while (!signal.aborted) {
        await bell.wait(clock, IDLE_MS, signal);
        const reached = await catchUp(round, after);
        if (reached === undefined) return;
        after = reached;
      }
    } catch (error) {
      if (signal.aborted) return;
      log.warn('a webhook is late; it is gone on with', { webhook: row.id, error: String(error) });
      bell.ring();
      await pause(clock, RETRY_MS, signal);
    }
  }
}

/** Sends all that there is by now. Resolves with the position that was reached; undefined when there is nobody to send to any more. */
async function catchUp({ deps, row, ...round }: Round, from: number): Promise<number | undefined> {
  const { store, database } = deps;
  const filter = eventFilterOf(row.state.filter);
  for (let after = from; !round.signal.aborted;) {
    // Read first: with a filter there may be no event up to the head.
    const head = await store.head();
    const events = await store.read({ after, until: head, limit: PAGE, filter });
    for (const event of events) {
      if (!(await deliver({ deps, row, ...round }, event))) return undefined;
      after = event.position;
    }
    if (events.length === PAGE) continue;
    if (head > after) await passOver(database.db, row.state, head);
    return Math.max(after, head);
  }
  return undefined;
}

/** False: the receiver is gone, or nobody waits for it any more. */
async function deliver({ deps, row, postman, secrets, signal }: Round, event: RecordedEvent): Promise<boolean> {
  const { clock, database, installationId, onDelivery } = deps;
  const schemaVersion = schemaVersionOf(event.type, UPCASTS);
  const letter = { url: row.state.url, event: toCloudEvent(event, { installationId, schemaVersion }) };
  for (let failures = 1; !signal.aborted; failures += 1) {
    const at = clock.now();
    const signing = valid(row.state.secret, at).flatMap((each) => secrets.get(each) ?? []);
    const outcome = await send(postman, { ...letter, secrets: signing }, signal);
    // Nobody knows what the receiver made of it: whoever goes on sends it again.
    if (signal.aborted) return false;
    onDelivery?.(outcome.kind);
    if (outcome.kind === 'taken' || outcome.kind === 'gone') {
      await keepAttempt(database.db, row.state, { event, at, outcome });
      return outcome.kind === 'taken' || disable(deps, row, event);
    }
    const asked = outcome.kind === 'refused' ? outcome.retryAfterMs : undefined;
    const wait = backoffMs(failures, Math.random(), asked);
    const nextAttemptAt = new Date(clock.now().getTime() + wait);
    await keepAttempt(database.db, row.state, { event, at, outcome, nextAttemptAt });
    await pause(clock, wait, signal);
  }
  return false;
}

/** A secret that the vault has lost would make receivers refuse what is sent, and nobody would know why. */
async function send(postman: Postman, letter: Parameters<Postman['send']>[0], signal: AbortSignal): Promise<Outcome> {
  if (letter.secrets.length > 0) return postman.send(letter, signal);
  const error = 'its secret is not in the vault any more: save it again with one';
  return { kind: 'failed', error, milliseconds: 0 };
}

/** The fingerprints of the secrets that sign at that time. */
function valid({ fingerprint, previous }: WebhookSecret, at: Date): readonly string[] {
  if (previous === undefined || at.getTime() >= Date.parse(previous.until)) return [fingerprint];
  return [fingerprint, previous.fingerprint];
}

/** 410 says that nobody is to come again. Who has saved it meanwhile wants it nevertheless, and another round begins. */
async function disable(deps: DeliveryDeps, { id, version }: Row<WebhookState>, event: RecordedEvent): Promise<false> {
  const { id: eventId, correlationId } = event;
  const reason = `its receiver answered HTTP 410 (Gone) to the event at position ${event.position}`;
  const place = { stream: streamOf('webhook', id), expectedVersion: version, cause: { eventId, correlationId } };
  await appendTo(deps, place, [{ type: 'WebhookDisabled', data: { webhookId: id, reason } }]);
  return false;
}
