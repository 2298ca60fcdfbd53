import type { WebhookState } from '../../domain/webhook/evolve.ts';
import { passes } from '../../store/event-filter.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { Row } from '../../store/projection.ts';
import { eventFilterOf } from '../../webhooks/filter.ts';
import type { Membership } from '../membership.ts';
import { repeatAlone } from '../sole-worker.ts';
import { type DeliveryDeps, deliverTo } from './deliver-to.ts';
import { openBell, type Bell } from './bell.ts';

const LOOK_MS = 1_000;

/** Sends events to webhooks when no other worker does. */
export function deliverWebhooks(deps: DeliveryDeps, life: Membership): Promise<void> {
  const late = 'webhooks are late; the next look makes up for it';
  return repeatAlone(deps, life, { lock: 'deliverWebhooks', everyMs: LOOK_MS, late }, () =>
    deliverAll(deps, life.ended),
  );
}

/** One webhook that is being delivered to. */
interface Round {
  readonly version: number;
  readonly row: Row<WebhookState>;
  readonly bell: Bell;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/**
 * Follows the log, and wakes each webhook that an event is for. Each goes its own way: a receiver that is slow or gone keeps
 * nobody else waiting. Ends with the signal.
 */
export async function deliverAll(deps: DeliveryDeps, signal: AbortSignal): Promise<void> {
  const { store } = deps;
  const rounds = new Map<string, Round>();
  const from = await store.head();
  try {
    await bringInLine(deps, rounds, signal);
    for await (const event of store.subscribe({ from, signal })) {
      if (event.stream.startsWith('webhook/')) await bringInLine(deps, rounds, signal);
      for (const { row, bell } of rounds.values()) if (passes(event, eventFilterOf(row.state.filter))) bell.ring();
    }
  } finally {
    for (const { stop } of rounds.values()) stop.abort();
    await Promise.all([...rounds.values()].map(({ done }) => done));
  }
}

/** Starts what was saved, ends what is no more, and starts anew what was changed. */
async function bringInLine(deps: DeliveryDeps, rounds: Map<string, Round>, signal: AbortSignal): Promise<void> {
  const wanted = new Map((await enabled(deps.store)).map((row) => [row.id, row]));
  for (const [id, { version, stop, done }] of rounds) {
    if (wanted.get(id)?.version === version) continue;
    stop.abort();
    // Before another begins: each event is sent in its turn.
    await done;
    rounds.delete(id);
  }
  for (const [id, row] of wanted) {
    if (rounds.has(id)) continue;
    const [bell, stop] = [openBell(), new AbortController()];
    const done = deliverTo(deps, row, bell, AbortSignal.any([signal, stop.signal]));
    rounds.set(id, { version: row.version, row, bell, stop, done });
  }
}

async function enabled(store: Pick<EventStore, 'rows'>): Promise<readonly Row<WebhookState>[]> {
  return (await store.rows<WebhookState>('webhooks', { removed: 'false' })).filter(({ state }) => state.enabled);
}
