import type { EngineEvent, LogLine, LogOptions } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import type { Calls } from './calls.ts';
import type { SimulatedHost } from './host.ts';

/** See `Engine.logs`. */
export async function* readLogs(
  host: SimulatedHost,
  calls: Calls,
  id: string,
  options: LogOptions = {},
): AsyncGenerator<LogLine> {
  const { signal, since, tail, follow = false } = options;
  const wanted = (lines: readonly LogLine[]): readonly LogLine[] => {
    const recent = since === undefined ? lines : lines.filter((line) => isSince(line, since));
    return tail === undefined ? recent : recent.slice(Math.max(0, recent.length - tail));
  };
  try {
    const lines = await calls.run('logs', signal, () => {
      const container = host.get(id);
      const past = wanted(container.logged);
      const { run } = container;
      if (!follow || run === undefined) return past;
      const ends = signal === undefined ? calls.closed : AbortSignal.any([signal, calls.closed]);
      return joined(
        past,
        run.output.read(() => [], ends),
      );
    });
    yield* lines;
  } catch (error) {
    if (signal?.aborted) return;
    throw error;
  }
  if (follow && !signal?.aborted) calls.closed.throwIfAborted();
}

function isSince({ at, time }: LogLine, since: Date | string): boolean {
  return typeof since === 'string' ? time !== undefined && time >= since : at !== undefined && at >= since;
}

async function* joined<T>(past: readonly T[], future: AsyncIterable<T>): AsyncGenerator<T> {
  yield* past;
  yield* future;
}

/** See `Engine.events`. */
export async function* readEvents(
  host: SimulatedHost,
  calls: Calls,
  options: { readonly since?: Date | undefined; readonly signal: AbortSignal },
): AsyncGenerator<EngineEvent> {
  const { since, signal } = options;
  const ends = AbortSignal.any([signal, calls.closed]);
  try {
    yield* await calls.run('events', signal, () =>
      host.events.read((items) => (since === undefined ? [] : items.filter((event) => event.at >= since)), ends),
    );
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  if (signal.aborted) return;
  calls.closed.throwIfAborted();
  throw new EngineError('unreachable', `read events of simulated://${host.name}: the engine ended the stream`);
}
