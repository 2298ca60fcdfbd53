import type { LogLine, LogOptions } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { inspectRaw } from './containers.ts';
import type { DockerApi } from './docker-api.ts';
import { isBeingRemoved, isNotFound, toEngineError } from './failure.ts';
import { framesOf, linesOfFrames, terminalLines } from './log-frames.ts';
import { toUnixTime } from './unix-time.ts';

/** See `Engine.logs`. */
export async function* readLogs(api: DockerApi, id: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
  const operation = `read logs of container ${id} on ${api.url}`;
  const { signal, follow = false } = options;
  try {
    const info = await inspectRaw(api, id, signal);
    if (info === undefined) throw new EngineError('not-found', `${operation}: No such container: ${id}`);
    const chunks = api.stream(
      { method: 'GET', path: `/containers/${info.Id}/logs`, query: queryOf(options) },
      { signal, openDeadline: api.deadlines.read, idleDeadline: follow ? undefined : api.deadlines.read },
    );
    // With a terminal there is one stream without frames.
    yield* info.Config.Tty ? terminalLines(chunks) : linesOfFrames(framesOf(chunks));
  } catch (error) {
    if (signal?.aborted) return;
    throw toEngineError(operation, signal, error, (failure) =>
      isNotFound(failure) || isBeingRemoved(failure) ? 'not-found' : undefined,
    );
  }
}

function queryOf(options: LogOptions): Readonly<Record<string, unknown>> {
  return {
    stdout: true,
    stderr: true,
    timestamps: true,
    follow: options.follow ?? false,
    ...(options.tail === undefined ? {} : { tail: options.tail }),
    ...(options.since === undefined ? {} : { since: toUnixTime(options.since) }),
  };
}
