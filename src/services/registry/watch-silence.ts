import { v7 as uuidv7 } from 'uuid';

import { pause, type Clock } from '../../clock.ts';
import type { InstanceState } from '../../domain/instance/evolve.ts';
import { decideSilence, LEAST_SILENCE_MS, type Silence } from '../../domain/instance/silence.ts';
import { streamOf } from '../../domain/stream.ts';
import type { Logger } from '../../logger.ts';
import { VersionConflict } from '../../store/command.ts';
import type { EventStore } from '../../store/event-store.ts';
import type { InstanceBeats } from './instance-beats.ts';

const LOOK_MS = 5_000;

export interface SilenceOptions {
  readonly store: EventStore;
  readonly beats: InstanceBeats;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leastMs?: number;
  readonly lookMs?: number;
}

/**
 * Looks for services that have fallen silent, until disposed. It runs where heartbeats arrive: while nobody could answer them,
 * their absence says nothing, so a silence counts only from when this process has been answering without a break.
 */
export function watchSilence(options: SilenceOptions): AsyncDisposable {
  const stop = new AbortController();
  const watching = watch(options, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}

async function watch(options: SilenceOptions, signal: AbortSignal): Promise<void> {
  const { beats, clock, log, leastMs = LEAST_SILENCE_MS, lookMs = LOOK_MS } = options;
  let answeringSince = performance.now();
  while (!signal.aborted) {
    const asleep = performance.now();
    await pause(clock, lookMs, signal);
    if (signal.aborted) return;
    // This process was stopped meanwhile, and answered nobody.
    if (performance.now() - asleep > 2 * lookMs + 1_000) answeringSince = performance.now();
    try {
      const answeringMs = performance.now() - answeringSince;
      for (const { instanceId, silentMs, intervalMs } of await beats.silentFor(leastMs)) {
        await judge(options, instanceId, { silentMs: Math.min(silentMs, answeringMs), intervalMs });
      }
    } catch (error) {
      answeringSince = performance.now();
      log.warn('heartbeats of instances could not be read; looking again', { error: String(error) });
    }
  }
}

async function judge({ store, beats, leastMs }: SilenceOptions, instanceId: string, silence: Silence): Promise<void> {
  const row = await store.row<InstanceState>('instances', instanceId);
  if (row === undefined || row.state.removed) return beats.forget(instanceId);
  const events = decideSilence(row.state, silence, leastMs);
  if (events.length === 0) return;
  const stream = streamOf('instance', instanceId);
  try {
    await store.append({
      context: { actor: 'system', correlationId: uuidv7() },
      appends: [{ stream, expectedVersion: row.version, events }],
    });
  } catch (error) {
    // Somebody was first: the next look sees what they made of it.
    if (!(error instanceof VersionConflict)) throw error;
  }
}
